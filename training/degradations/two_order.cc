// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/two_order.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "training/degradations/jpeg.h"
#include "training/degradations/kernels.h"
#include "training/degradations/noise.h"

namespace gan::training {
namespace {

// lowest: of the cut-off; 0: the one that fits the size.
Kernel random_sinc(Random& random, double lowest) {
  const int size = 7 + 2 * random.below(8);
  return sinc_kernel(size,
                     random.uniform(lowest > 0 ? lowest : (size < 13 ? M_PI / 3 : M_PI / 5), M_PI));
}

double random_beta(Random& random, double low, double high) {
  return random.chance(0.5) ? random.uniform(low, 1) : random.uniform(1, high);
}

// Isotropic .45, anisotropic .25, generalised .12 and .03, plateau .12 and .03.
Kernel random_blur(const DegradationOrder& order, Random& random) {
  if (random.chance(order.sinc_probability)) return random_sinc(random, 0);
  BlurOptions blur{.size = 7 + 2 * random.below(8)};
  const double kind = random.uniform();
  const bool isotropic =
      kind < 0.45 || (kind >= 0.7 && kind < 0.82) || (kind >= 0.85 && kind < 0.97);
  blur.sigma_x = random.uniform(order.sigma_low, order.sigma_high);
  blur.sigma_y = isotropic ? blur.sigma_x : random.uniform(order.sigma_low, order.sigma_high);
  if (!isotropic) blur.angle = random.uniform(-M_PI, M_PI);
  if (kind >= 0.7 && kind < 0.85) {
    blur.shape = BlurShape::kGeneralized;
    blur.beta = random_beta(random, 0.5, 4);
  } else if (kind >= 0.85) {
    blur.shape = BlurShape::kPlateau;
    blur.beta = random_beta(random, 1, 2);
  }
  return blur_kernel(blur);
}

Picture resized(Picture& picture, Size size, Random& random) {
  constexpr int kWays[] = {cv::INTER_AREA, cv::INTER_LINEAR, cv::INTER_CUBIC};
  const int way = kWays[random.below(3)];
  const cv::Mat from(picture.size.height, picture.size.width, CV_32FC3, picture.values.data());
  Picture result(size, 3);
  cv::Mat to(size.height, size.width, CV_32FC3, result.values.data());
  cv::resize(from, to, to.size(), 0, 0, way);
  return result;
}

double random_scale(const DegradationOrder& order, Random& random) {
  const double kind = random.uniform();
  if (kind < order.resize_up) return random.uniform(1, order.scale_high);
  if (kind < order.resize_up + order.resize_down) return random.uniform(order.scale_low, 1);
  return 1;
}

void add_noise(Picture& picture, const DegradationOrder& order, bool grey, Random& random) {
  const auto colour = grey ? NoiseColour::kGrey : NoiseColour::kRgb;
  if (random.chance(order.gaussian_probability))
    add_gaussian_noise(picture, random.uniform(order.noise_low, order.noise_high) / 255, colour,
                       random);
  else
    add_poisson_noise(picture, random.uniform(order.poisson_low, order.poisson_high), colour,
                      random);
  clamp_to_unit(picture);
}

Size scaled_size(Size size, double scale) {
  const auto side = [&](int n) { return std::max(1, static_cast<int>(n * scale)); };
  return {side(size.width), side(size.height)};
}

}  // namespace

Picture degrade_twice(const Picture& picture, int scale, const TwoOrderOptions& options,
                      Random& random) {
  const Size small{picture.size.width / scale, picture.size.height / scale};
  const auto quality = [&] { return random.uniform(options.jpeg_low, options.jpeg_high); };
  const auto grey = [&] { return random.chance(options.grey_noise_probability); };

  Picture result = picture;
  if (random.chance(options.first.blur_probability))
    filter(result, random_blur(options.first, random));
  result = resized(result, scaled_size(picture.size, random_scale(options.first, random)), random);
  add_noise(result, options.first, grey(), random);
  simulate_jpeg(result, quality());

  if (random.chance(options.second.blur_probability))
    filter(result, random_blur(options.second, random));
  const double again = random_scale(options.second, random);
  result = resized(result, scaled_size(small, again), random);
  add_noise(result, options.second, grey(), random);

  // The last resize with its sinc filter, and JPEG, in either order.
  const bool sinc = random.chance(options.final_sinc_probability);
  const Kernel ringing = random_sinc(random, M_PI / 3);
  const auto shrink = [&] {
    result = resized(result, small, random);
    if (sinc) filter(result, ringing);
    clamp_to_unit(result);
  };
  if (random.chance(0.5)) {
    shrink();
    simulate_jpeg(result, quality());
  } else {
    clamp_to_unit(result);
    simulate_jpeg(result, quality());
    shrink();
  }
  round_to_8bit(result);
  return result;
}

}  // namespace gan::training
