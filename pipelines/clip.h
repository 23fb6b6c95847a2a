// SPDX-License-Identifier: LGPL-2.1-or-later
// A video or a picture as frames, for the commands that look at several files.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/media/video_reader.h"

namespace gan {

class Clip {
 public:
  // As VideoReader reads a video, and as image_file.h a picture, which is one frame; transparency
  // is left out. Throws as these.
  Clip(const std::string& path, const ReaderOptions& options);

  const std::string& path() const { return path_; }
  bool is_picture() const { return !reader_; }

  // Every frame that next() gives is what `change`, the last one set, makes of it; times stay.
  void pass_through(std::function<UniqueFrame(UniqueFrame)> change) { change_ = std::move(change); }

  UniqueFrame next();                                           // null at the end
  double time_s(const AVFrame& frame) const;                    // since the file's first frame
  double begin_s() const;                                       // of that, since the file begins
  double expected_frames() const;                               // 0: unknown
  std::string no_frame() const { return reader_->no_frame(); }  // of a video: VideoReader's
  AVRational time_base() const { return reader_ ? reader_->time_base() : AVRational{1, 1}; }
  AVRational frame_rate() const;  // of the frames that come; 0/1: variable or unknown
  std::vector<std::string> take_notes();

 private:
  std::string path_;
  std::unique_ptr<VideoReader> reader_;
  UniqueFrame picture_;
  std::function<UniqueFrame(UniqueFrame)> change_;
};

// Upright, as next() gives it; the size, shape and colours of a file.
FilterTarget shape_of(const std::string& path, const ReaderOptions& options);

}  // namespace gan
