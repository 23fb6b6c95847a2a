// SPDX-License-Identifier: LGPL-2.1-or-later
// The output: the new picture, and all that the input held beside its own.
#pragma once

#include <atomic>
#include <map>
#include <string>
#include <vector>

#include "pipelines/media/codecs.h"
#include "pipelines/media/source_file.h"

namespace gan {

struct JoinOptions {
  std::vector<std::string> segments;  // in order, at least one
  std::string source;                 // whose other streams, chapters and tags are carried over
  std::string output;
  std::string work;  // an existing folder, for what must be converted
  const Container* container = nullptr;
  double from_s = 0, to_s = 0;  // part of the source, to_s 0: to its end
  AVRational rate{0, 1};
  std::map<AVPacketSideDataType, std::vector<uint8_t>> side_data;  // of the picture: HDR
  const std::atomic<bool>* stop = nullptr;
};

// What the output must turn out to hold.
struct Expected {
  int64_t frames = 0;
  double first_s = 0, last_s = 0,
         end_s = 0;  // of the picture: when frames begin, and the last ends
  int width = 0, height = 0;
  AVRational aspect{0, 1};  // of a pixel
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  std::map<AVMediaType, int> tracks;
  std::map<int, double> sound_ends_s;  // by stream of the output
  std::vector<std::string> notes;      // what could not be carried over, or not as it was
};

// Writes the output. Throws Error: kUnwritable, kUnreadable, kInterrupted.
Expected join(const JoinOptions& options);

// Reads the file back without decoding it. Throws Error(kFailed) naming what differs.
void read_back(const std::string& path, const Expected& expected);

}  // namespace gan
