// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/crapify.h"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <string>

#include "training/degradations/camera.h"
#include "training/degradations/jpeg.h"
#include "training/degradations/kernels.h"
#include "training/degradations/noise.h"

namespace gan::training {
namespace {

Picture scaled_to(Picture& picture, Size size) {
  const cv::Mat from(picture.size.height, picture.size.width, CV_32FC3, picture.values.data());
  Picture result(size, 3);
  cv::Mat to(size.height, size.width, CV_32FC3, result.values.data());
  const bool shrinks = size.width < picture.size.width;
  cv::resize(from, to, to.size(), 0, 0, shrinks ? cv::INTER_AREA : cv::INTER_LINEAR);
  return result;
}

}  // namespace

Picture crapify(const Picture& picture, const CrapifyOptions& options, Random& random) {
  const double scale = std::min(
      1.0, static_cast<double>(options.side) / std::min(picture.size.width, picture.size.height));
  const auto side = [&](int n) { return std::max(1, static_cast<int>(std::lround(n * scale))); };
  Picture original = picture;
  Picture small = scaled_to(original, {side(picture.size.width), side(picture.size.height)});
  const int quality =
      options.quality_low + random.below(options.quality_high - options.quality_low + 1);
  if (options.text) {
    cv::Mat image(small.size.height, small.size.width, CV_32FC3, small.values.data());
    const cv::Point place(random.below(std::max(1, small.size.width / 2)),
                          10 + random.below(std::max(1, small.size.height / 2)));
    cv::putText(image, std::to_string(quality), place, cv::FONT_HERSHEY_SIMPLEX, 0.4,
                cv::Scalar(1, 1, 1), 1, cv::LINE_AA);
  }
  jpeg_round_trip(small, quality);
  return scaled_to(small, picture.size);
}

Picture photograph(const Picture& picture, const PhoneCameraOptions& options, Random& random) {
  Picture result = picture;
  const double sigma = random.uniform(0.2, std::max(0.2, options.blur));
  filter(result, blur_kernel({.size = 7, .sigma_x = sigma, .sigma_y = sigma}));
  float gain[3];
  for (float& g : gain) g = static_cast<float>(random.uniform(1 - options.cast, 1 + options.cast));
  const double contrast = random.uniform(0.8, 1), loss = random.uniform(0, options.vignette);
  const double cx = picture.size.width / 2.0, cy = picture.size.height / 2.0;
  for (int y = 0; y < picture.size.height; ++y)
    for (int x = 0; x < picture.size.width; ++x) {
      const double dx = (x + 0.5 - cx) / cx, dy = (y + 0.5 - cy) / cy;
      const auto light = static_cast<float>(1 - loss * (dx * dx + dy * dy) / 2);
      float* rgb = result.span().row(y) + 3 * x;
      for (int c = 0; c < 3; ++c)
        rgb[c] = (0.5f + static_cast<float>(contrast) * (rgb[c] * gain[c] - 0.5f)) * light;
    }
  add_gaussian_noise(result, random.uniform(0, options.noise) / 255, NoiseColour::kRgb, random);
  clamp_to_unit(result);
  jpeg_round_trip(
      result, options.quality_low + random.below(options.quality_high - options.quality_low + 1));
  return result;
}

}  // namespace gan::training
