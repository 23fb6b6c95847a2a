// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/kernels.h"

#include <math.h>  // j1, which <cmath> does not promise

#include <algorithm>
#include <numeric>
#include <opencv2/imgproc.hpp>

#include "core/error.h"

namespace gan::training {
namespace {

template <class Value>
Kernel make_kernel(int size, const Value& value) {
  check(size >= 1 && size % 2 == 1, ErrorKind::kSettings, "a kernel's size must be odd, got ",
        size);
  Kernel kernel{size, {}, {}};
  for (int y = -size / 2; y <= size / 2; ++y)
    for (int x = -size / 2; x <= size / 2; ++x) kernel.weights.push_back(value(x, y));
  const double sum = std::accumulate(kernel.weights.begin(), kernel.weights.end(), 0.0);
  for (double& weight : kernel.weights) weight /= sum;
  return kernel;
}

cv::Mat mat_of(Picture& picture) {
  return {picture.size.height, picture.size.width, CV_MAKETYPE(CV_32F, picture.channels),
          picture.values.data()};
}

}  // namespace

Kernel blur_kernel(const BlurOptions& options) {
  const double c = std::cos(options.angle), s = std::sin(options.angle);
  const double xx = options.sigma_x * options.sigma_x, yy = options.sigma_y * options.sigma_y;
  // S^-1 = R diag(1 / sigma^2) R'
  const double a = c * c / xx + s * s / yy, b = c * s * (1 / xx - 1 / yy),
               d = s * s / xx + c * c / yy;
  Kernel kernel = make_kernel(options.size, [&](double x, double y) {
    const double q = a * x * x + 2 * b * x * y + d * y * y;
    switch (options.shape) {
      case BlurShape::kGaussian: return std::exp(-q / 2);
      case BlurShape::kGeneralized: return std::exp(-std::pow(q, options.beta) / 2);
      case BlurShape::kPlateau: return 1 / (1 + std::pow(q, options.beta));
    }
    return 0.0;
  });
  if (options.shape == BlurShape::kGaussian && xx == yy) {
    const auto middle = kernel.weights.begin() + ptrdiff_t{options.size} * (options.size / 2);
    const double root = std::sqrt(middle[options.size / 2]);
    for (int i = 0; i < options.size; ++i) kernel.row.push_back(middle[i] / root);
  }
  return kernel;
}

Kernel sinc_kernel(int size, double cutoff) {
  return make_kernel(size, [&](double x, double y) {
    const double r = std::sqrt(x * x + y * y);
    return r == 0 ? cutoff * cutoff / (4 * M_PI) : cutoff * ::j1(cutoff * r) / (2 * M_PI * r);
  });
}

Kernel padded(const Kernel& kernel, int size) {
  check(size >= kernel.size && size % 2 == 1, ErrorKind::kSettings, "a kernel of ", kernel.size,
        " does not fit into one of ", size);
  Kernel larger{size, std::vector<double>(static_cast<size_t>(size) * size), {}};
  const int margin = (size - kernel.size) / 2;
  for (int y = 0; y < kernel.size; ++y)
    std::copy_n(kernel.weights.begin() + ptrdiff_t{y} * kernel.size, kernel.size,
                larger.weights.begin() + ptrdiff_t{y + margin} * size + margin);
  return larger;
}

void filter(Picture& picture, const Kernel& kernel) {
  cv::Mat image = mat_of(picture);
  if (!kernel.row.empty()) {
    const cv::Mat row(kernel.row);
    cv::sepFilter2D(image, image, -1, row, row, {-1, -1}, 0, cv::BORDER_REFLECT_101);
    return;
  }
  const cv::Mat weights(kernel.size, kernel.size, CV_64F,
                        const_cast<double*>(kernel.weights.data()));
  cv::filter2D(image.clone(), image, -1, weights, {-1, -1}, 0, cv::BORDER_REFLECT_101);
}

void sharpen(Picture& picture, const SharpenOptions& options) {
  const int size = options.radius + (options.radius % 2 == 0 ? 1 : 0);
  const cv::Mat window = cv::getGaussianKernel(size, 0, CV_32F);
  const auto blurred = [&](const cv::Mat& from) {
    cv::Mat to;
    cv::sepFilter2D(from, to, -1, window, window, {-1, -1}, 0, cv::BORDER_REFLECT_101);
    return to;
  };
  cv::Mat image = mat_of(picture);
  const cv::Mat residual = image - blurred(image);
  cv::Mat mask(image.size(), image.type());
  for (int y = 0; y < image.rows; ++y) {
    const auto* from = residual.ptr<float>(y);
    auto* to = mask.ptr<float>(y);
    for (int i = 0; i < image.cols * image.channels(); ++i)
      to[i] = std::abs(from[i]) * 255 > options.threshold ? 1.0f : 0.0f;
  }
  const cv::Mat soft = blurred(mask);
  for (int y = 0; y < image.rows; ++y) {
    auto* to = image.ptr<float>(y);
    const auto *difference = residual.ptr<float>(y), *share = soft.ptr<float>(y);
    for (int i = 0; i < image.cols * image.channels(); ++i) {
      const float sharp =
          std::clamp(to[i] + static_cast<float>(options.weight) * difference[i], 0.0f, 1.0f);
      to[i] = share[i] * sharp + (1 - share[i]) * to[i];
    }
  }
}

}  // namespace gan::training
