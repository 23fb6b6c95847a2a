// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/device_picture.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>
#include <vector>

#include "core/chroma.h"
#include "core/colour.h"
#include "core/error.h"
#include "core/tiles.h"
#include "models/enhancer/channels.h"
#include "models/enhancer/tile_parts.h"
#include "models/frames/frame_tensor.h"

namespace gan {
namespace {

constexpr int64_t kPixelsAtOnce = 1 << 20;  // of the tiles that are run as one

}  // namespace

DevicePicture::Formats::Formats(const FrameFormat& in, const FrameFormat& out,
                                const NetworkTraits& traits, torch::Device device)
    : read(in, device),
      write(out, device),
      plain(in.size, out.size, Filter::kBicubic, device),
      padded{padded_side(in.size.width, traits), padded_side(in.size.height, traits)},
      loses_chroma(gan::loses_chroma(in.pixels, out.pixels)) {
  // What the network wants beyond the frame is its reflection.
  const auto axis = [&](int side, int whole) {
    ResampleAxis reflection{1, {}, {}};
    for (int i = 0; i < whole; ++i) {
      reflection.index.push_back(reflected(i, side));
      reflection.weight.push_back(1);
    }
    return DeviceAxis(reflection, device);
  };
  pad_rows = axis(in.size.height, padded.height);
  pad_columns = axis(in.size.width, padded.width);
  if (loses_chroma)
    chroma = DeviceResizer(component_size(gan::info(in.pixels).component[1], in.size),
                           component_size(gan::info(out.pixels).component[1], out.size),
                           Filter::kBilinear, device);
}

DevicePicture::DevicePicture(TorchNetwork& network, const EnhancerOptions& options)
    : network_(network), overlap_(options.tile_overlap), side_(options.tile_size) {
  check_channels(traits(), options.model);
  check_tile_size(options.tile_size, traits(), network.info().network);
}

void DevicePicture::set_formats(const FrameFormat& in, const FrameFormat& out) {
  in_ = in;
  out_ = out;
  formats_.emplace(in, out, traits(), network_.device());
  forget_graph();
  may_record_ = DeviceGraph::can(network_.device());
}

void DevicePicture::set_side(int side) {
  side_ = side;
  tiles_bytes_ = 0;  // one at a time, until it is known what may be taken
  forget_graph();
}

void DevicePicture::choose_side(double bytes) {
  const TileMemory memory(layout(), traits().scale,
                          [this](Size tile) { return network_.memory(tile); });
  if (side_ == 0 && may_tile(traits()) && memory.bytes(0, formats_->padded) > bytes)
    set_side(
        std::max(memory.largest_side(bytes, formats_->padded), layout().rounded(kSmallestTile)));
  tiles_bytes_ = bytes - memory.bytes(0, formats_->padded) + network_.memory(formats_->padded);
}

void DevicePicture::forget_graph() {
  graph_.forget();
  last_look_.reset();
}

TileLayout DevicePicture::layout() const {
  return {std::max(traits().size_multiple, std::max(traits().tile_window, 1)),
          halo_of(traits(), overlap_)};
}

// {N, 3, h, w} -> {N, 1, h, w}
torch::Tensor DevicePicture::luma(const torch::Tensor& rgb) const {
  const auto [kr, kb] = weights(in_.colorimetry.matrix);
  return rgb.slice(1, 0, 1) * kr + rgb.slice(1, 1, 2) * (1 - kr - kb) + rgb.slice(1, 2, 3) * kb;
}

torch::Tensor DevicePicture::forward(const torch::Tensor& picture, const Look& look, bool fp32) {
  tiles_ += static_cast<uint64_t>(picture.size(0));
  return fp32 ? network_.forward_in_fp32(picture, look.code) : network_.forward(picture, look.code);
}

torch::Tensor DevicePicture::network_of(const torch::Tensor& picture, const Look& look, bool fp32) {
  if (side_ == 0) return forward(picture, look, fp32);
  const int scale = traits().scale;
  const Size whole = scaled(formats_->padded, scale);
  auto assembled =
      torch::empty({1, traits().out_channels, whole.height, whole.width}, picture.options());
  auto tiles = cover(formats_->padded, side_, layout().halo, layout().step);
  std::ranges::stable_sort(tiles, {},
                           [](const Tile& tile) {  // those at the frame's rim are smaller
                             return std::pair(tile.input.size.width, tile.input.size.height);
                           });
  for (auto first = tiles.begin(), last = first; first != tiles.end(); first = last) {
    last = first + most_at_once(first->input.size,
                                std::ranges::count_if(first, tiles.end(), [&](const Tile& tile) {
                                  return tile.input.size == first->input.size;
                                }));
    std::vector<torch::Tensor> inputs;
    for (auto tile = first; tile != last; ++tile)
      inputs.push_back(picture_part(picture, tile->input));
    const auto outputs = forward(torch::cat(inputs), look, fp32);
    for (auto tile = first; tile != last; ++tile) {
      const Rect core{tile->core.x - tile->input.x, tile->core.y - tile->input.y, tile->core.size};
      picture_part(assembled, times(tile->core, scale))
          .copy_(
              picture_part(outputs.slice(0, tile - first, tile - first + 1), times(core, scale)));
    }
  }
  return assembled;
}

// Of so many tiles of a size those that are run as one: small ones alone leave a GPU idle.
int64_t DevicePicture::most_at_once(Size tile, int64_t there_are) const {
  const auto fit = static_cast<int64_t>(tiles_bytes_ / std::max(network_.memory(tile), 1.0));
  return std::clamp<int64_t>(std::min(kPixelsAtOnce / tile.area(), fit), 1, there_are);
}

// Nearly all frames look like the ones before them, so from the second such on they are started as
// one.
torch::Tensor DevicePicture::run(const torch::Tensor& bytes, const Look& look, bool fp32,
                                 const Lane& lane) {
  if (fp32 || last_look_ != look) {
    forget_graph();
    const auto made = compute(bytes, look, fp32);
    if (!fp32) last_look_ = look;  // else the weights have moved
    return made;
  }
  if (!may_record_ || (!graph_.is_recorded() && !record(bytes, look, lane)))
    return compute(bytes, look, false);
  graph_in_.copy_(bytes, /*non_blocking=*/true);
  graph_.replay(lane);
  tiles_ += graph_tiles_;
  return graph_out_;
}

bool DevicePicture::record(const torch::Tensor& bytes, const Look& look, const Lane& lane) {
  const uint64_t before = tiles_;
  graph_in_ = bytes.clone();
  try {
    graph_.record(lane, [&] { graph_out_ = compute(graph_in_, look, false); });
  } catch (const Error&) {  // interrupted
    std::rethrow_exception(std::current_exception());
  } catch (const std::exception&) {  // an operator that waits for the host
    may_record_ = false;
  }
  graph_tiles_ = tiles_ - before;
  tiles_ = before;
  return may_record_;
}

torch::Tensor DevicePicture::compute(const torch::Tensor& bytes, const Look& look, bool fp32) {
  const FormatInfo &from = gan::info(in_.pixels), &to = gan::info(out_.pixels);
  const bool enhanced = look.strength > 0 && look.split < 1;
  const auto rgb = formats_->read.to_rgb(bytes);
  const int channels = traits().in_channels;
  torch::Tensor plain, result, alpha, small_alpha, loss;
  if (!enhanced || look.strength < 1 || look.split > 0 || channels == 1)
    plain = formats_->plain.run(rgb);
  if (from.has_alpha && (to.has_alpha || channels == 4)) small_alpha = formats_->read.alpha(bytes);
  if (small_alpha.defined() && to.has_alpha) alpha = formats_->plain.run(small_alpha);
  auto finite = torch::ones({1}, bytes.options());
  if (enhanced) {
    torch::Tensor input = rgb;
    if (channels == 1) input = luma(rgb);
    if (channels == 4)
      input =
          torch::cat({rgb, small_alpha.defined() ? small_alpha : torch::ones_like(luma(rgb))}, 1);
    if (formats_->padded != in_.size)
      input = formats_->pad_columns.run(formats_->pad_rows.run(input, 2), 3);
    auto output = picture_part(network_of(input, look, fp32), {0, 0, out_.size});
    finite = output.isfinite().all().reshape({1}).to(torch::kByte);
    if (channels == 4 && to.has_alpha && from.has_alpha) alpha = output.slice(1, 3, 4);
    result = channels == 1 ? plain + (output - luma(plain)) : output.slice(1, 0, 3);
    if (look.strength < 1) result = plain + (result - plain) * look.strength;
    const int64_t split = std::lround(look.split * out_.size.width);
    if (split > 0) result = torch::cat({plain.slice(3, 0, split), result.slice(3, split)}, 3);
  } else {
    result = plain;
  }
  if (formats_->loses_chroma) loss = formats_->chroma.run(formats_->read.chroma_loss(bytes));
  return torch::cat({formats_->write.to_bytes(result, loss, alpha), finite});
}

}  // namespace gan
