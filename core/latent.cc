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

using Wide = std::vector<double>;

Wide wide(const Code& code) { return {code.begin(), code.end()}; }

Code narrow(const Wide& wide) {
  Code code(wide.size());
  std::ranges::transform(wide, code.begin(),
                         [](double value) { return static_cast<float>(value); });
  return code;
}

double norm(const Wide& a) {
  double sum = 0;
  for (const double value : a) sum += value * value;
  return std::sqrt(sum);
}

Wide mixed(const Wide& a, const Wide& b, double of_a, double of_b) {
  Wide code(a.size());
  for (size_t i = 0; i < code.size(); ++i) code[i] = of_a * a[i] + of_b * b[i];
  return code;
}

// Exact near 0 and near pi too, where the arc cosine of the scalar product is not (Kahan).
double angle_between(const Wide& a, const Wide& b) {
  const double of_a = 1 / norm(a), of_b = 1 / norm(b);
  return 2 * std::atan2(norm(mixed(a, b, of_a, -of_b)), norm(mixed(a, b, of_a, of_b)));
}

Wide slerp(const Wide& a, const Wide& b, double t) {
  if (norm(a) == 0 || norm(b) == 0) return mixed(a, b, 1 - t, t);
  const double angle = angle_between(a, b), sine = std::sin(angle);
  if (sine < 1e-9) return mixed(a, b, 1 - t, t);
  return mixed(a, b, std::sin((1 - t) * angle) / sine, std::sin(t * angle) / sine);
}

}  // namespace

Code seeded_code(uint32_t seed, int length) {
  RandomState random(seed);
  Code code(static_cast<size_t>(length));
  for (float& value : code) value = static_cast<float>(random.normal());
  return code;
}

std::vector<uint32_t> parse_seeds(std::string_view text, std::string_view what) {
  constexpr size_t kMost = 100000;
  std::vector<uint32_t> seeds;
  size_t at = 0;
  const auto wrong = [&](std::string_view mistake) {
    fail(ErrorKind::kSettings, what, " \"", text, "\": ", mistake, " at column ", at + 1,
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
    if (last - first >= kMost - seeds.size()) wrong("more than 100000 numbers");
    for (uint32_t seed = first;; ++seed) {
      seeds.push_back(seed);
      if (seed == last) break;
    }
    if (at < text.size() && text[at] != ',') wrong("an unexpected character");
  } while (at++ < text.size());
  return seeds;
}

Code lerp(const Code& a, const Code& b, double t) {
  return narrow(mixed(wide(a), wide(b), 1 - t, t));
}

Code slerp(const Code& a, const Code& b, double t) { return narrow(slerp(wide(a), wide(b), t)); }

// Barry and Goldman's pyramid (1988).
Code spline(std::span<const Code, 4> keys, double t) {
  const Wide key[] = {wide(keys[0]), wide(keys[1]), wide(keys[2]), wide(keys[3])};
  const Wide a = slerp(key[0], key[1], t + 1), b = slerp(key[1], key[2], t),
             c = slerp(key[2], key[3], t - 1);
  return narrow(slerp(slerp(a, b, (t + 1) / 2), slerp(b, c, t / 2), t));
}

}  // namespace gan
