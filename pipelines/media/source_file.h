// SPDX-License-Identifier: LGPL-2.1-or-later
// A media file as packets whose times run on.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "pipelines/media/libav.h"

namespace gan {

class SourceFile {
 public:
  // `stop`, which may be null: once it is true, reading throws Error(kInterrupted).
  // `frame_rate`: of raw streams, which hold none, such as "30000/1001"; empty: 25.
  // Throws Error: kNotFound, kUnreadable, kWrongType.
  SourceFile(const std::string& path, const std::atomic<bool>* stop,
             const std::string& frame_rate = "");

  const std::string& path() const { return path_; }
  AVFormatContext& format() const { return *format_; }
  AVStream& stream(int index) const { return *format_->streams[index]; }
  int count() const { return static_cast<int>(format_->nb_streams); }

  // The video to work on: the default one, else the first; covers and still pictures are none. -1:
  // there is none.
  int video() const { return video_; }
  int videos() const;  // how many there are

  // Of the video's pixels, as players have it: what the container says goes before what the codec
  // says, in `frame` or, where that is null, in its headers. 0/1: not told.
  AVRational aspect(AVFrame* frame = nullptr) const;

  // Whether it is a broadcast, of which times may jump and begin anywhere.
  bool jumps() const { return jumps_; }

  // The next packet of a stream that is not discarded, false at the end. Times of broadcasts that
  // jump, as where two recordings were joined, run on instead.
  bool read(AVPacket& packet);

  // Only packets of the stream come from now on, but where times may jump: all streams tell where.
  void only(int stream);

  // To a key frame at or before the time, in seconds of the video stream's time line.
  void seek(double seconds);

  // Errors in the container met so far: what could not be read. Empty: none.
  const std::string& trouble() const { return trouble_; }

 private:
  int64_t next_key_frame();  // of the video: its pts
  void run_on(AVPacket& packet);

  std::string path_;
  const std::atomic<bool>* stop_;
  UniqueInput format_;
  int video_ = -1;
  bool jumps_ = false;                // the container is one whose times may jump
  int64_t jump_us_ = 0;               // added to all times
  std::vector<int64_t> expected_us_;  // where each stream's next packet should begin
  std::string trouble_;
};

bool is_cover(const AVStream& stream);

}  // namespace gan
