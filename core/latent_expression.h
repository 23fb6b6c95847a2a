// SPDX-License-Identifier: LGPL-2.1-or-later
// Codes as arithmetic on named vectors (Radford et al. 2016, section 6.3.2):
//
//   smiling_woman - neutral_woman + neutral_man; 0.5 * (man + woman); mean(seed(3), seed(17),
//   smile)
//
// Between ';' stand sums of names, seed(N), mean(A, B, ...), parentheses, and products and
// quotients with numbers. All is computed in double precision and rounded to float once, so that a
// name alone is its vector bit for bit.
#pragma once

#include "core/latent_vectors.h"

namespace gan {

// One code of `length` numbers for each expression; none for an empty text. Throws Error(kSettings)
// that names the column, counted from 1, of an unknown name, a missing parenthesis or whatever else
// is wrong.
std::vector<Code> evaluate_expressions(std::string_view text, const NamedCodes& vectors,
                                       int length);

}  // namespace gan
