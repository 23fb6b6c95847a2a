// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/latent_walker.h"

#include <algorithm>
#include <optional>

#include "core/error.h"
#include "core/resize.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/device.h"
#include "models/frame_tensor.h"
#include "models/host_allocator.h"
#include "models/table.h"

namespace gan {
namespace {

class TorchWalker : public LatentWalker {
 public:
  explicit TorchWalker(const WalkerOptions& options)
      : options_(options),
        loaded_(load(options)),
        traits_(loaded_.network->traits()),
        device_(device_from_name(options.device)),
        precision_(precision_of(options, device_)) {
    loaded_.network->to(device_, precision_);
    to_channels_last(*loaded_.network);
  }

  WalkerInfo info() const override {
    return {options_.model, loaded_.name,         device_.str(),  precision_name(precision_),
            picture_size(), traits_.out_channels, traits_.latent, traits_.classes};
  }

  void set_format(const FrameFormat& out, int cells, int columns) override {
    check(cells >= 1 && columns >= 1, ErrorKind::kSettings, "a grid wants at least one cell");
    set_threads_of_this_thread(options_.threads);
    out_ = out;
    cells_ = cells;
    columns_ = columns;
    const Size one = picture_size();
    canvas_ =
        empty_picture_tensor({one.width * columns, one.height * ((cells + columns - 1) / columns)});
    canvas_.zero_();  // cells that no picture fills stay black
    const PictureSpan picture = picture_of(canvas_);
    if (gan::info(out.pixels).has_alpha) {
      opaque_ = Picture(out.size, 1);
      std::ranges::fill(opaque_.values, 1.0f);
    }
    resizer_.reset();
    if (picture.size != out.size) {
      resizer_.emplace(picture.size, out.size);
      resized_ = empty_picture_tensor(out.size);
    }
    run({std::vector<float>(static_cast<size_t>(traits_.latent)),
         std::vector<float>(static_cast<size_t>(traits_.classes))},
        1);
  }

  void draw(std::span<const LatentPoint> points, double truncation, const FrameSpan& out) override {
    check(static_cast<int>(points.size()) == cells_, ErrorKind::kFailed, "wants ", cells_,
          " points, got ", points.size());
    const Size one = picture_size();
    for (int cell = 0; cell < cells_; ++cell) {
      const int x = cell % columns_ * one.width, y = cell / columns_ * one.height;
      canvas_.slice(2, y, y + one.height)
          .slice(3, x, x + one.width)
          .copy_(run(points[static_cast<size_t>(cell)], truncation));
    }
    torch::Tensor frame = canvas_;
    if (resizer_) {
      const PictureSpan from = picture_of(canvas_);
      resizer_->run({from.data, from.size, 3, from.stride}, picture_of(resized_));
      frame = resized_;
    }
    FrameWriter(out_).write(frame, out, {});
    if (gan::info(out_.pixels).has_alpha) write_component(opaque_.view(), 3, out);
  }

 private:
  // Codes of 8 bits make slow walks tremble, so `auto` is fp32 everywhere.
  static torch::ScalarType precision_of(const WalkerOptions& options, torch::Device device) {
    return options.precision == "auto" ? torch::kFloat
                                       : precision_from_name(options.precision, device);
  }

  static LoadedNetwork load(const WalkerOptions& options) {
    install_host_allocator();
    LoadedNetwork loaded = load_network(open_model(options.model));
    const Task task = find_network(loaded.name).task;
    check(task == Task::kLatent || task == Task::kLatentLabel || task == Task::kAutoencoder,
          ErrorKind::kWrongType, options.model, ": holds a network ", loaded.name,
          ", which makes no picture of a code");
    const int channels = loaded.network->traits().out_channels;
    check(channels == 1 || channels == 3, ErrorKind::kWrongType, options.model,
          ": its pictures have ", channels, " channels; frames want 1 or 3");
    return loaded;
  }

  Size picture_size() const { return {traits_.out_width, traits_.out_height}; }

  // {1, 3 or 1, H, W} in [0, 1]; one channel spreads over three when it is copied.
  torch::Tensor run(const LatentPoint& point, double truncation) {
    torch::InferenceMode inference;
    check(static_cast<int>(point.code.size()) == traits_.latent, ErrorKind::kFailed,
          "wants a code of ", traits_.latent, " numbers, got ", point.code.size());
    const auto row = [&](const std::vector<float>& values) {
      return torch::tensor(values).unsqueeze(0).to(device_, precision_);
    };
    NetworkInput input{.latent = row(point.code), .truncation = truncation};
    if (traits_.classes) input.label = row(point.label);
    const auto picture = loaded_.network->run(input).to(torch::kCPU, torch::kFloat);
    return ((picture - traits_.low) / (traits_.high - traits_.low)).clamp_(0, 1);
  }

  WalkerOptions options_;
  LoadedNetwork loaded_;
  NetworkTraits traits_;
  torch::Device device_;
  torch::ScalarType precision_;
  FrameFormat out_;
  int cells_ = 1, columns_ = 1;
  torch::Tensor canvas_, resized_;
  Picture opaque_;
  std::optional<Resizer> resizer_;
};

}  // namespace

std::unique_ptr<LatentWalker> make_walker(const WalkerOptions& options) {
  return std::make_unique<TorchWalker>(options);
}

}  // namespace gan
