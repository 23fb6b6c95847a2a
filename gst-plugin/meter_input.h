// SPDX-License-Identifier: LGPL-2.1-or-later
// One of psnrmeter's two inputs as a row of frames: those on its pad, and before them those that
// were taken off it to be looked at, which align=best does.
#pragma once

#include <gst/base/gstaggregator.h>
#include <gst/video/video.h>

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/alignment.h"
#include "core/pairing.h"

namespace gan {

struct UnrefMini {
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
};
using UniqueBuffer = std::unique_ptr<GstBuffer, UnrefMini>;
using UniqueCaps = std::unique_ptr<GstCaps, UnrefMini>;

// What holds for frames from an event on.
struct InputStream {
  GstVideoInfo info;
  GstSegment segment;
  UniqueCaps caps;     // null before they are known
  guint segments = 0;  // that have come
};

struct MeterFrame {
  UniqueBuffer buffer;  // null: there is no frame
  std::shared_ptr<const InputStream> stream;
  GstClockTime timestamp() const { return GST_BUFFER_PTS(buffer.get()); }
  GstClockTime stream_time() const;
  // A frame that begins before its segment and reaches into it counts from there.
  GstClockTime running_time() const;
};

// The streaming thread's.
class MeterInput {
 public:
  explicit MeterInput(GstAggregatorPad* pad) : pad_(pad) { reset(); }

  GstAggregatorPad* pad() const { return pad_; }
  // Of the newest frames. Throws Error(kSettings) for caps that are no raw video.
  const InputStream& stream() const { return *stream_; }
  void take_caps(GstCaps* caps);
  void take_segment(const GstSegment& segment);
  // Forgets frames, caps and segment; or the frames alone.
  void reset();
  void flush() { held_.clear(); }

  // Takes a gap event, which arrives as a buffer without a frame, off the pad.
  bool drop_gap();

  // The oldest frame.
  MeterFrame front() const;
  void pop();
  // As the pairing sees it. Throws Error(kFailed) for a frame without a timestamp.
  StreamHead head() const;
  // Its running time; none when there is no frame, or one without a timestamp.
  GstClockTime next_time() const;

  // Takes the pad's frame off it if it belongs to the first second (see core/alignment.h) of those
  // held; true when all of these are there, or the stream is at its end.
  bool hold_first_second();
  bool holds() const { return !held_.empty(); }
  std::vector<AlignmentFrame> first_second() const;

 private:
  struct Held {
    MeterFrame frame;
    AlignmentFrame looked_at;
  };
  MeterFrame on_pad() const;
  StreamHead head_of(const MeterFrame& frame) const;

  GstAggregatorPad* pad_;
  std::shared_ptr<const InputStream> stream_;
  std::deque<Held> held_;
};

}  // namespace gan
