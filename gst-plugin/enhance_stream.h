// SPDX-License-Identifier: LGPL-2.1-or-later
// What enhancegan does with its stream. The element translates GstBaseTransform's calls to this.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <string>

#include "gst-plugin/code_path.h"
#include "gst-plugin/cuda/frame_memory.h"
#include "gst-plugin/enhance_properties.h"
#include "gst-plugin/held_frames.h"
#include "gst-plugin/latency.h"
#include "gst-plugin/lateness.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/network_keeper.h"

namespace gan {

class EnhanceStream {
 public:
  explicit EnhanceStream(GstBaseTransform* base);

  // Any thread.
  void set(guint property, const GValue* value);  // one of EnhanceProperty
  bool get(guint property, GValue* value) const;
  int scale() const { return scale_.copy(); }  // 0: no network loaded
  std::shared_ptr<Enhancer> network() const { return keeper_.current(); }
  void interrupt(bool interrupted) { keeper_.interrupt(interrupted); }
  GstCaps* transform_caps(GstCaps* caps, GstPadDirection from) const;  // transfer full
  bool answer_latency(GstQuery* query) const;
  bool answer_context(GstQuery* query) {
    return memory_.answer(element(), query, settings_.copy().engine.device);
  }
  // What comes from downstream; the event, or null where it ends here. Takes it over.
  GstEvent* from_downstream(GstEvent* event);

  // Throw Error.
  void start();
  void stop();
  bool set_caps(GstCaps* in, GstCaps* out);
  void flush();

  // The thread of the stream. Before a frame is looked at: a network of another scale takes over,
  // and frames that would come late are told to the base class, which drops them.
  void before_frame(GstBuffer* buffer);
  FrameMemory& memory() { return memory_; }
  // Nothing would change, so buffers can go through as they are.
  bool changes_nothing() const;
  void set_stream_time(GstClockTime time);
  void transform(GstBuffer* in, GstBuffer* out);
  // Instead of transform() where the network makes frames beside this thread: once so many were
  // submitted that it is full, the first comes out. submit() takes `out` over. Throw Error.
  bool holds_frames() const { return network()->most_submitted() > 0; }
  void submit(GstBuffer* in, GstBuffer* out);
  bool is_full() const;
  GstBuffer* collect();
  void drain();  // pushes all that is held
  bool keep_meta(GstBuffer* out, GstMeta* meta, GstBuffer* in);

  GstVideoInfo in, out;          // negotiated
  bool next_takes_meta = false;  // the element behind, GstVideoMeta

 private:
  GstElement* element() const { return GST_ELEMENT(base_); }
  EnhanceFrame begin(GstBuffer* in);
  void end(const EnhanceFrame& frame, Enhancer& enhancer);
  int most_held() const;
  bool is_idle() const;
  void loaded(const EnhancerInfo& info);
  void refused(const Failure& failure, const std::string& asked, const std::string& running);
  void take_offered_scale();
  void renew_path(const std::string& seeds);
  GstClockTime running_time(GstBuffer* buffer) const;

  GstBaseTransform* base_;
  Locked<EnhanceSettings> settings_;
  Locked<int> scale_{0};
  NetworkKeeper keeper_;  // loaded from start() to stop()
  Lateness lateness_;
  Latency latency_;
  CodePath path_;
  double seconds_ = 0;  // stream time of the frame
  FrameMemory memory_;
  bool same_memory_ = true;  // of frames that come and go
  HeldFrames held_;
  double held_ms_ = 0;  // that a frame waits for those after it
};

}  // namespace gan
