// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/device_frames.h"

#include <algorithm>
#include <cstring>

#include "core/chroma.h"
#include "core/colour.h"
#include "core/packed_words.h"

namespace gan {
namespace {

int64_t sample_bytes(const FormatInfo& info) { return info.depth() > 8 ? 2 : 1; }

// Samples that one row of a plane has, unpacked where words hold several.
int64_t samples_in_row(const FormatInfo& info, int plane, int width) {
  if (info.word_group > 0) return samples_in_words(info, width);
  int64_t most = 0;
  for (int i = 0; i < 4; ++i) {
    const Component& c = info.component[static_cast<size_t>(i)];
    if (c.step == 0 || c.plane != plane) continue;
    // Whole pixels, and where pixels share samples, whole macropixels.
    const int64_t count = component_size(c, {width, 1}).width;
    most = std::max(most, count * c.step / sample_bytes(info));
  }
  return most;
}

}  // namespace

DeviceFrames::DeviceFrames(const FrameFormat& format, torch::Device device)
    : format_(format), info_(gan::info(format.pixels)) {
  const Size size = format.size;
  for (int p = 0; p < info_.planes; ++p) {
    Plane& plane = planes_[static_cast<size_t>(p)];
    const int64_t samples = samples_in_row(info_, p, size.width);
    plane.row_bytes = info_.word_group > 0 ? samples / 3 * 4 : samples * sample_bytes(info_);
    plane.begin = bytes_;
    for (const Component& c : info_.component)
      if (c.step > 0 && c.plane == p)
        plane.rows = std::max<int64_t>(plane.rows, component_size(c, size).height);
    bytes_ += plane.row_bytes * plane.rows;
  }
  if (info_.family != Family::kYuv) return;
  chroma_ = component_size(info_.component[1], size);
  const auto axis = [device](int taps, int count, const auto& add) {
    ResampleAxis made{taps, {}, {}};
    for (int i = 0; i < count; ++i) add(i, made);
    return DeviceAxis(made, device);
  };
  const auto up = [&](int count, int narrow, Siting siting) {
    return axis(2, count, [=](int i, ResampleAxis& to) {
      const RowPair pair = chroma_up_rows(i, {count, narrow}, siting);
      to.index.insert(to.index.end(), {pair.first, pair.second});
      to.weight.insert(to.weight.end(), {pair.first_weight, pair.second_weight});
    });
  };
  const auto down = [&](int count, int narrow, Siting siting) {
    return axis(3, narrow, [=](int i, ResampleAxis& to) {
      const RowTriple triple = chroma_down_rows(i, {count, narrow}, siting);
      to.index.insert(to.index.end(), triple.row, triple.row + 3);
      to.weight.insert(to.weight.end(), triple.weight, triple.weight + 3);
    });
  };
  up_x_ = up(size.width, chroma_.width, format.colorimetry.horizontal);
  up_y_ = up(size.height, chroma_.height, format.colorimetry.vertical);
  down_x_ = down(size.width, chroma_.width, format.colorimetry.horizontal);
  down_y_ = down(size.height, chroma_.height, format.colorimetry.vertical);
}

void DeviceFrames::gather(const FrameView& frame, uint8_t* bytes) const {
  for (int p = 0; p < info_.planes; ++p) {
    const auto& [begin, row_bytes, rows] = planes_[static_cast<size_t>(p)];
    const auto& plane = frame.planes[static_cast<size_t>(p)];
    for (int64_t y = 0; y < rows; ++y)
      std::memcpy(bytes + begin + y * row_bytes, plane.data + y * plane.stride,
                  static_cast<size_t>(row_bytes));
  }
}

void DeviceFrames::scatter(const uint8_t* bytes, const FrameSpan& frame) const {
  for (int p = 0; p < info_.planes; ++p) {
    const auto& [begin, row_bytes, rows] = planes_[static_cast<size_t>(p)];
    const auto& plane = frame.planes[static_cast<size_t>(p)];
    for (int64_t y = 0; y < rows; ++y)
      std::memcpy(plane.data + y * plane.stride, bytes + begin + y * row_bytes,
                  static_cast<size_t>(row_bytes));
  }
}

// {rows, row_bytes}
torch::Tensor DeviceFrames::plane_of(const torch::Tensor& bytes, int p) const {
  const auto& [begin, row_bytes, rows] = planes_[static_cast<size_t>(p)];
  return bytes.slice(0, begin, begin + rows * row_bytes).view({rows, row_bytes});
}
torch::Tensor DeviceFrames::plane_at(const uint8_t* data, ptrdiff_t stride, int p,
                                     torch::Device device) const {
  const Plane& plane = planes_[static_cast<size_t>(p)];
  return torch::from_blob(const_cast<uint8_t*>(data), {plane.rows, plane.row_bytes}, {stride, 1},
                          torch::TensorOptions(torch::kByte).device(device));
}

void DeviceFrames::gather(const FrameView& frame, torch::Device device,
                          const torch::Tensor& bytes) const {
  for (int p = 0; p < info_.planes; ++p) {
    const auto& [data, stride] = frame.planes[static_cast<size_t>(p)];
    plane_of(bytes, p).copy_(plane_at(data, stride, p, device), /*non_blocking=*/true);
  }
}

void DeviceFrames::scatter(const torch::Tensor& bytes, const FrameSpan& frame,
                           torch::Device device) const {
  for (int p = 0; p < info_.planes; ++p) {
    const auto& [data, stride] = frame.planes[static_cast<size_t>(p)];
    plane_at(data, stride, p, device).copy_(plane_of(bytes, p), /*non_blocking=*/true);
  }
}

FrameView DeviceFrames::view(const uint8_t* bytes) const {
  FrameView frame{format_.pixels, format_.size, format_.colorimetry, {}};
  for (size_t p = 0; p < static_cast<size_t>(info_.planes); ++p)
    frame.planes[p] = {bytes + planes_[p].begin, static_cast<ptrdiff_t>(planes_[p].row_bytes)};
  return frame;
}

bool DeviceFrames::lies_so(const FrameSpan& frame) const {
  for (size_t p = 0; p < static_cast<size_t>(info_.planes); ++p)
    if (frame.planes[p].data != frame.planes[0].data + planes_[p].begin ||
        frame.planes[p].stride != planes_[p].row_bytes)
      return false;
  return true;
}

torch::Tensor DeviceFrames::up(const torch::Tensor& chroma) const {
  return up_x_.run(up_y_.run(chroma, 2), 3);
}
torch::Tensor DeviceFrames::down(const torch::Tensor& wide) const {
  return down_x_.run(down_y_.run(wide, 2), 3);
}

// {h, w}: what the component's samples hold.
torch::Tensor DeviceFrames::samples(const torch::Tensor& bytes, const Component& c) const {
  const auto plane = plane_of(bytes, c.plane);
  const int64_t rows = plane.size(0);
  const int64_t each = sample_bytes(info_), width = component_size(c, format_.size).width;
  const auto of_component = [&](const torch::Tensor& all) {
    return all.slice(1, c.offset / each, {}, c.step / each).slice(1, 0, width);
  };
  if (info_.word_group > 0) {
    const auto b = plane.view({rows, -1, 4}).to(torch::kInt);
    const auto word = b.select(2, 0) | b.select(2, 1) * 256 | b.select(2, 2) * 65536 |
                      (b.select(2, 3) & 63) * 16777216;
    return of_component(torch::stack({word & 1023, at::bitwise_right_shift(word, 10) & 1023,
                                      at::bitwise_right_shift(word, 20) & 1023},
                                     2)
                            .view({rows, -1}));
  }
  if (each == 1) return of_component(plane);
  const auto b = of_component(plane.view({rows, -1, 2})).to(torch::kInt);
  const auto whole = b.select(2, 0) | b.select(2, 1) * 256;
  return c.shift > 0 ? at::bitwise_right_shift(whole, int64_t{c.shift}) : whole;
}

// {1, 1, h, w} float.
torch::Tensor DeviceFrames::component(const torch::Tensor& bytes, int index) const {
  const auto values = samples(bytes, info_.component[static_cast<size_t>(index)]);
  const CodeScale code = component_scale(info_, index, format_.colorimetry.range);
  return ((values.to(torch::kFloat) - code.offset) * code.scale).unsqueeze(0).unsqueeze(0);
}

torch::Tensor DeviceFrames::to_rgb(const torch::Tensor& bytes) const {
  const auto first = component(bytes, 0);
  if (info_.family == Family::kGray) return first.expand({1, 3, first.size(2), first.size(3)});
  if (info_.family == Family::kRgb)
    return torch::cat({first, component(bytes, 1), component(bytes, 2)}, 1);
  const auto [kr, kb] = weights(format_.colorimetry.matrix);
  const double kg = 1 - kr - kb, r_cr = 2 * (1 - kr), b_cb = 2 * (1 - kb);
  const auto chroma = up(torch::cat({component(bytes, 1), component(bytes, 2)}, 1));
  const auto cb = chroma.slice(1, 0, 1), cr = chroma.slice(1, 1, 2);
  return torch::cat(
      {first + cr * r_cr, first - cb * (b_cb * kb / kg) - cr * (r_cr * kr / kg), first + cb * b_cb},
      1);
}

torch::Tensor DeviceFrames::alpha(const torch::Tensor& bytes) const { return component(bytes, 3); }

torch::Tensor DeviceFrames::chroma_loss(const torch::Tensor& bytes) const {
  const auto chroma = torch::cat({component(bytes, 1), component(bytes, 2)}, 1);
  return chroma - down(up(chroma));
}

// {h, w} int32: what the component's samples hold, at their shift.
torch::Tensor DeviceFrames::codes(const torch::Tensor& values, int index) const {
  const Component& c = info_.component[static_cast<size_t>(index)];
  const CodeScale code = component_scale(info_, index, format_.colorimetry.range);
  const double peak = (1 << c.depth) - 1;
  const auto rounded = (values.squeeze(0).squeeze(0) * (1 / code.scale) + (code.offset + 0.5))
                           .clamp(0, peak + 0.5)
                           .to(torch::kInt);
  return c.shift > 0 ? rounded * (1 << c.shift) : rounded;
}

// {rows, samples} int32 -> {rows * row_bytes} uint8.
torch::Tensor DeviceFrames::packed(const torch::Tensor& samples) const {
  const int64_t rows = samples.size(0);
  if (info_.word_group > 0) {
    const auto s = samples.view({rows, -1, 3});
    const auto word = s.select(2, 0) | s.select(2, 1) * 1024 | s.select(2, 2) * 1048576;
    std::vector<torch::Tensor> bytes;
    for (const int shift : {0, 8, 16, 24})
      bytes.push_back(at::bitwise_right_shift(word, int64_t{shift}) & 255);
    return torch::stack(bytes, 2).to(torch::kByte).view({-1});
  }
  if (sample_bytes(info_) == 1) return samples.to(torch::kByte).view({-1});
  return torch::stack({samples & 255, at::bitwise_right_shift(samples, 8) & 255}, 2)
      .to(torch::kByte)
      .view({-1});
}

torch::Tensor DeviceFrames::to_bytes(const torch::Tensor& rgb, const torch::Tensor& chroma,
                                     const torch::Tensor& alpha) const {
  const Size size = format_.size;
  const auto whole = rgb.slice(2, 0, size.height).slice(3, 0, size.width).to(torch::kFloat);
  const auto colour = [&](int64_t i) { return whole.slice(1, i, i + 1); };
  std::vector<torch::Tensor> parts;
  if (info_.family == Family::kRgb) {
    for (int i = 0; i < 3; ++i) parts.push_back(colour(i));
  } else {
    const auto [kr, kb] = weights(format_.colorimetry.matrix);
    const auto luma = colour(0) * kr + colour(1) * (1 - kr - kb) + colour(2) * kb;
    parts.push_back(luma);
    if (info_.family == Family::kYuv) {
      auto differences = down(torch::cat(
          {(colour(2) - luma) * (1 / (2 * (1 - kb))), (colour(0) - luma) * (1 / (2 * (1 - kr)))},
          1));
      if (chroma.defined()) differences = differences + chroma;
      parts.push_back(differences.slice(1, 0, 1));
      parts.push_back(differences.slice(1, 1, 2));
    }
  }
  if (info_.has_alpha) {
    parts.resize(4);
    parts[3] = alpha.defined() ? alpha : torch::ones_like(whole.slice(1, 0, 1));
  }
  std::vector<torch::Tensor> planes;
  const int64_t each = sample_bytes(info_);
  for (int p = 0; p < info_.planes; ++p) {
    const Plane& plane = planes_[static_cast<size_t>(p)];
    const int64_t count = samples_in_row(info_, p, size.width);
    // Bytes that no component has are ones, of words zeros.
    const bool pads = info_.family == Family::kRgb && !info_.has_alpha;
    auto samples =
        torch::full({plane.rows, count}, pads ? 255 : 0, whole.options().dtype(torch::kInt));
    for (size_t i = 0; i < parts.size(); ++i) {
      const Component& c = info_.component[i];
      if (!parts[i].defined() || c.plane != p) continue;
      auto values = codes(parts[i], static_cast<int>(i));
      auto places = samples.slice(1, c.offset / each, {}, c.step / each);
      // Half a macropixel repeats the last luma.
      const bool half = i == 0 && info_.family == Family::kYuv &&
                        info_.component[1].plane == c.plane && size.width % 2 == 1 &&
                        info_.component[1].shrink_x > 0;
      if (half) values = torch::cat({values, values.slice(1, -1)}, 1);
      places.slice(1, 0, values.size(1)).copy_(values);
    }
    planes.push_back(packed(samples));
  }
  return planes.size() == 1 ? planes[0] : torch::cat(planes);
}

}  // namespace gan
