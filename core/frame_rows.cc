// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame_rows.h"

#include <algorithm>
#include <cmath>

#include "core/chroma.h"
#include "core/colour.h"
#include "core/error.h"
#include "core/packed_words.h"
#include "core/simd.h"

namespace gan {
namespace {

template <class Sample, int kStep>
GAN_SIMD void load_samples(const uint8_t* bytes, int count, int shift, CodeScale code, float* to) {
  const auto* samples = reinterpret_cast<const Sample*>(bytes);
  for (int i = 0; i < count; ++i)
    to[i] = (static_cast<float>(samples[i * kStep] >> shift) - code.offset) * code.scale;
}

template <class Sample, int kStep>
GAN_SIMD void store_samples(const float* from, int count, int shift, CodeScale code, float peak,
                            uint8_t* bytes) {
  auto* samples = reinterpret_cast<Sample*>(bytes);
  const float gain = 1 / code.scale, offset = code.offset + 0.5f;
  for (int i = 0; i < count; ++i) {
    const float value = std::min(std::max(from[i] * gain + offset, 0.0f), peak + 0.5f);
    samples[i * kStep] = static_cast<Sample>(static_cast<int>(value) << shift);
  }
}

using Load = void (*)(const uint8_t*, int, int, CodeScale, float*);
using Store = void (*)(const float*, int, int, CodeScale, float, uint8_t*);

// Samples of one or two bytes, one to four of them apart.
Load loader(const Component& component) {
  const bool wide = component.depth > 8;
  switch (wide ? component.step / 2 : component.step) {
    case 1: return wide ? load_samples<uint16_t, 1> : load_samples<uint8_t, 1>;
    case 2: return wide ? load_samples<uint16_t, 2> : load_samples<uint8_t, 2>;
    case 3: return load_samples<uint8_t, 3>;
    default: return wide ? load_samples<uint16_t, 4> : load_samples<uint8_t, 4>;
  }
}
Store storer(const Component& component) {
  const bool wide = component.depth > 8;
  switch (wide ? component.step / 2 : component.step) {
    case 1: return wide ? store_samples<uint16_t, 1> : store_samples<uint8_t, 1>;
    case 2: return wide ? store_samples<uint16_t, 2> : store_samples<uint8_t, 2>;
    case 3: return store_samples<uint8_t, 3>;
    default: return wide ? store_samples<uint16_t, 4> : store_samples<uint8_t, 4>;
  }
}

void load_row(const FrameView& frame, int index, int y, CodeScale code, float* to) {
  const Component& c = info(frame.format).component[static_cast<size_t>(index)];
  const auto& plane = frame.planes[c.plane];
  loader(c)(plane.data + y * plane.stride + c.offset, component_size(c, frame.size).width, c.shift,
            code, to);
}

void store_row(const float* from, int index, int y, CodeScale code, const FrameSpan& frame) {
  const Component& c = info(frame.format).component[static_cast<size_t>(index)];
  const auto& plane = frame.planes[c.plane];
  storer(c)(from, component_size(c, frame.size).width, c.shift, code,
            static_cast<float>((1 << c.depth) - 1), plane.data + y * plane.stride + c.offset);
}

GAN_SIMD void interleave(const float* r, const float* g, const float* b, int count, float* to) {
  for (int i = 0; i < count; ++i) {
    to[3 * i] = r[i];
    to[3 * i + 1] = g[i];
    to[3 * i + 2] = b[i];
  }
}

GAN_SIMD void split(const float* from, int count, float* r, float* g, float* b) {
  for (int i = 0; i < count; ++i) {
    r[i] = from[3 * i];
    g[i] = from[3 * i + 1];
    b[i] = from[3 * i + 2];
  }
}

// In place: r holds Y', g Cb, b Cr.
GAN_SIMD void yuv_to_rgb(float* r, float* g, float* b, int count, float kr, float kb) {
  const float kg = 1 - kr - kb, r_cr = 2 * (1 - kr), b_cb = 2 * (1 - kb);
  const float g_cb = b_cb * kb / kg, g_cr = r_cr * kr / kg;
  for (int i = 0; i < count; ++i) {
    const float y = r[i], cb = g[i], cr = b[i];
    r[i] = y + r_cr * cr;
    g[i] = y - g_cb * cb - g_cr * cr;
    b[i] = y + b_cb * cb;
  }
}

GAN_SIMD void luma_row(const float* r, const float* g, const float* b, int count, float kr,
                       float kb, float* luma) {
  const float kg = 1 - kr - kb;
  for (int i = 0; i < count; ++i) luma[i] = kr * r[i] + kg * g[i] + kb * b[i];
}

// to += weight * (colour - luma), which is a chroma row before it is narrowed.
GAN_SIMD void add_difference(const float* colour, const float* luma, int count, float weight,
                             float* to) {
  for (int i = 0; i < count; ++i) to[i] += weight * (colour[i] - luma[i]);
}

GAN_SIMD void mix_rows(const float* a, float wa, const float* b, float wb, int count, float* to) {
  for (int i = 0; i < count; ++i) to[i] = wa * a[i] + wb * b[i];
}

// Of luma samples in a row: where pixels share macropixels, those of a whole number of them.
int whole_width(const FormatInfo& format, int width) {
  const Component &luma = format.component[0], &chroma = format.component[1];
  const int together = chroma.plane == luma.plane ? 1 << chroma.shrink_x : 1;
  return (width + together - 1) / together * together;
}

}  // namespace

RowReader::RowReader(PixelFormat format, Size size, const Colorimetry& colorimetry)
    : size_(size), format_(info(format)), colorimetry_(colorimetry) {
  for (auto* row : {&r_, &g_, &b_, &first_, &second_})
    row->resize(static_cast<size_t>(size.width) + 1);
}

void RowReader::read_yuv_row(const FrameView& frame, int y) {
  const Range range = colorimetry_.range;
  load_row(frame, 0, y, component_scale(format_, 0, range), r_.data());
  const Size chroma = component_size(format_.component[1], size_);
  const RowPair rows = chroma_up_rows(y, {size_.height, chroma.height}, colorimetry_.vertical);
  for (int index = 1; index <= 2; ++index) {
    const CodeScale code = component_scale(format_, index, range);
    float* const wide = (index == 1 ? g_ : b_).data();
    float* const narrow = chroma.width == size_.width ? wide : first_.data();
    load_row(frame, index, rows.first, code, narrow);
    if (rows.second_weight > 0) {
      load_row(frame, index, rows.second, code, second_.data());
      mix_rows(narrow, rows.first_weight, second_.data(), rows.second_weight, chroma.width, narrow);
    }
    if (narrow != wide)
      chroma_up_row(narrow, chroma.width, wide, size_.width, colorimetry_.horizontal);
  }
  const auto [kr, kb] = weights(colorimetry_.matrix);
  yuv_to_rgb(r_.data(), g_.data(), b_.data(), size_.width, static_cast<float>(kr),
             static_cast<float>(kb));
}

void RowReader::read(const FrameView& frame, int begin, int end, const PictureSpan& rgb) {
  for (int y = begin; y < end; ++y) {
    const FrameView rows = unpacked_row(frame, y, unpacked_);
    const float *r = r_.data(), *g = g_.data(), *b = b_.data();
    if (format_.family == Family::kYuv) {
      read_yuv_row(rows, y);
    } else {
      const CodeScale code = component_scale(format_, 0, colorimetry_.range);
      load_row(rows, 0, y, code, r_.data());
      if (format_.family == Family::kGray) {
        g = b = r;
      } else {
        load_row(rows, 1, y, code, g_.data());
        load_row(rows, 2, y, code, b_.data());
      }
    }
    interleave(r, g, b, size_.width, rgb.row(y));
  }
}

RowWriter::RowWriter(PixelFormat format, Size size, const Colorimetry& colorimetry)
    : size_(size), format_(info(format)), colorimetry_(colorimetry) {
  for (auto* row : {&r_, &g_, &b_, &luma_, &sum_[0], &sum_[1], &narrow_})
    row->resize(static_cast<size_t>(size.width) + 1);
}

void RowWriter::take_row(const PictureView& rgb, int y) {
  if (taken_ == y) return;
  taken_ = y;
  split(rgb.row(y - first_), size_.width, r_.data(), g_.data(), b_.data());
  if (format_.family == Family::kRgb) return;
  const auto [kr, kb] = weights(colorimetry_.matrix);
  luma_row(r_.data(), g_.data(), b_.data(), size_.width, static_cast<float>(kr),
           static_cast<float>(kb), luma_.data());
  luma_[static_cast<size_t>(size_.width)] = luma_[static_cast<size_t>(size_.width) - 1];
}

void RowWriter::write_chroma_row(const PictureView& rgb, int chroma_y, const FrameSpan& frame,
                                 const Picture* const extra[2]) {
  const auto [kr, kb] = weights(colorimetry_.matrix);
  const Size chroma = component_size(format_.component[1], size_);
  for (auto& sum : sum_) std::ranges::fill(sum, 0.0f);
  const RowTriple rows =
      chroma_down_rows(chroma_y, {size_.height, chroma.height}, colorimetry_.vertical);
  for (int k = 0; k < 3; ++k) {
    if (rows.weight[k] == 0) continue;
    take_row(rgb, rows.row[k]);
    // Cb = (B' - Y') / 2 (1 - kb), Cr = (R' - Y') / 2 (1 - kr)
    add_difference(b_.data(), luma_.data(), size_.width,
                   rows.weight[k] / static_cast<float>(2 * (1 - kb)), sum_[0].data());
    add_difference(r_.data(), luma_.data(), size_.width,
                   rows.weight[k] / static_cast<float>(2 * (1 - kr)), sum_[1].data());
  }
  for (int i = 0; i < 2; ++i) {
    float* const narrow = chroma.width == size_.width ? sum_[i].data() : narrow_.data();
    if (narrow != sum_[i].data())
      chroma_down_row(sum_[i].data(), size_.width, narrow, chroma.width, colorimetry_.horizontal);
    if (extra[i]) mix_rows(narrow, 1, extra[i]->view().row(chroma_y), 1, chroma.width, narrow);
    store_row(narrow, i + 1, chroma_y, component_scale(format_, i + 1, colorimetry_.range), frame);
  }
}

void RowWriter::fill_padding(int y, const FrameSpan& frame) const {
  if (format_.family == Family::kRgb && !format_.has_alpha && format_.component[0].step == 4)
    std::fill_n(frame.planes[0].data + y * frame.planes[0].stride, 4 * size_.width, uint8_t{255});
}

void RowWriter::write(const PictureView& rgb, int begin, int end, const FrameSpan& frame,
                      const Picture* cb_extra, const Picture* cr_extra, int first) {
  first_ = first;
  const CodeScale code = component_scale(format_, 0, colorimetry_.range);
  const Picture* const extra[2] = {cb_extra, cr_extra};
  const bool yuv = format_.family == Family::kYuv;
  const int chroma_height = 1 << format_.component[1].shrink_y;  // frame rows a chroma row
  taken_ = -1;
  for (int y = begin; y < end; ++y) {
    FrameSpan rows = row_to_pack(frame, unpacked_);
    rows.size.width = whole_width(format_, size_.width);
    if (yuv && y % chroma_height == 0) write_chroma_row(rgb, y / chroma_height, rows, extra);
    take_row(rgb, y);
    if (format_.family == Family::kRgb) {
      fill_padding(y, frame);
      const float* const colours[3] = {r_.data(), g_.data(), b_.data()};
      for (int c = 0; c < 3; ++c) store_row(colours[c], c, y, code, rows);
    } else {
      store_row(luma_.data(), 0, y, code, rows);
    }
    pack_row(unpacked_, y, frame);
  }
}

bool rows_stand_alone(PixelFormat format, const Colorimetry& colorimetry) {
  const FormatInfo& of = info(format);
  if (of.family != Family::kYuv || of.component[1].shrink_y == 0) return true;
  const RowTriple rows = chroma_down_rows(1, {4, 2}, colorimetry.vertical);  // of the second pair
  for (int k = 0; k < 3; ++k)
    if (rows.weight[k] != 0 && rows.row[k] < 2) return false;
  return true;
}

void read_component(const FrameView& frame, int component, const PictureSpan& to) {
  const CodeScale code = component_scale(info(frame.format), component, frame.colorimetry.range);
  std::vector<uint16_t> unpacked;
  for (int y = 0; y < to.size.height; ++y)
    load_row(unpacked_row(frame, y, unpacked), component, y, code, to.row(y));
}

void write_component(const PictureView& from, int component, const FrameSpan& frame) {
  const CodeScale code = component_scale(info(frame.format), component, frame.colorimetry.range);
  std::vector<uint16_t> unpacked;
  for (int y = 0; y < from.size.height; ++y) {
    unpacked_row(view(frame), y, unpacked);  // what the other components hold stays
    store_row(from.row(y), component, y, code, row_to_pack(frame, unpacked));
    pack_row(unpacked, y, frame);
  }
}

}  // namespace gan
