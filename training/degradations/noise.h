// SPDX-License-Identifier: LGPL-2.1-or-later
// Noise of sensors, added to RGB pictures in [0, 1]; not clamped.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/picture.h"
#include "training/random.h"

namespace gan::training {

// Of each value its own, or of all three channels of a pixel the same.
enum class NoiseColour { kRgb, kGrey };

// Independent normal noise of that deviation.
void add_gaussian_noise(Picture& picture, double sigma, NoiseColour colour, Random& random);

// Photon noise as Real-ESRGAN has it: the picture is rounded to 8 bits first; strength times
// (Poisson(v n) / n - v) is added, where n is the number of different values in the picture,
// rounded up to a power of two, and v a value, with kGrey the pixel's luma.
void add_poisson_noise(Picture& picture, double strength, NoiseColour colour, Random& random);

// Draws numbers of Poisson distributions of means v / 255 * count, v = 0..255, by tables.
class PoissonTables {
 public:
  explicit PoissonTables(int count);
  int draw(int level, Random& random) const;            // of mean level / 255 * count
  int draw_of_mean(double mean, Random& random) const;  // of any mean up to count

 private:
  static constexpr int kGuides = 64;
  struct Table {
    int first = 0;                          // the number that the first entry stands for
    std::vector<uint32_t> below;            // 2^32 P(number <= first + i), the last 2^32 - 1
    std::array<uint16_t, kGuides> guide{};  // where to begin to look, by the leading bits
  };
  double count_;
  std::array<Table, 256> tables_;
};

}  // namespace gan::training
