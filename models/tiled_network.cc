// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/tiled_network.h"

#include "core/error.h"
#include "core/tiles.h"
#include "models/device.h"
#include "models/frame_tensor.h"
#include "models/torchscript.h"

namespace gan {

namespace {

// LibTorch 1.13 computes some operators wrongly in bf16 on the CPU; our networks avoid them, a
// script cannot.
torch::ScalarType precision_of(const LoadedNetwork& loaded, const EnhancerOptions& options,
                               torch::Device device) {
  const torch::ScalarType precision = precision_from_name(options.precision, device);
  if (loaded.name != kTorchScript || !device.is_cpu()) return precision;
  check(options.precision == "auto" || precision == torch::kFloat, ErrorKind::kSettings,
        "precision must be auto or fp32 for a TorchScript on the CPU, got ", options.precision);
  return torch::kFloat;
}

}  // namespace

TiledNetwork::TiledNetwork(LoadedNetwork loaded, const EnhancerOptions& options)
    : network_(std::move(loaded.network)),
      traits_(network_->traits()),
      device_(device_from_name(options.device)),
      precision_(precision_of(loaded, options, device_)),
      tile_size_(options.tile_size) {
  info_ = {options.model.empty() ? "x2" : options.model, loaded.name, device_.str(),
           precision_name(precision_), traits_.scale};
  check(tile_size_ == 0 || traits_.receptive_radius != kGlobalRadius, ErrorKind::kSettings,
        "tile-size must be 0 for network ", loaded.name,
        ": every output pixel depends on the whole frame, so tiles would show");
  check(tile_size_ == 0 || tile_size_ >= 16, ErrorKind::kSettings,
        "tile-size must be 0 or at least 16, got ", tile_size_);
  network_->to(device_, precision_);
  to_channels_last(*network_);
}

torch::Tensor TiledNetwork::run_tile(const torch::Tensor& input) {
  torch::Tensor image = input.to(device_, precision_);
  if (traits_.low != 0 || traits_.high != 1)
    image = image * (traits_.high - traits_.low) + traits_.low;
  torch::Tensor output = network_->run({image, {}, {}}).to(torch::kCPU, torch::kFloat);
  if (traits_.low != 0 || traits_.high != 1)
    output = (output - traits_.low).div_(traits_.high - traits_.low);
  ++tiles_;
  return output;
}

torch::Tensor TiledNetwork::run(const torch::Tensor& input) {
  torch::InferenceMode inference;
  const Size size{static_cast<int>(input.size(3)), static_cast<int>(input.size(2))};
  if (tile_size_ == 0 || (size.width <= tile_size_ && size.height <= tile_size_))
    return as_picture_tensor(run_tile(input));

  const Size out = scaled(size, traits_.scale);
  if (!assembled_.defined() || assembled_.size(2) != out.height || assembled_.size(3) != out.width)
    assembled_ = empty_picture_tensor(out);
  const auto part = [](const torch::Tensor& whole, const Rect& rect, int scale) {
    return whole.slice(2, int64_t{rect.y} * scale, int64_t{rect.y + rect.size.height} * scale)
        .slice(3, int64_t{rect.x} * scale, int64_t{rect.x + rect.size.width} * scale);
  };
  for (const Tile& tile :
       cover(size, tile_size_, traits_.receptive_radius, traits_.size_multiple)) {
    const torch::Tensor output = run_tile(part(input, tile.input, 1));
    const Rect core{tile.core.x - tile.input.x, tile.core.y - tile.input.y, tile.core.size};
    part(assembled_, tile.core, traits_.scale).copy_(part(output, core, traits_.scale));
  }
  return assembled_;
}

}  // namespace gan
