// SPDX-License-Identifier: LGPL-2.1-or-later
// What gan-measure compares with an original.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipelines/measure_report.h"

namespace gan {

struct CandidateOptions {
  bool fit = false;       // resample files of another size
  ReaderOptions reading;  // which part
  std::function<void(const std::string&)> say;
};

// The first file is the original. Throws Error(kSettings) where sizes differ, and what reading
// throws.
std::vector<Comparison> files_against(const std::vector<std::string>& files,
                                      const CandidateOptions& options);

// The original, shrunk and enlarged again by each model and, for each scale among them, by bicubic;
// no model: the built-in one. Its sides are cut to multiples of the scales, for all alike.
std::vector<Comparison> networks_against(const std::string& original,
                                         std::vector<std::string> models,
                                         const CandidateOptions& options);

}  // namespace gan
