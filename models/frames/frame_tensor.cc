// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/frames/frame_tensor.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <optional>

#include "core/error.h"

namespace gan {
namespace {

constexpr int kRowsAtOnce = 16;  // even, so that chroma rows have one owner

// Sample `i` of `count` samples that go on as in two mirrors, without repeating the edges.
int reflected(int i, int count) {
  if (count == 1) return 0;
  const int period = 2 * (count - 1), place = i % period;
  return place < count ? place : period - place;
}

void fill_right_and_below(const PictureSpan& picture, Size filled) {
  for (int y = 0; y < filled.height; ++y)
    for (int x = filled.width; x < picture.size.width; ++x)
      std::copy_n(picture.row(y) + 3 * reflected(x, filled.width), 3, picture.row(y) + 3 * x);
  for (int y = filled.height; y < picture.size.height; ++y)
    std::copy_n(picture.row(reflected(y, filled.height)), ptrdiff_t{3} * picture.size.width,
                picture.row(y));
}

template <class Rows>
void in_parallel(int height, const Rows& rows) {
  at::parallel_for(0, (height + kRowsAtOnce - 1) / kRowsAtOnce, 1, [&](int64_t begin, int64_t end) {
    rows(static_cast<int>(begin) * kRowsAtOnce,
         std::min(static_cast<int>(end) * kRowsAtOnce, height));
  });
}

// This thread's reader or writer of a format, kept for the next rows and frames.
template <class Rows>
Rows& rows_of(const FrameFormat& format) {
  thread_local std::optional<Rows> kept;
  thread_local FrameFormat of;
  if (!kept || of != format) kept.emplace(format.pixels, format.size, format.colorimetry);
  of = format;
  return *kept;
}

}  // namespace

torch::Tensor empty_picture_tensor(Size size, int64_t channels) {
  return torch::empty({1, size.height, size.width, channels}).permute({0, 3, 1, 2});
}

namespace {

// {1, 1, H, W} has any stride between its channels.
bool is_interleaved(const torch::Tensor& tensor) {
  const int64_t channels = tensor.size(1);
  return (tensor.stride(1) == 1 || channels == 1) && tensor.stride(3) == channels &&
         tensor.stride(2) >= channels * tensor.size(3);
}

}  // namespace

torch::Tensor as_picture_tensor(const torch::Tensor& tensor) {
  if (is_interleaved(tensor)) return tensor;
  auto copy = empty_picture_tensor(
      {static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2))}, tensor.size(1));
  return copy.copy_(tensor);
}

PictureSpan picture_of(const torch::Tensor& tensor) {
  check(tensor.scalar_type() == at::kFloat && is_interleaved(tensor), ErrorKind::kFailed,
        "not a picture tensor: ", tensor.sizes(), " by ", tensor.strides());
  return {tensor.data_ptr<float>(),
          {static_cast<int>(tensor.size(3)), static_cast<int>(tensor.size(2))},
          static_cast<int>(tensor.size(1)),
          tensor.stride(2)};
}

void FrameReader::read(const FrameView& frame, const torch::Tensor& to) const {
  const PictureSpan picture = picture_of(to);
  in_parallel(format_.size.height, [&](int begin, int end) {
    rows_of<RowReader>(format_).read(frame, begin, end, picture);
  });
  fill_right_and_below(picture, format_.size);
}

void FrameWriter::write(const torch::Tensor& from, const FrameSpan& frame,
                        const ChromaLoss& loss) const {
  const PictureSpan picture = picture_of(from);
  const PictureView rgb{picture.data, format_.size, 3, picture.stride};
  const Picture* cb = loss.cb.values.empty() ? nullptr : &loss.cb;
  const Picture* cr = loss.cr.values.empty() ? nullptr : &loss.cr;
  in_parallel(format_.size.height, [&](int begin, int end) {
    rows_of<RowWriter>(format_).write(rgb, begin, end, frame, cb, cr);
  });
}

}  // namespace gan
