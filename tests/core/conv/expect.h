// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include "tests/core/conv/plans.h"

namespace gan::conv {

// In units of the values' size. Winograd's F(4x4) in float keeps about 1e-5 a layer.
inline constexpr double kClose = 5e-5;

// Every instruction set and both of Winograd's tiles beside the plain executor.
inline void expect_plain(const Plan& plan, Size size, double close = kClose) {
  const Channels picture = random_picture(plan.in_channels, size);
  const Channels expected = run_simple(plan, picture);
  for (const Kernels* kernels : all_kernels())
    for (const Method winograd : {Method::kWinograd4, Method::kWinograd2}) {
      const Channels got = run_fast(plan, picture, {.winograd = winograd, .kernels = kernels});
      ASSERT_EQ(got.size, expected.size);
      EXPECT_LT(difference(got, expected), close) << kernels->name << ", F(" << tile_out(winograd)
                                                  << "), " << size.width << "x" << size.height;
    }
}

}  // namespace gan::conv
