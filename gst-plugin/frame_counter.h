// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frame a source makes next.
#pragma once

#include <gst/video/video.h>

#include <optional>

namespace gan {

class FrameCounter {
 public:
  // The first frame of a seek is found when the framerate is known, by settle(). from_then_on:
  // forwards, no frame that begins before `time`.
  void seek(GstClockTime time, bool backwards, bool from_then_on = false) {
    seek_ = {time, backwards, from_then_on};
  }
  bool is_seeking() const { return seek_.has_value(); }
  // Returns whether there was a seek.
  bool settle(const GstVideoInfo& info);

  // Leaves out the frames that begin before `time`. Returns how many.
  gint64 skip_to(const GstVideoInfo& info, GstClockTime time);

  void advance(gint64 step) { frame_ += step; }
  gint64 frame() const { return frame_; }  // from 0; negative: there is none

 private:
  struct Seek {
    GstClockTime time;
    bool backwards, from_then_on;
  };
  gint64 frame_ = 0;
  std::optional<Seek> seek_;
};

}  // namespace gan
