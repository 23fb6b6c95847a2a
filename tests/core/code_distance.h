// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cmath>

#include "core/latent.h"

namespace gan::test {

inline double distance(const Code& a, const Code& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return std::sqrt(sum);
}

inline double norm(const Code& code) { return distance(code, Code(code.size())); }

}  // namespace gan::test
