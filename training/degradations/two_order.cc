// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/two_order.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <random>
#include <set>

#include "training/degradations/jpeg.h"
#include "training/degradations/kernels.h"

namespace gan::training {
namespace {

constexpr int kLargestKernel = 21;

// Random numbers of <random>'s distributions; the same library gives the same numbers.
class Bits {
 public:
  using result_type = uint64_t;
  explicit Bits(Random& random) : random_(random) {}
  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return std::numeric_limits<uint64_t>::max(); }
  uint64_t operator()() { return random_.bits(); }

 private:
  Random& random_;
};

// lowest: of the cut-off; 0: the one that fits the size.
Kernel random_sinc(Random& random, double lowest) {
  const int size = 7 + 2 * random.below(8);
  return padded(
      sinc_kernel(size,
                  random.uniform(lowest > 0 ? lowest : (size < 13 ? M_PI / 3 : M_PI / 5), M_PI)),
      kLargestKernel);
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
  return padded(blur_kernel(blur), kLargestKernel);
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

void add_gaussian(Picture& picture, double sigma, bool grey, Random& random) {
  for (size_t i = 0; i < picture.values.size(); i += 3) {
    const double shared = grey ? random.normal() : 0;
    for (size_t c = 0; c < 3; ++c)
      picture.values[i + c] += static_cast<float>(sigma * (grey ? shared : random.normal()));
  }
}

// Poisson noise of as many levels as the 8-bit picture has values (a power of two above it).
void add_poisson(Picture& picture, double strength, bool grey, Random& random) {
  std::set<int> levels;
  for (float& value : picture.values) {
    value = std::round(std::clamp(value, 0.0f, 1.0f) * 255) / 255;
    levels.insert(static_cast<int>(std::lround(value * 255)));
  }
  const double count = std::exp2(std::ceil(std::log2(static_cast<double>(levels.size()))));
  Bits bits(random);
  const auto noise = [&](double value) {
    std::poisson_distribution<int> draw(std::max(value * count, 1e-9));
    return draw(bits) / count - value;
  };
  for (size_t i = 0; i < picture.values.size(); i += 3) {
    float* rgb = &picture.values[i];
    const double luma = 0.2989 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
    const double shared = grey ? noise(luma) : 0;
    for (int c = 0; c < 3; ++c)
      rgb[c] += static_cast<float>(strength * (grey ? shared : noise(rgb[c])));
  }
}

void add_noise(Picture& picture, const DegradationOrder& order, bool grey, Random& random) {
  if (random.chance(order.gaussian_probability))
    add_gaussian(picture, random.uniform(order.noise_low, order.noise_high) / 255, grey, random);
  else
    add_poisson(picture, random.uniform(order.poisson_low, order.poisson_high), grey, random);
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
