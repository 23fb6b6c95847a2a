// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/sample_plane.h"

#include <gtest/gtest.h>

#include "tests/core/test_frame.h"

namespace gan {
namespace {

TEST(SamplePlanes, HoldTheSamplesWithinTheBorderSideBySide) {
  for (int f = 0; f < kPixelFormatCount; ++f)
    for (const Size border : {Size{0, 0}, Size{2, 1}, Size{1, 2}}) {
      test::TestFrame frame(static_cast<PixelFormat>(f), {17, 13}, {});
      frame.fill_random(4);
      for (int c = 0; c < frame.components(); ++c) {
        std::vector<uint8_t> memory;
        const SamplePlane plane =
            packed(crop(component_plane(frame.view(), frame.index(c)), border), memory);
        const Size whole = component_size(frame.component(c), frame.size);
        ASSERT_EQ(plane.size,
                  (Size{whole.width - 2 * border.width, whole.height - 2 * border.height}));
        EXPECT_EQ(plane.peak, (1 << frame.component(c).depth) - 1);
        ASSERT_EQ(plane.step, plane.bytes);
        int wrong = 0;
        for (int y = 0; y < plane.size.height; ++y)
          for (int x = 0; x < plane.size.width; ++x) {
            const uint8_t* const at = plane.data + y * plane.stride + x * plane.bytes;
            const int sample = plane.bytes == 1 ? at[0] : at[0] | at[1] << 8;
            wrong += sample != frame.get(c, x + border.width, y + border.height);
          }
        EXPECT_EQ(wrong, 0) << info(frame.format).name << " " << c << " border " << border.width;
      }
    }
}

}  // namespace
}  // namespace gan
