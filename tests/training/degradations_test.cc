// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "training/degradations/crapify.h"
#include "training/degradations/kernels.h"
#include "training/degradations/two_order.h"

namespace gan::training {
namespace {

Picture scene(Size size = {96, 64}) {
  Picture picture(size, 3);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      for (int c = 0; c < 3; ++c)
        picture.span().row(y)[3 * x + c] =
            0.5f + 0.4f * std::sin(0.3f * static_cast<float>((c + 1) * x + 2 * y));
  return picture;
}

double mean_of(const Picture& picture) {
  double sum = 0;
  for (const float value : picture.values) sum += value;
  return sum / static_cast<double>(picture.values.size());
}

bool in_range(const Picture& picture) {
  for (const float value : picture.values)
    if (!(value >= 0 && value <= 1)) return false;
  return true;
}

TEST(TwoOrder, TheSameNumbersGiveTheSamePictureAndOthersAnother) {
  const Picture clean = scene();
  const auto damage = [&](uint64_t seed) {
    Random random(seed);
    return degrade_twice(clean, 4, {}, random);
  };
  for (uint64_t seed = 0; seed < 20; ++seed) {
    const Picture one = damage(seed);
    EXPECT_EQ(one.size, (Size{24, 16}));
    EXPECT_TRUE(in_range(one));
    EXPECT_EQ(one.values, damage(seed).values);
    EXPECT_NE(one.values, damage(seed + 100).values);
    EXPECT_NEAR(mean_of(one), mean_of(clean), 0.15);  // damaged, not another picture
  }
}

TEST(Crapify, KeepsTheSizeAndLosesDetail) {
  Random random(1);
  const Picture clean = scene({256, 192});
  const Picture crappy = crapify(clean, {.side = 48}, random);
  EXPECT_EQ(crappy.size, clean.size);
  EXPECT_TRUE(in_range(crappy));
  EXPECT_NE(crappy.values, clean.values);
}

TEST(PhoneCamera, DarkensTheCorners) {
  Picture white({64, 64}, 3);
  std::ranges::fill(white.values, 0.8f);
  double corner = 0, centre = 0;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Picture photo = photograph(white, {.noise = 0}, random);
    corner += photo.view().row(1)[3];
    centre += photo.view().row(32)[3 * 32];
  }
  EXPECT_LT(corner, centre);
}

TEST(Kernels, SumToOneAndStandInTheMiddle) {
  for (const auto& kernel : {sinc_kernel(7, 1.2), padded(sinc_kernel(7, 2), 21),
                             blur_kernel({.size = 9, .sigma_x = 2, .sigma_y = 1, .angle = 0.5})}) {
    double sum = 0;
    for (const double weight : kernel.weights) sum += weight;
    EXPECT_NEAR(sum, 1, 1e-12);
    const size_t middle = kernel.weights.size() / 2;
    for (const double weight : kernel.weights) EXPECT_LE(weight, kernel.weights[middle] + 1e-15);
  }
}

}  // namespace
}  // namespace gan::training
