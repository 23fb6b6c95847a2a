// SPDX-License-Identifier: LGPL-2.1-or-later
// Where LibTorch has no CUDA.
#include "core/error.h"
#include "models/libtorch/device_graph.h"

namespace gan {

struct DeviceGraph::Recorded {};

bool DeviceGraph::can(torch::Device) { return false; }

DeviceGraph::DeviceGraph() = default;
DeviceGraph::~DeviceGraph() = default;

void DeviceGraph::record(const Lane&, const std::function<void()>&) {
  fail(ErrorKind::kUnavailable, "this LibTorch has no CUDA");
}
void DeviceGraph::replay(const Lane&) {}
void DeviceGraph::forget() {}

}  // namespace gan
