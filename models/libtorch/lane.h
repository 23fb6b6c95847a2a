// SPDX-License-Identifier: LGPL-2.1-or-later
// Work that a device does in order, beside that of other lanes: a stream of CUDA; on the CPU, where
// all is done at once, nothing.
#pragma once

#include <c10/core/Event.h>
#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include <memory>
#include <optional>

namespace gan {

class Lane {
 public:
  explicit Lane(torch::Device device) {
    if (device.is_cpu()) return;
    const c10::impl::VirtualGuardImpl guard(device.type());
    stream_ = guard.getStreamFromGlobalPool(device, /*isHighPriority=*/false);
    done_ = std::make_unique<c10::Event>(device.type());
  }

  // What the calling thread starts while this is there goes to the lane.
  class Use {
   public:
    explicit Use(const Lane& lane) {
      if (lane.stream_) guard_.emplace(*lane.stream_);
    }

   private:
    std::optional<c10::StreamGuard> guard_;
  };

  // What is started from now on waits for what the other lane has been given.
  void after(Lane& other) {
    if (!stream_) return;
    other.done_->record(*other.stream_);
    other.done_->block(*stream_);
  }
  // The calling thread waits until all that was given is done.
  void wait() const {
    if (!stream_) return;
    const c10::impl::VirtualGuardImpl guard(stream_->device_type());
    guard.synchronizeStream(*stream_);
  }

 private:
  std::optional<c10::Stream> stream_;
  std::unique_ptr<c10::Event> done_;
};

}  // namespace gan
