// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/frames/frame_picture.h"

#include <algorithm>
#include <functional>
#include <optional>

#include "core/bands.h"
#include "core/frame_rows.h"
#include "core/resample_axis.h"

namespace gan {
namespace {

constexpr int kRowsAtOnce = 16;  // even, so that chroma rows have one owner

void fill_right_and_below(const PictureSpan& picture, Size filled) {
  for (int y = 0; y < filled.height; ++y)
    for (int x = filled.width; x < picture.size.width; ++x)
      std::copy_n(picture.row(y) + 3 * reflected(x, filled.width), 3, picture.row(y) + 3 * x);
  for (int y = filled.height; y < picture.size.height; ++y)
    std::copy_n(picture.row(reflected(y, filled.height)), ptrdiff_t{3} * picture.size.width,
                picture.row(y));
}

template <class Rows>
void in_parallel(Workers* workers, int height, const Rows& rows) {
  const auto band = [&](int i) { rows(i * kRowsAtOnce, std::min((i + 1) * kRowsAtOnce, height)); };
  run_all(workers, (height + kRowsAtOnce - 1) / kRowsAtOnce, std::ref(band));
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

void FrameReader::read(const FrameView& frame, const PictureSpan& picture, Workers* workers) const {
  in_parallel(workers, format_.size.height, [&](int begin, int end) {
    rows_of<RowReader>(format_).read(frame, begin, end, picture);
  });
  fill_right_and_below(picture, format_.size);
}

void FrameWriter::write(const PictureView& picture, const FrameSpan& frame, const ChromaLoss& loss,
                        Workers* workers) const {
  in_parallel(workers, format_.size.height, [&](int begin, int end) {
    write_from(picture, {0, begin, end}, frame, loss);
  });
}

void FrameWriter::write_rows(const PictureView& rows, int begin, int end, const FrameSpan& frame,
                             const ChromaLoss& loss) const {
  write_from(rows, {begin, begin, std::min(end, format_.size.height)}, frame, loss);
}

void FrameWriter::write_from(const PictureView& picture, const Rows& rows, const FrameSpan& frame,
                             const ChromaLoss& loss) const {
  const auto extra = [](const Picture& of) { return of.values.empty() ? nullptr : &of; };
  rows_of<RowWriter>(format_).write({picture.data, format_.size, 3, picture.stride}, rows.begin,
                                    rows.end, frame, extra(loss.cb), extra(loss.cr), rows.first);
}

}  // namespace gan
