// SPDX-License-Identifier: LGPL-2.1-or-later
// Codes of latent spaces and paths through them: one vocabulary for latentwalk, enhancegan and
// gan-train sample. Everything here is a pure function of its arguments.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gan {

using Code = std::vector<float>;

// The code of a seed as artists know it: numpy.random.RandomState(seed).randn(length), MT19937 and
// the polar method, rounded to float.
Code seeded_code(uint32_t seed, int length);

// "3, 1, 8-11" -> {3, 1, 8, 9, 10, 11}. Throws Error(kSettings) that names the column; at most
// 100,000 seeds, each 0 to 4294967295.
std::vector<uint32_t> parse_seeds(std::string_view text);

// (1 - t) a + t b; t may lie outside 0..1.
Code lerp(const Code& a, const Code& b, double t);
// Along the great circle through both (Shoemake 1985): weights sin((1-t) w) / sin w and
// sin(t w) / sin w, w the angle between the directions; lerp where they have none or one.
Code slerp(const Code& a, const Code& b, double t);

enum class Interpolation {
  kSlerp,
  kLerp,
  kSpline  // Catmull-Rom with great circles for its straight lines: smooth through the key points
};
enum class PathShape {
  kLine,   // from the first key point to the last, and there it stays
  kLoop,   // and from the last back to the first
  kRandom  // after the last comes a key point of the next seed, and so on without end
};

struct PathOptions {
  std::vector<uint32_t> seeds = {0};  // key points, at least one
  PathShape shape = PathShape::kLoop;
  Interpolation interpolation = Interpolation::kSlerp;
  bool operator==(const PathOptions&) const = default;
};

// Throws Error(kSettings) when there are no seeds.
class LatentPath {
 public:
  LatentPath(const PathOptions& options, int length);

  // The code at a position in key points, within +-1e9: 0 is the first, 0.5 half way to the second.
  // Before 0 a line stays at its first key point, a random path too.
  Code at(double position) const;

 private:
  Code key(int64_t index) const;
  PathOptions options_;
  int length_;
  std::vector<Code> keys_;
};

}  // namespace gan
