// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

#include "training/degradations/crapify.h"
#include "training/degradations/kernels.h"
#include "training/degradations/noise.h"
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

// The deviation of the luma from that of the clean picture, code values.
double luma_deviation(const Picture& a, const Picture& b) {
  const Picture la = luma_bt601(a), lb = luma_bt601(b);
  double mean = 0, square = 0;
  const auto count = static_cast<double>(la.values.size());
  for (size_t i = 0; i < la.values.size(); ++i) {
    const double difference = static_cast<double>(la.values[i]) - static_cast<double>(lb.values[i]);
    mean += difference / count;
    square += difference * difference / count;
  }
  return std::sqrt(square - mean * mean);
}

Picture grey(Size size, float value) {
  Picture picture(size, 3);
  std::ranges::fill(picture.values, value);
  return picture;
}

// Noise after the second resize, at the small size, is seen whole; before it, it would be averaged.
TEST(TwoOrder, TheSecondOrderWorksAtTheSmallSize) {
  TwoOrderOptions options;
  options.first = {
      .blur_probability = 0, .gaussian_probability = 1, .noise_low = 0, .noise_high = 0};
  options.second = {
      .blur_probability = 0, .gaussian_probability = 1, .noise_low = 10, .noise_high = 10};
  options.grey_noise_probability = 0;
  options.jpeg_low = options.jpeg_high = 100;
  options.final_sinc_probability = 0;
  const Picture clean = grey({256, 256}, 0.5f);
  Random random(3);
  const Picture small = degrade_twice(clean, 4, options, random);
  // Independent noise of three channels on the luma: 10 * |(65.481, 128.553, 24.966)| / 255.
  EXPECT_NEAR(luma_deviation(small, grey({64, 64}, 0.5f)), 5.75, 0.4);
}

TEST(Noise, GaussianHasItsMomentsAndQuantiles) {
  for (const auto colour : {NoiseColour::kRgb, NoiseColour::kGrey}) {
    Picture picture = grey({400, 300}, 0.5f);
    Random random(5);
    add_gaussian_noise(picture, 0.04, colour, random);
    double sum = 0, square = 0, fourth = 0, within = 0;
    const auto count = static_cast<double>(picture.values.size());
    for (const float value : picture.values) {
      const double z = (static_cast<double>(value) - 0.5) / 0.04;
      sum += z;
      square += z * z;
      fourth += z * z * z * z;
      within += std::abs(z) < 1;
    }
    EXPECT_NEAR(sum / count, 0, 0.02);
    EXPECT_NEAR(square / count, 1, 0.02);
    EXPECT_NEAR(fourth / count, 3, 0.1);
    EXPECT_NEAR(within / count, 0.6827, 0.005);
    int equal = 0;
    for (size_t i = 0; i < picture.values.size(); i += 3)
      equal += picture.values[i] == picture.values[i + 1];
    EXPECT_EQ(equal == 400 * 300, colour == NoiseColour::kGrey) << equal;
  }
}

// Every number as often as its probability says, by the chi-square of their histogram.
void expect_poisson(double mean, const std::function<int()>& draw) {
  constexpr int kDraws = 60000;
  std::map<int, int> histogram;
  double sum = 0, square = 0;
  for (int i = 0; i < kDraws; ++i) {
    const int number = draw();
    ++histogram[number];
    sum += number;
    square += static_cast<double>(number) * number;
  }
  const double average = sum / kDraws;
  EXPECT_NEAR(average, mean, 5 * std::sqrt(mean / kDraws) + 1e-9);
  EXPECT_NEAR(square / kDraws - average * average, mean, 0.05 * mean + 1e-9);
  double chi_square = 0;
  int bins = 0;
  for (int k = 0; k <= mean + 10 * std::sqrt(mean) + 10; ++k) {
    const double expected = kDraws * std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
    if (expected < 20) continue;
    const double apart = histogram[k] - expected;
    chi_square += apart * apart / expected;
    ++bins;
  }
  EXPECT_LT(chi_square, bins + 5 * std::sqrt(2.0 * bins)) << mean << " in " << bins << " bins";
}

TEST(Noise, PoissonsTablesHaveTheDistributionOfEveryMean) {
  Random random(7);
  for (const int count : {1, 16, 256}) {
    const PoissonTables tables(count);
    for (const int level : {1, 40, 128, 255})
      expect_poisson(level / 255.0 * count, [&] { return tables.draw(level, random); });
    for (const double share : {0.013, 0.5011, 0.98})
      expect_poisson(share * count, [&] { return tables.draw_of_mean(share * count, random); });
    EXPECT_EQ(tables.draw(0, random), 0);
  }
}

TEST(Noise, OfPhotonsGrowsWithTheLightAndItsStrength) {
  // Two values in the picture, so two levels: n = 2.
  for (const double strength : {1.0, 2.0}) {
    Picture picture = grey({300, 300}, 0.25f);
    picture.values[0] = picture.values[1] = picture.values[2] = 1;
    Random random(9);
    add_poisson_noise(picture, strength, NoiseColour::kRgb, random);
    double sum = 0, square = 0;
    const double value = 64 / 255.0;  // rounded to 8 bits
    for (size_t i = 3; i < picture.values.size(); ++i) {
      const double noise = static_cast<double>(picture.values[i]) - value;
      sum += noise;
      square += noise * noise;
    }
    const auto count = static_cast<double>(picture.values.size() - 3);
    EXPECT_NEAR(sum / count, 0, 0.01);
    EXPECT_NEAR(square / count, strength * strength * value / 2, 0.02 * strength * strength);
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
