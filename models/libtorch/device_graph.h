// SPDX-License-Identifier: LGPL-2.1-or-later
// What CUDA alone has: work that is recorded once and then started as one, a graph. Starting it
// costs the host a call, where starting every operator costs it one each.
#pragma once

#include <functional>
#include <memory>

#include "models/libtorch/lane.h"

namespace gan {

class DeviceGraph {
 public:
  // Whether it can be recorded there: on GPUs, where LibTorch has CUDA.
  static bool can(torch::Device device);

  DeviceGraph();
  ~DeviceGraph();
  // `work` runs on the lane without effect; it reads and writes the same memory each time it is
  // replayed, and waits for nothing. Throws what it throws and where an operator cannot be
  // recorded; then nothing is.
  void record(const Lane& lane, const std::function<void()>& work);
  bool is_recorded() const { return recorded_ != nullptr; }
  void replay(const Lane& lane);
  void forget();

 private:
  struct Recorded;
  std::unique_ptr<Recorded> recorded_;
};

}  // namespace gan
