// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/ways.h"

#include "core/error.h"
#include "core/resize.h"
#include "training/degradations/crapify.h"
#include "training/degradations/everyday.h"
#include "training/degradations/two_order.h"

namespace gan::training {
namespace {

constexpr DegradationWay kWays[] = {
    {"bicubic", "shrunk by the scale with the antialiased bicubic", 4, false,
     [](const Picture& picture, int, Random&) { return picture; }},
    {"realesrgan", "Real-ESRGAN's two-order blur, resize, noise and JPEG, shrunk by the scale", 4,
     true,
     [](const Picture& picture, int scale, Random& random) {
       return degrade_twice(picture, scale, {}, random);
     }},
    {"everyday", "some of mild blur, noise and JPEG, or nothing, of what the scale has shrunk", 2,
     true,
     [](const Picture& picture, int scale, Random& random) {
       return damage_as_every_day(picture, scale, {}, random);
     }},
    {"crapify", "fast.ai's: shrunk to 96, a number written, JPEG, enlarged again", 1, false,
     [](const Picture& picture, int, Random& random) { return crapify(picture, {}, random); }},
    {"phone", "blur, colour cast, vignetting, noise and JPEG of a made-up phone camera", 1, false,
     [](const Picture& picture, int, Random& random) { return photograph(picture, {}, random); }},
};

}  // namespace

std::span<const DegradationWay> degradation_ways() { return kWays; }

const DegradationWay& find_way(const std::string& name) {
  for (const auto& way : kWays)
    if (name == way.name) return way;
  fail(ErrorKind::kSettings, "degradation must be one of ", kDegradationWords, ", got \"", name,
       "\"");
}

Picture degrade(const DegradationWay& way, const Picture& picture, int scale, Random& random) {
  Picture result = way.run(picture, scale, random);
  if (!way.shrinks && scale > 1)
    result = resize(result, {picture.size.width / scale, picture.size.height / scale});
  round_to_8bit(result);
  return result;
}

}  // namespace gan::training
