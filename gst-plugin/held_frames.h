// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames that a network makes beside the thread of the stream (core/engine.h, Enhancer::submit).
#pragma once

#include <deque>
#include <memory>

#include "core/engine.h"
#include "gst-plugin/video_frame.h"

namespace gan {

// What enhancegan knows of a frame when it begins it.
struct EnhanceFrame {
  Look look;
  GstClockTime time = 0, begun = 0;  // running times: its own, and when it was begun
  bool enhanced = false;             // by the network
};

struct HeldFrame {
  struct Unref {
    void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  };
  EnhanceFrame frame;
  std::unique_ptr<GstBuffer, Unref> buffer;  // what becomes of it
};

// The first submitted comes out first. One thread.
class HeldFrames {
 public:
  ~HeldFrames() { drop(); }
  int count() const { return static_cast<int>(frames_.size()); }
  const std::shared_ptr<Enhancer>& network() const { return network_; }  // none: nothing is held

  // Where others are held, of the same network. Throws Error; `held` then is lost.
  void submit(const std::shared_ptr<Enhancer>& network, const FrameView& in, HeldFrame held,
              MappedFrame out);
  // Waits for the first one. Throws Error; it then is no longer held.
  HeldFrame collect();
  void drop();  // all

 private:
  struct Mapped {
    HeldFrame held;
    MappedFrame target;  // unmapped before the buffer goes
  };
  std::shared_ptr<Enhancer> network_;
  std::deque<std::unique_ptr<Mapped>> frames_;
};

}  // namespace gan
