// SPDX-License-Identifier: LGPL-2.1-or-later
// Codes of latent spaces: one vocabulary for latentwalk, enhancegan and gan-train sample, with
// latent_path.h, latent_vectors.h and latent_expression.h. Everything is a pure function of its
// arguments.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace gan {

using Code = std::vector<float>;

// The code of a seed as artists know it: numpy.random.RandomState(seed).randn(length), MT19937 and
// the polar method, rounded to float.
Code seeded_code(uint32_t seed, int length);

// "3, 1, 8-11" -> {3, 1, 8, 9, 10, 11}. Throws Error(kSettings) that begins with `what` and names
// the column; at most 100,000 seeds, each 0 to 4294967295.
std::vector<uint32_t> parse_seeds(std::string_view text, std::string_view what = "seeds");

// (1 - t) a + t b; t may lie outside 0..1.
Code lerp(const Code& a, const Code& b, double t);
// Along the great circle through both (Shoemake 1985): weights sin((1-t) w) / sin w and
// sin(t w) / sin w, w the angle between the directions; lerp where they have none or one.
Code slerp(const Code& a, const Code& b, double t);

// Smooth through the key points: Catmull-Rom with great circles for its straight lines. The segment
// from keys[1] to keys[2].
Code spline(std::span<const Code, 4> keys, double t);

}  // namespace gan
