// SPDX-License-Identifier: LGPL-2.1-or-later
// Whether a network may run in bf16 on this processor, by trying: no list of processors tells what
// is faster, and noise no picture tells what is lost.
#pragma once

#include <string>

#include "models/enhancer/tile_runner.h"

namespace gan {

struct PrecisionTrial {
  double fp32_ms = 0, bf16_ms = 0;  // of one part of a photograph, the better of two
  double psnr_db = 0;               // of bf16's result to fp32's, both clamped to [0, 1]

  bool bf16_serves() const;  // at least 1.15 times as fast and 50 dB near
  std::string text() const;  // "bf16 is 1.71 times as fast, 57.3 dB near"
};

// Runs the middle of a built-in photograph in fp32, in which the network is left, and in bf16; the
// part is as large as runs in 0.1 s by ms_per_pixel. Throws Error(kInterrupted).
PrecisionTrial try_precisions(TileRunner& runner, double ms_per_pixel);

}  // namespace gan
