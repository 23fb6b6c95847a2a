// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/frame_counter.h"

#include <utility>

#include "gst-plugin/video_source.h"

namespace gan {
namespace {

gint64 first_frame_from(const GstVideoInfo& info, GstClockTime time) {
  const gint64 frame = frame_at_time(info, time, false);
  return info.fps_n && time_of_frame(info, frame) < time ? frame + 1 : frame;
}

}  // namespace

bool FrameCounter::settle(const GstVideoInfo& info) {
  const auto seek = std::exchange(seek_, std::nullopt);
  if (!seek) return false;
  frame_ = seek->from_then_on && !seek->backwards
               ? first_frame_from(info, seek->time)
               : frame_at_time(info, seek->time, seek->backwards);
  return true;
}

gint64 FrameCounter::skip_to(const GstVideoInfo& info, GstClockTime time) {
  const gint64 first = first_frame_from(info, time), skipped = MAX(first - frame_, 0);
  frame_ += skipped;
  return skipped;
}

}  // namespace gan
