// SPDX-License-Identifier: LGPL-2.1-or-later
// The frames of a file as they are meant to be seen: upright, progressive, of one size and one
// format, at their times.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipelines/media/filter_chain.h"
#include "pipelines/media/source_file.h"

namespace gan {

struct ReaderOptions {
  bool alpha = false;      // keep transparency
  int threads = 0;         // of the decoder; 0: all
  double from_s = 0;       // of the video's time line, which begins with its first frame at 0
  double to_s = 0;         // 0: to the end
  std::string frame_rate;  // of raw streams
  const std::atomic<bool>* stop = nullptr;  // may be null
};

class VideoReader {
 public:
  // Throws Error: kNotFound, kUnreadable, kWrongType (no video in it, no decoder for it).
  VideoReader(const std::string& path, const ReaderOptions& options);

  const SourceFile& source() const { return source_; }
  const AVStream& stream() const { return source_.stream(source_.video()); }

  // The next frame: pts and duration in time_base(), of one format, size and aspect, colours
  // complete. Null at the end. Throws Error(kInterrupted), Error(kWrongType) where nothing can be
  // decoded.
  UniqueFrame next();

  // Valid once next() has given a frame.
  AVRational time_base() const { return time_base_; }
  AVRational frame_rate() const { return frame_rate_; }  // 0/1: variable or unknown
  int64_t origin() const { return origin_; }             // pts of the file's first frame
  bool deinterlaces() const { return deinterlace_; }

  // What the user should hear of: damage, changes within the stream. Taken away.
  std::vector<std::string> take_notes();

  double expected_frames() const;  // 0: unknown
  double duration_s() const;       // of the part that is read; 0: unknown

 private:
  bool decode(AVFrame& frame);  // false: the end
  void give(UniqueFrame frame);
  void begin_chain(const AVFrame& frame);
  void judge_fields();
  void note(std::string text) { notes_.push_back(std::move(text)); }
  UniqueFrame accepted(UniqueFrame frame);
  bool inside(const AVFrame& frame) const;  // of the part that is read
  UniqueFrame last();

  SourceFile source_;
  ReaderOptions options_;
  UniqueCodec decoder_;
  UniquePacket packet_ = new_packet();
  UniqueFrame decoded_ = new_frame();
  std::vector<UniqueFrame> looked_at_;  // decoded by judge_fields(), newest first
  bool decoder_ended_ = false, ended_ = false;
  std::optional<FilterChain> chain_;
  FilterInput chain_input_;
  FilterTarget target_;
  UniqueFrame held_;  // the frame before the next, whose time is its end
  AVRational time_base_{0, 1}, frame_rate_{0, 1};
  int64_t origin_ = AV_NOPTS_VALUE;
  int64_t last_pts_ = AV_NOPTS_VALUE, last_duration_ = 0;
  bool deinterlace_ = false, judged_ = false;
  int64_t damaged_ = 0, misplaced_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace gan
