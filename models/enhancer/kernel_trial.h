// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of a network's kernels serves on this processor, by trying: no list of processors tells
// what is faster, and noise no picture tells what is lost.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/picture.h"

namespace gan {

struct KernelTrial {
  struct Result {
    std::string kernel;
    double ms = 0;       // of one part of a photograph, the better of two
    double psnr_db = 0;  // to the first one's result, both clamped to [0, 1]
  };
  std::vector<Result> results;  // the first: of fp32
  double pixels = 0;            // of the part

  // The fastest that is as near as that, by enough to be no chance; or else the first.
  const Result& best(double nearness_db) const;
  std::string text() const;  // "bf16 is 1.71 times as fast, 57.3 dB near"
};

// The middle of a built-in photograph, mirrored where there is not enough of it, in so many
// channels (1: its mean; 4: opaque).
Picture trial_picture(Size size, int channels);

// Runs the picture by each of the kernels, of which the first is fp32. Throws what `run` does.
KernelTrial try_kernels(
    const std::vector<std::string>& kernels, const Picture& picture,
    const std::function<PictureView(const std::string& kernel, const PictureView& picture)>& run);

}  // namespace gan
