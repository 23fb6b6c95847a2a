// SPDX-License-Identifier: LGPL-2.1-or-later
// What a file holds beside its picture, on its way into another: sound, subtitles, attachments,
// covers, chapters, tags.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/media/codecs.h"
#include "pipelines/media/source_file.h"

namespace gan {

struct CarryOptions {
  std::string work;  // a folder for converted streams
  const Container* container = nullptr;
  double from_s = 0, to_s = 0;  // of the picture's time line; to_s 0: to the end
  const std::atomic<bool>* stop = nullptr;
};

class CarriedStreams {
 public:
  // Streams that the container does not hold are converted here, by the program ffmpeg.
  CarriedStreams(SourceFile& source, const CarryOptions& options);
  ~CarriedStreams();

  // Adds the streams, chapters and tags; `shift_s` is added to all times.
  void add_to(AVFormatContext& output, double shift_s);

  // Writes what comes before the time, which is that of the output.
  void write_until(AVFormatContext& output, double time_s);

  const std::vector<std::string>& notes() const { return notes_; }
  const std::map<AVMediaType, int>& tracks() const { return tracks_; }
  // Of each stream of sound in the output, by its number: where what was written of it ends.
  const std::map<int, double>& sound_ends_s() const { return sound_ends_s_; }

 private:
  struct Carrier;  // one file that is read
  void judge(int index);
  void convert(int index, std::string_view encoder, const char* suffix);

  SourceFile& source_;
  CarryOptions options_;
  double shift_s_ = 0;
  std::vector<std::unique_ptr<Carrier>> carriers_;  // the first is the source
  std::vector<bool> copied_;                        // by stream of the source: as it is
  std::vector<std::string> notes_;
  std::map<AVMediaType, int> tracks_;
  std::map<int, double> sound_ends_s_;
};

}  // namespace gan
