// SPDX-License-Identifier: LGPL-2.1-or-later
// What latentwalk does with its stream. The element translates GstBaseSrc's calls to this.
#pragma once

#include <gst/base/gstpushsrc.h>
#include <gst/video/video.h>

#include <atomic>
#include <memory>
#include <optional>

#include "core/latent_walk.h"
#include "gst-plugin/frame_counter.h"
#include "gst-plugin/lateness.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/walk_properties.h"

namespace gan {

class WalkStream {
 public:
  explicit WalkStream(GstBaseSrc* base) : base_(base) {}

  // Any thread.
  bool set(guint property, const GValue* value);  // false: none of WalkSettings
  bool get(guint property, GValue* value) const;  // those, and kWalkStats
  GstVideoInfo info() const { return info_.copy(); }
  void listen(GstEvent* event) { lateness_.listen(event); }  // from downstream
  void interrupt(bool interrupted);

  // Throw Error.
  void start();
  void stop();
  void set_caps(GstCaps* caps);
  Size size() const;  // of a frame, where nobody wants another
  void seek(GstClockTime time, bool backwards);

  // The thread of the stream: the next frame.
  GstFlowReturn fill(GstBuffer* buffer);
  // The frame is sent now: a live source has kept it until its time, and moved its timestamp.
  void sent(GstBuffer* buffer);

 private:
  // What a frame is drawn of.
  struct Shown {
    std::vector<LatentPoint> points;
    double truncation = 1;
    bool operator==(const Shown&) const = default;
  };

  GstElement* element() const { return GST_ELEMENT(base_); }
  bool skip_late_frames(const WalkSettings& settings, const GstVideoInfo& info);
  void renew_path(const WalkOptions& options);
  Shown shown_at(const WalkSettings& settings, gint64 frame) const;
  bool draw(const WalkSettings& settings, GstBuffer* buffer);

  GstBaseSrc* base_;
  Locked<WalkSettings> settings_;
  Locked<std::shared_ptr<LatentWalker>> walker_;  // from start() to stop()
  Locked<GstVideoInfo> info_;                     // negotiated
  Lateness lateness_;
  std::atomic<guint64> skipped_{0};  // frames that would have come late
  // What follows belongs to the streaming thread, and to others while it stands still.
  WalkGround ground_;
  GridShape grid_;
  std::optional<LatentPath> path_;
  WalkOptions path_options_;  // that the path was made of
  FrameCounter counter_;
  std::optional<Shown> expected_;  // of the next frame
  struct Drawn {
    GstClockTime timestamp = 0, begun = GST_CLOCK_TIME_NONE, done = GST_CLOCK_TIME_NONE;
  };
  Drawn drawn_;                 // the last frame
  GstClockTimeDiff moved_ = 0;  // timestamps, by GstBaseSrc
};

}  // namespace gan
