// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/degradations/noise.h"

#include <algorithm>
#include <bit>
#include <bitset>
#include <cmath>
#include <memory>
#include <mutex>
#include <opencv2/core.hpp>

namespace gan::training {
namespace {

constexpr int kLevels = 256;

// Tables of a power of two, made once.
const PoissonTables& tables_of(int count) {
  static std::array<std::once_flag, 10> made;
  static std::array<std::unique_ptr<PoissonTables>, 10> tables;
  const auto place = static_cast<size_t>(std::bit_width(static_cast<unsigned>(count)));
  std::call_once(made[place], [&] { tables[place] = std::make_unique<PoissonTables>(count); });
  return *tables[place];
}

}  // namespace

void add_gaussian_noise(Picture& picture, double sigma, NoiseColour colour, Random& random) {
  const bool grey = colour == NoiseColour::kGrey;
  const auto pixels = static_cast<int>(picture.size.area());
  const int channels = picture.channels, drawn = grey ? 1 : channels;
  cv::Mat noise(pixels, drawn, CV_32F);
  cv::RNG(random.bits()).fill(noise, cv::RNG::NORMAL, 0, sigma);
  const auto* from = noise.ptr<float>();
  float* to = picture.values.data();
  for (int i = 0; i < pixels; ++i)
    for (int c = 0; c < channels; ++c) *to++ += from[i * drawn + (grey ? 0 : c)];
}

void add_poisson_noise(Picture& picture, double strength, NoiseColour colour, Random& random) {
  std::vector<uint8_t> levels(picture.values.size());
  std::bitset<kLevels> seen;
  for (size_t i = 0; i < levels.size(); ++i) {
    float& value = picture.values[i];
    levels[i] = static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255));
    value = static_cast<float>(levels[i]) / 255;
    seen.set(levels[i]);
  }
  const auto count = static_cast<int>(std::bit_ceil(seen.count()));
  const PoissonTables& tables = tables_of(count);
  const double per_count = 1.0 / count;
  for (size_t i = 0; i < levels.size(); i += 3) {
    float* rgb = &picture.values[i];
    if (colour == NoiseColour::kGrey) {
      const double luma = 0.2989 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2];
      const double noise = tables.draw_of_mean(luma * count, random) * per_count - luma;
      for (int c = 0; c < 3; ++c) rgb[c] += static_cast<float>(strength * noise);
    } else {
      for (size_t c = 0; c < 3; ++c) {
        const double noise =
            tables.draw(levels[i + c], random) * per_count - static_cast<double>(rgb[c]);
        rgb[c] += static_cast<float>(strength * noise);
      }
    }
  }
}

PoissonTables::PoissonTables(int count) : count_(count) {
  for (int level = 0; level < kLevels; ++level) {
    const double mean = level / 255.0 * count, reach = 8 * std::sqrt(mean) + 12;
    Table& table = tables_[static_cast<size_t>(level)];
    table.first = std::max(0, static_cast<int>(mean - reach));
    double sum = 0;
    for (int k = table.first; k <= mean + reach; ++k) {
      sum += mean == 0 ? (k == 0) : std::exp(k * std::log(mean) - mean - std::lgamma(k + 1));
      table.below.push_back(static_cast<uint32_t>(std::min(sum * 0x1p32, 0x1p32 - 1)));
    }
    table.below.back() = UINT32_MAX;
    for (uint32_t i = 0; i < kGuides; ++i)
      table.guide[i] = static_cast<uint16_t>(
          std::ranges::lower_bound(table.below, i * (0x1p32 / kGuides)) - table.below.begin());
  }
}

int PoissonTables::draw(int level, Random& random) const {
  const Table& table = tables_[static_cast<size_t>(level)];
  const auto chance = static_cast<uint32_t>(random.bits() >> 32);
  size_t place = table.guide[chance / (uint32_t{1} << 26)];
  while (table.below[place] < chance) ++place;
  return table.first + static_cast<int>(place);
}

int PoissonTables::draw_of_mean(double mean, Random& random) const {
  // A sum of two Poisson numbers is one of the sum of their means.
  const int level = std::clamp(static_cast<int>(mean * 255 / count_), 0, kLevels - 1);
  const double rest = std::max(mean - level / 255.0 * count_, 0.0);
  double chance = random.uniform(), probability = std::exp(-rest);
  int more = 0;
  while (chance > probability && more < 64) {
    chance -= probability;
    probability *= rest / ++more;
  }
  return draw(level, random) + more;
}

}  // namespace gan::training
