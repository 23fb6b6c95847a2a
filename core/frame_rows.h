// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows of a video frame as RGB floats and back: the only place where pixel layout, matrix, range
// and bit depth change. No value is clamped before the last step, and none passes through 8 bits.
#pragma once

#include <vector>

#include "core/frame.h"
#include "core/picture.h"

namespace gan {

// Converts frames of one format. Not thread-safe; each thread has its own.
class RowReader {
 public:
  RowReader(PixelFormat format, Size size, const Colorimetry& colorimetry);
  // Rows [begin, end) into `rgb`, 3 interleaved channels, R'G'B' with black 0 and white 1.
  void read(const FrameView& frame, int begin, int end, const PictureSpan& rgb);

 private:
  void read_yuv_row(const FrameView& frame, int y);
  Size size_;
  const FormatInfo& format_;
  Colorimetry colorimetry_;
  std::vector<float> r_, g_, b_, first_, second_;
  std::vector<uint16_t> unpacked_;
};

class RowWriter {
 public:
  RowWriter(PixelFormat format, Size size, const Colorimetry& colorimetry);
  // Rows [begin, end) of a picture, of which `rgb` has the rows from `first` on, as many as it
  // takes (see rows_stand_alone), into the frame: rounded to the nearest code value and clamped to
  // what the depth holds. `begin` must be even where the format has lower chroma. Chroma planes
  // that are not null are added to Cb and Cr (see core/chroma.h). Alpha is not written, padding
  // bytes are filled with ones. Beyond the width, half a macropixel repeats the last luma, and what
  // is left of a group of words is 0.
  void write(const PictureView& rgb, int begin, int end, const FrameSpan& frame,
             const Picture* cb_extra = nullptr, const Picture* cr_extra = nullptr, int first = 0);

 private:
  void take_row(const PictureView& rgb, int y);
  void fill_padding(int y, const FrameSpan& frame) const;
  void write_chroma_row(const PictureView& rgb, int chroma_y, const FrameSpan& frame,
                        const Picture* const extra[2]);
  Size size_;
  const FormatInfo& format_;
  Colorimetry colorimetry_;
  int first_ = 0;                        // row of what is being written
  int taken_ = -1;                       // the row that these hold:
  std::vector<float> r_, g_, b_, luma_;  // no luma where the format is RGB
  std::vector<float> sum_[2], narrow_;
  std::vector<uint16_t> unpacked_;
};

// Whether rows from an even one to before another are written without the rows around them; not so
// where chroma lies on every other row of luma.
bool rows_stand_alone(PixelFormat format, const Colorimetry& colorimetry);

// One component (0..3, 3 is alpha) of a frame as floats, and back: alpha as 0..1, chroma centred on
// 0, others with black 0 and white 1.
void read_component(const FrameView& frame, int component, const PictureSpan& to);
void write_component(const PictureView& from, int component, const FrameSpan& frame);

}  // namespace gan
