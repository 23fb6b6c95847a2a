// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/jpeg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "core/error.h"

namespace gan::training {
namespace {

constexpr int kBlock = 8;

// The luminance table of ITU-T T.81, annex K, with rows and columns exchanged, as DiffJPEG has it.
constexpr int kLuma[64] = {16, 12, 14, 14, 18,  24,  49,  72,  11, 12, 13, 17, 22,  35,  64,  92,
                           10, 14, 16, 22, 37,  55,  78,  95,  16, 19, 24, 29, 56,  64,  87,  98,
                           24, 26, 40, 51, 68,  81,  103, 112, 40, 58, 57, 87, 109, 104, 121, 100,
                           51, 60, 69, 80, 103, 113, 120, 103, 61, 55, 56, 62, 77,  92,  101, 99};

int chroma_step(int u, int v) {
  constexpr int kCorner[16] = {17, 18, 24, 47, 18, 21, 26, 66, 24, 26, 56, 99, 47, 66, 99, 99};
  return u < 4 && v < 4 ? kCorner[4 * u + v] : 99;
}

double factor_of(double quality) {
  return std::max(quality < 50 ? 5000 / quality : 200 - 2 * quality, 1e-6) / 100;  // 100: no steps
}

struct Plane {
  int width, height;  // multiples of 8
  std::vector<double> values;
  double& at(int x, int y) { return values[static_cast<size_t>(y) * width + x]; }
};

using Block = std::array<std::array<double, kBlock>, kBlock>;

// sum_k a[i][k] b[k][j]; the innermost loop runs along rows, for the compiler's vectors.
Block product(const Block& a, const Block& b) {
  Block sum{};
  for (size_t i = 0; i < kBlock; ++i)
    for (size_t k = 0; k < kBlock; ++k)
      for (size_t j = 0; j < kBlock; ++j) sum[i][j] += a[i][k] * b[k][j];
  return sum;
}

Block transposed(const Block& a) {
  Block t;
  for (size_t i = 0; i < kBlock; ++i)
    for (size_t j = 0; j < kBlock; ++j) t[j][i] = a[i][j];
  return t;
}

// [x][u] with the transform's scale in it.
Block cosines() {
  Block made{};
  for (size_t x = 0; x < kBlock; ++x)
    for (size_t u = 0; u < kBlock; ++u)
      made[x][u] = 0.5 * (u == 0 ? M_SQRT1_2 : 1) *
                   std::cos(static_cast<double>((2 * x + 1) * u) * M_PI / 16);
  return made;
}

// To frequencies, rounded to their steps, and back.
void code_block(Plane& plane, int x0, int y0, const std::array<double, 64>& steps) {
  static const Block forth = cosines(), back = transposed(forth);
  Block pixels;
  for (int y = 0; y < kBlock; ++y)
    for (int x = 0; x < kBlock; ++x)
      pixels[static_cast<size_t>(y)][static_cast<size_t>(x)] = plane.at(x0 + x, y0 + y) - 128;
  Block waves = product(back, product(pixels, forth));
  for (size_t u = 0; u < kBlock; ++u)
    for (size_t v = 0; v < kBlock; ++v) {
      const double step = steps[kBlock * u + v];
      waves[u][v] = std::nearbyint(waves[u][v] / step) * step;
    }
  pixels = product(forth, product(waves, back));
  for (int y = 0; y < kBlock; ++y)
    for (int x = 0; x < kBlock; ++x)
      plane.at(x0 + x, y0 + y) = pixels[static_cast<size_t>(y)][static_cast<size_t>(x)] + 128;
}

void code_plane(Plane& plane, const std::array<double, 64>& steps) {
  for (int y = 0; y < plane.height; y += kBlock)
    for (int x = 0; x < plane.width; x += kBlock) code_block(plane, x, y, steps);
}

}  // namespace

void simulate_jpeg(Picture& picture, double quality) {
  check(picture.channels == 3, ErrorKind::kFailed, "JPEG wants 3 channels, got ", picture.channels);
  const auto up = [](int n) { return (n + 15) / 16 * 16; };
  const int width = up(picture.size.width), height = up(picture.size.height);
  Plane luma{width, height, std::vector<double>(static_cast<size_t>(width) * height)};
  Plane chroma[2];
  for (auto& plane : chroma)
    plane = {width / 2, height / 2, std::vector<double>(static_cast<size_t>(width) * height / 4)};
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      double r = 0, g = 0, b = 0;  // what lies beyond the picture is black
      if (x < picture.size.width && y < picture.size.height) {
        const float* rgb = picture.view().row(y) + 3 * x;
        r = 255.0 * rgb[0], g = 255.0 * rgb[1], b = 255.0 * rgb[2];
      }
      luma.at(x, y) = 0.299 * r + 0.587 * g + 0.114 * b;
      chroma[0].at(x / 2, y / 2) += (-0.168736 * r - 0.331264 * g + 0.5 * b + 128) / 4;
      chroma[1].at(x / 2, y / 2) += (0.5 * r - 0.418688 * g - 0.081312 * b + 128) / 4;
    }
  const double factor = factor_of(quality);
  std::array<double, 64> luma_steps, chroma_steps;
  for (int u = 0; u < kBlock; ++u)
    for (int v = 0; v < kBlock; ++v) {
      const auto i = static_cast<size_t>(kBlock * u + v);
      luma_steps[i] = kLuma[i] * factor;
      chroma_steps[i] = chroma_step(u, v) * factor;
    }
  code_plane(luma, luma_steps);
  for (auto& plane : chroma) code_plane(plane, chroma_steps);
  for (int y = 0; y < picture.size.height; ++y)
    for (int x = 0; x < picture.size.width; ++x) {
      const double l = luma.at(x, y), cb = chroma[0].at(x / 2, y / 2) - 128,
                   cr = chroma[1].at(x / 2, y / 2) - 128;
      float* rgb = picture.span().row(y) + 3 * x;
      const double values[] = {l + 1.402 * cr, l - 0.344136 * cb - 0.714136 * cr, l + 1.772 * cb};
      for (int c = 0; c < 3; ++c)
        rgb[c] = static_cast<float>(std::clamp(values[c], 0.0, 255.0) / 255);
    }
}

}  // namespace gan::training
