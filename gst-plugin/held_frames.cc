// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/held_frames.h"

namespace gan {

void HeldFrames::submit(const std::shared_ptr<Enhancer>& network, const FrameView& in,
                        HeldFrame held, MappedFrame out) {
  std::unique_ptr<Mapped> mapped(new Mapped{std::move(held), std::move(out)});
  network->submit(in, mapped->held.frame.look, mapped->target.span());
  network_ = network;
  frames_.push_back(std::move(mapped));
}

HeldFrame HeldFrames::collect() {
  const auto first = std::move(frames_.front());
  const auto network = network_;
  frames_.pop_front();
  if (frames_.empty()) network_.reset();
  network->collect();
  return std::move(first->held);
}

void HeldFrames::drop() {
  if (network_) network_->drop_submitted();
  frames_.clear();
  network_.reset();
}

}  // namespace gan
