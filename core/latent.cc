// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <random>

#include "core/error.h"

namespace gan {
namespace {

// NumPy's legacy generator of normal numbers, whose streams are frozen for ever.
class RandomState {
 public:
  explicit RandomState(uint32_t seed) : bits_(seed) {}

  double normal() {
    if (has_kept_) {
      has_kept_ = false;
      return kept_;
    }
    double x = 0, y = 0, r2 = 0;
    do {
      x = 2 * uniform() - 1;
      y = 2 * uniform() - 1;
      r2 = x * x + y * y;
    } while (r2 >= 1 || r2 == 0);
    const double scale = std::sqrt(-2 * std::log(r2) / r2);
    kept_ = scale * x;
    has_kept_ = true;
    return scale * y;
  }

 private:
  double uniform() {
    const uint32_t high = static_cast<uint32_t>(bits_()) >> 5;
    const uint32_t low = static_cast<uint32_t>(bits_()) >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }
  std::mt19937 bits_;
  double kept_ = 0;
  bool has_kept_ = false;
};

constexpr double kFarthest = 1e9;  // key points

double dot(const Code& a, const Code& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
  return sum;
}

Code mixed(const Code& a, const Code& b, double of_a, double of_b) {
  Code code(a.size());
  for (size_t i = 0; i < code.size(); ++i) code[i] = static_cast<float>(of_a * a[i] + of_b * b[i]);
  return code;
}

// Barry and Goldman's pyramid (1988) for the segment from keys[1] to keys[2].
Code spline(const Code (&keys)[4], double t) {
  const Code a = slerp(keys[0], keys[1], t + 1), b = slerp(keys[1], keys[2], t),
             c = slerp(keys[2], keys[3], t - 1);
  return slerp(slerp(a, b, (t + 1) / 2), slerp(b, c, t / 2), t);
}

}  // namespace

Code seeded_code(uint32_t seed, int length) {
  RandomState random(seed);
  Code code(static_cast<size_t>(length));
  for (float& value : code) value = static_cast<float>(random.normal());
  return code;
}

std::vector<uint32_t> parse_seeds(std::string_view text) {
  constexpr size_t kMost = 100000;
  std::vector<uint32_t> seeds;
  size_t at = 0;
  const auto wrong = [&](std::string_view what) {
    fail(ErrorKind::kSettings, "seeds \"", text, "\": ", what, " at column ", at + 1,
         "; wanted numbers and ranges such as 3, 1, 8-11");
  };
  const auto blanks = [&] {
    while (at < text.size() && text[at] == ' ') ++at;
  };
  const auto number = [&] {
    blanks();
    uint32_t value = 0;
    const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range) wrong("a number above 4294967295");
    if (error != std::errc()) wrong("no number");
    at = static_cast<size_t>(end - text.data());
    blanks();
    return value;
  };
  do {
    const uint32_t first = number();
    uint32_t last = first;
    if (at < text.size() && text[at] == '-') {
      ++at;
      last = number();
      if (last < first) wrong("a range that runs backwards ends");
    }
    if (last - first >= kMost - seeds.size()) wrong("more than 100000 seeds");
    for (uint32_t seed = first;; ++seed) {
      seeds.push_back(seed);
      if (seed == last) break;
    }
    if (at < text.size() && text[at] != ',') wrong("an unexpected character");
  } while (at++ < text.size());
  return seeds;
}

Code lerp(const Code& a, const Code& b, double t) { return mixed(a, b, 1 - t, t); }

Code slerp(const Code& a, const Code& b, double t) {
  const double norms = std::sqrt(dot(a, a)) * std::sqrt(dot(b, b));
  if (norms == 0) return lerp(a, b, t);
  const double angle = std::acos(std::clamp(dot(a, b) / norms, -1.0, 1.0));
  const double sine = std::sin(angle);
  if (std::abs(sine) < 1e-9) return lerp(a, b, t);
  return mixed(a, b, std::sin((1 - t) * angle) / sine, std::sin(t * angle) / sine);
}

LatentPath::LatentPath(const PathOptions& options, int length)
    : options_(options), length_(length) {
  check(!options.seeds.empty(), ErrorKind::kSettings, "a path wants at least one seed");
  for (const uint32_t seed : options.seeds) keys_.push_back(seeded_code(seed, length));
}

Code LatentPath::key(int64_t index) const {
  const auto count = static_cast<int64_t>(keys_.size());
  switch (options_.shape) {
    case PathShape::kLoop: return keys_[static_cast<size_t>((index % count + count) % count)];
    case PathShape::kRandom:
      if (index >= count)
        return seeded_code(options_.seeds.back() + static_cast<uint32_t>(index - count + 1),
                           length_);
      [[fallthrough]];
    case PathShape::kLine: break;
  }
  return keys_[static_cast<size_t>(std::clamp<int64_t>(index, 0, count - 1))];
}

Code LatentPath::at(double position) const {
  const auto count = static_cast<double>(keys_.size());
  if (!std::isfinite(position)) position = 0;
  position = std::clamp(position, -kFarthest, kFarthest);
  if (options_.shape != PathShape::kLoop) position = std::max(position, 0.0);
  if (options_.shape == PathShape::kLine) position = std::min(position, count - 1);
  const double whole = std::floor(position), t = position - whole;
  const auto index = static_cast<int64_t>(whole);
  if (t == 0) return key(index);
  switch (options_.interpolation) {
    case Interpolation::kLerp: return lerp(key(index), key(index + 1), t);
    case Interpolation::kSlerp: return slerp(key(index), key(index + 1), t);
    case Interpolation::kSpline: break;
  }
  return spline({key(index - 1), key(index), key(index + 1), key(index + 2)}, t);
}

}  // namespace gan
