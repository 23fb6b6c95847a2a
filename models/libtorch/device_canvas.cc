// SPDX-License-Identifier: LGPL-2.1-or-later
#include <optional>

#include "models/frames/frame_tensor.h"
#include "models/libtorch/device_frames.h"
#include "models/walker/grid_canvas.h"

namespace gan {
namespace {

class DeviceCanvas : public GridCanvas {
 public:
  DeviceCanvas(const PictureGrid& grid, const FrameFormat& out, torch::Device device)
      : grid_(grid), frames_(out, device) {
    const Size whole = grid.whole();
    canvas_ = torch::zeros({1, 3, whole.height, whole.width}, device);
    host_ = torch::empty({frames_.bytes()},
                         torch::TensorOptions(torch::kByte).pinned_memory(device.is_cuda()));
    if (whole != out.size) resizer_.emplace(whole, out.size, Filter::kBicubic, device);
  }

  void paint(const std::vector<torch::Tensor>& pictures, const FrameSpan& out) override {
    const torch::InferenceMode inference;
    for (int i = 0; i < grid_.cells; ++i)
      picture_part(canvas_, grid_.cell(i)).copy_(pictures[static_cast<size_t>(i)]);
    host_.copy_(frames_.to_bytes(resizer_ ? resizer_->run(canvas_) : canvas_, {}, {}));
    frames_.scatter(host_.data_ptr<uint8_t>(), out);
  }

 private:
  PictureGrid grid_;
  DeviceFrames frames_;
  torch::Tensor canvas_, host_;
  std::optional<DeviceResizer> resizer_;
};

}  // namespace

std::unique_ptr<GridCanvas> make_device_canvas(const PictureGrid& grid, const FrameFormat& out,
                                               torch::Device device) {
  return std::make_unique<DeviceCanvas>(grid, out, device);
}

}  // namespace gan
