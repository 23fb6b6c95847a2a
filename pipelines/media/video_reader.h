// SPDX-License-Identifier: LGPL-2.1-or-later
// The frames of a file as they are meant to be seen: upright, progressive, of one size and one
// format, at their times.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipelines/media/decoder.h"
#include "pipelines/media/filter_chain.h"

namespace gan {

struct ReaderOptions {
  bool alpha = false;          // keep transparency
  int threads = 0;             // of the decoder; 0: all
  double from_s = 0;           // of the video's time line, which begins with its first frame at 0
  double to_s = 0;             // 0: to the end
  std::string frame_rate;      // of raw streams
  FilterTarget like;           // what frames become; without a size: what the first of them is
  bool end_at_change = false;  // instead of fitting what is of another kind
  const std::atomic<bool>* stop = nullptr;  // may be null
};

class VideoReader {
 public:
  // Throws Error: kNotFound, kUnreadable, kWrongType (no video in it, no decoder for it).
  VideoReader(const std::string& path, const ReaderOptions& options);
  VideoReader(const VideoReader&) = delete;

  const SourceFile& source() const { return source_; }
  const AVStream& stream() const { return source_.stream(source_.video()); }

  // The next frame: pts and duration in time_base(), of one format, size and aspect, colours
  // complete. Null at the end. Throws Error(kInterrupted), Error(kWrongType) where nothing can be
  // decoded.
  UniqueFrame next();

  // Valid once next() has given a frame.
  AVRational time_base() const { return time_base_; }
  AVRational frame_rate() const;              // of the frames given; 0/1: variable or unknown
  int64_t origin() const { return origin_; }  // pts of the file's first frame

  // Whether a frame so far was transparent somewhere.
  bool saw_alpha() const { return saw_alpha_; }

  // Where frames of another kind begin, at which reading ended, in seconds from origin(); 0:
  // nowhere.
  double changes_s() const { return changes_s_; }

  // What the user should hear of: damage, changes within the stream. Taken away.
  std::vector<std::string> take_notes();

  double expected_frames() const;  // 0: unknown
  double duration_s() const;       // of the part that is read; 0: unknown

  // For an error, where next() gave none at all.
  std::string no_frame() const;

 private:
  void give(UniqueFrame frame);
  void begin_chain(const AVFrame& frame);
  void judge_fields();
  void date_first(UniqueFrame first);
  void note(std::string text) { notes_.push_back(std::move(text)); }
  UniqueFrame accepted(UniqueFrame frame);
  bool inside(const AVFrame& frame) const;  // of the part that is read
  bool end_at(const AVFrame& frame);        // true: the frame is of the next part
  double time_s(int64_t pts) const;         // of a frame of the decoder, from origin()
  double whole_s() const;                   // of the file; 0: unknown
  UniqueFrame last();

  SourceFile source_;
  ReaderOptions options_;
  std::optional<Decoder> decoder_;
  std::vector<UniqueFrame> looked_at_;  // decoded before their turn, newest first
  bool ended_ = false;
  std::optional<FilterChain> chain_;
  FilterInput chain_input_;
  FilterTarget target_;
  UniqueFrame held_;  // the frame before the next, whose time is its end
  AVRational time_base_{0, 1}, frame_rate_{0, 1};
  int64_t origin_ = AV_NOPTS_VALUE;
  int64_t last_pts_ = AV_NOPTS_VALUE, last_duration_ = 0;
  double changes_s_ = 0;
  bool deinterlace_ = false, judged_ = false, dated_ = false, saw_alpha_ = false;
  int64_t damaged_said_ = 0, misplaced_ = 0;
  std::vector<std::string> notes_;
};

}  // namespace gan
