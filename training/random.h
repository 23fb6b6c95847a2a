// SPDX-License-Identifier: LGPL-2.1-or-later
// Randomness as a pure function of (seed, step, place), so that neither the number of loader
// threads nor a resume changes a single draw. No state outlives a sample.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

namespace gan::training {

// Mixes two numbers into a well-spread third (SplitMix64's finaliser).
inline uint64_t mix(uint64_t a, uint64_t b) {
  uint64_t z = a * 0x9e3779b97f4a7c15u + b + 0x7f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// SplitMix64: 8 bytes of state, cheap to make for every sample.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  Random(uint64_t seed, uint64_t step, uint64_t place) : state_(mix(mix(seed, step), place)) {}

  uint64_t bits() { return mix(state_++, 0x632be59bd9b4e019u); }
  double uniform() { return static_cast<double>(bits() >> 11) * 0x1p-53; }  // [0, 1)
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  int below(int count) { return static_cast<int>(uniform() * count); }  // 0 .. count - 1
  bool chance(double probability) { return uniform() < probability; }
  double normal() {  // Box and Muller 1958
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  uint64_t state_;
};

}  // namespace gan::training
