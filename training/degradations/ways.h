// SPDX-License-Identifier: LGPL-2.1-or-later
// The ways in which gan-train damages good pictures, by the names that users give them.
#pragma once

#include <span>
#include <string>

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

struct DegradationWay {
  const char* name;
  const char* summary;
  int usual_scale;  // 1: a repair
  bool shrinks;     // run() gives a picture of sides / scale; the others keep the size
  Picture (*run)(const Picture& picture, int scale, Random& random);
};
inline constexpr const char* kDegradationWords = "bicubic|realesrgan|everyday|crapify|phone";

std::span<const DegradationWay> degradation_ways();
const DegradationWay& find_way(const std::string& name);  // throws Error(kSettings)

// The damaged picture, of sides / scale: a way that keeps the size is followed by the antialiased
// bicubic. picture: RGB in [0, 1], sides multiples of scale. Clamped and rounded to 8 bits.
Picture degrade(const DegradationWay& way, const Picture& picture, int scale, Random& random);

}  // namespace gan::training
