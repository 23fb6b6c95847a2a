// SPDX-License-Identifier: LGPL-2.1-or-later
// psnrmeter as a function: two clips in, values out.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "pipelines/clip.h"

namespace gan {

// By the names that psnrmeter gives them.
struct Measured {
  std::map<std::string, double> whole;                // of the whole clip
  std::map<std::string, std::vector<double>> frames;  // of each pair of frames
  size_t pairs = 0;

  double of(const std::string& name) const;  // of the whole; NaN: not measured
  const std::vector<double>& each(const std::string& name) const;  // throws Error(kData)
};

struct MeterOptions {
  std::vector<std::string> properties;  // of psnrmeter, PROPERTY=VALUE
  std::function<void(const std::string&)> say;
  std::function<void(int64_t pairs)> step;
  const std::atomic<bool>* stop = nullptr;  // ends both clips; what was measured counts
};

// Both clips give frames of one size and format. Throws Error: what reading them throws, what
// psnrmeter says, kSettings for its properties.
Measured measure(Clip& original, Clip& processed, const MeterOptions& options);

}  // namespace gan
