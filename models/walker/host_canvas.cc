// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <optional>

#include "core/frame_rows.h"
#include "core/resize.h"
#include "models/frames/frame_picture.h"
#include "models/frames/frame_tensor.h"
#include "models/walker/grid_canvas.h"

namespace gan {
namespace {

class HostCanvas : public GridCanvas {
 public:
  HostCanvas(const PictureGrid& grid, const FrameFormat& out, Workers& workers)
      : grid_(grid), out_(out), workers_(workers), canvas_(empty_picture_tensor(grid.whole())) {
    canvas_.zero_();
    if (gan::info(out.pixels).has_alpha) {
      opaque_ = Picture(out.size, 1);
      std::ranges::fill(opaque_.values, 1.0f);
    }
    if (grid.whole() == out.size) return;
    resizer_.emplace(grid.whole(), out.size);
    resized_ = empty_picture_tensor(out.size);
  }

  void paint(const std::vector<torch::Tensor>& pictures, const FrameSpan& out) override {
    for (int i = 0; i < grid_.cells; ++i)
      picture_part(canvas_, grid_.cell(i)).copy_(pictures[static_cast<size_t>(i)]);
    torch::Tensor frame = canvas_;
    if (resizer_) {
      resizer_->run(picture_of(canvas_), picture_of(resized_));
      frame = resized_;
    }
    FrameWriter(out_).write(picture_of(frame), out, {}, &workers_);
    if (gan::info(out_.pixels).has_alpha) write_component(opaque_.view(), 3, out);
  }

 private:
  PictureGrid grid_;
  FrameFormat out_;
  Workers& workers_;
  torch::Tensor canvas_, resized_;
  Picture opaque_;
  std::optional<Resizer> resizer_;
};

}  // namespace

std::unique_ptr<GridCanvas> make_host_canvas(const PictureGrid& grid, const FrameFormat& out,
                                             Workers& workers) {
  return std::make_unique<HostCanvas>(grid, out, workers);
}

}  // namespace gan
