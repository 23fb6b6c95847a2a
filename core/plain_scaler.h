// SPDX-License-Identifier: LGPL-2.1-or-later
// Bicubic enlargement of frames as they are stored, component by component, without the way through
// RGB: what late frames and strength=0 show, quickly. The same kernel as core/resize.h; chroma is
// taken at the places where its siting has it, so it does not move against luma.
#pragma once

#include <vector>

#include "core/frame.h"
#include "core/resample_axis.h"

namespace gan {

class PlainScaler {
 public:
  // Whether frames of that format can be enlarged so: all but packed 4:2:2 and words of 10 bits.
  static bool can(PixelFormat format);

  // The colorimetry is that of both frames; of YUV its siting counts. scale: 1 or more.
  PlainScaler(PixelFormat format, const Colorimetry& colorimetry, Size in, int scale);

  // Rows [begin, end) of `out`; begin is even. Alpha is a component like the others, padding bytes
  // are filled with ones. Any number of threads, each with rows of its own.
  void run(const FrameView& in, const FrameSpan& out, int begin, int end) const;

 private:
  struct Rows;
  // Output sample s * i + p is the sum over k of weight[p * kTaps + k] * input[i + first[p] + k].
  struct Axis {
    std::vector<int> first;
    std::vector<float> weight;
  };
  struct Part {
    Component component;
    Size in, out;
    Axis columns, rows;
  };
  Axis make_phases(int shrink, Siting siting) const;
  void run_part(const Part& part, const FrameView& in, const FrameSpan& out, int begin,
                int end) const;
  const float* widened(const Part& part, const FrameView& in, int row, Rows& rows) const;

  const FormatInfo& format_;
  int scale_;
  std::vector<Part> parts_;
};

}  // namespace gan
