// SPDX-License-Identifier: LGPL-2.1-or-later
#include <ATen/cuda/CUDAGraph.h>

#include <exception>

#include "models/libtorch/device_graph.h"

namespace gan {

struct DeviceGraph::Recorded {
  at::cuda::CUDAGraph graph;
};

bool DeviceGraph::can(torch::Device device) { return device.is_cuda(); }

DeviceGraph::DeviceGraph() = default;
DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::record(const Lane& lane, const std::function<void()>& work) {
  forget();
  lane.wait();
  auto made = std::make_unique<Recorded>();
  const Lane::Use use(lane);
  // Other threads, which load networks, go on with theirs.
  made->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
  std::exception_ptr failed;
  try {
    work();
  } catch (...) {
    failed = std::current_exception();
  }
  try {
    made->graph.capture_end();
  } catch (...) {
    if (!failed) failed = std::current_exception();
  }
  if (failed) std::rethrow_exception(failed);
  recorded_ = std::move(made);
}

void DeviceGraph::replay(const Lane& lane) {
  const Lane::Use use(lane);
  recorded_->graph.replay();
}

void DeviceGraph::forget() { recorded_.reset(); }

}  // namespace gan
