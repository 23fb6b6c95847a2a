// SPDX-License-Identifier: LGPL-2.1-or-later
// One picture file after another, through one network.
#pragma once

#include <optional>

#include "pipelines/element_line.h"
#include "pipelines/enhance_options.h"
#include "pipelines/progress.h"

namespace gan {

class PictureEnhancer {
 public:
  PictureEnhancer(const EnhanceOptions& options, Progress& progress)
      : options_(options), progress_(progress) {}

  // With the depth, transparency, EXIF and colour profile that the input has, as far as the
  // output's format holds them. Throws Error; the output is then what it was.
  void enhance(const std::string& input, const std::string& output);

  void restart() { line_.reset(); }  // after an error

 private:
  const EnhanceOptions& options_;
  Progress& progress_;
  std::optional<ElementLine> line_;  // begins with the first picture
};

}  // namespace gan
