// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/tiles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/error.h"

namespace gan {
namespace {

TEST(Tiles, SideZeroIsOneTile) {
  const auto tiles = cover({30, 20}, 0, 5, 1);
  ASSERT_EQ(tiles.size(), 1u);
  EXPECT_EQ(tiles[0].input, (Rect{0, 0, {30, 20}}));
}

TEST(Tiles, CoresCoverTheFrameOnceAndInputsReachTheHalo) {
  for (const Size frame : {Size{1, 1}, Size{16, 16}, Size{37, 53}, Size{100, 17}})
    for (const int side : {16, 20, 64})
      for (const int halo : {0, 3, 40}) {
        std::vector<int> covered(static_cast<size_t>(frame.area()), 0);
        for (const Tile& tile : cover(frame, side, halo, 1)) {
          for (int y = 0; y < tile.core.size.height; ++y)
            for (int x = 0; x < tile.core.size.width; ++x)
              ++covered[static_cast<size_t>((tile.core.y + y) * frame.width + tile.core.x + x)];
          EXPECT_EQ(tile.input.x, std::max(tile.core.x - halo, 0));
          EXPECT_EQ(tile.input.y + tile.input.size.height,
                    std::min(tile.core.y + tile.core.size.height + halo, frame.height));
        }
        EXPECT_TRUE(std::ranges::all_of(covered, [](int n) { return n == 1; }));
      }
}

TEST(Tiles, JoinedOnesCoverWhatIsWantedOnceAndNoMore) {
  const Size frame{100, 70};
  const auto tiles = cover(frame, 16, 3, 1);  // 7 columns, 5 rows
  EXPECT_EQ(columns_of(tiles), 7u);
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round)
    for (const int side : {0, 16, 40}) {
      std::vector<bool> wanted(tiles.size());
      for (size_t i = 0; i < wanted.size(); ++i) wanted[i] = random() % 3 > 0;
      const auto result = joined(tiles, wanted, side);
      for (size_t i = 0; i < tiles.size(); ++i) {
        const auto holds = [&](const Tile& tile) {
          const Rect &a = tile.core, &b = tiles[i].core;
          return a.x <= b.x && a.y <= b.y && b.x + b.size.width <= a.x + a.size.width &&
                 b.y + b.size.height <= a.y + a.size.height;
        };
        EXPECT_EQ(std::ranges::count_if(result, holds), wanted[i] ? 1 : 0);
      }
      for (const Tile& tile : result) {
        EXPECT_EQ(tile.input.x, std::max(tile.core.x - 3, 0));
        EXPECT_EQ(tile.input.x + tile.input.size.width,
                  std::min(tile.core.x + tile.core.size.width + 3, frame.width));
        if (side > 0) {
          EXPECT_LE(std::max(tile.core.size.width, tile.core.size.height), side);
        }
      }
    }
  EXPECT_EQ(joined(tiles, std::vector<bool>(tiles.size(), true), 0),
            (std::vector<Tile>{{{0, 0, frame}, {0, 0, frame}}}));
}

TEST(Tiles, KeepToTheMultiple) {
  for (const Tile& tile : cover({48, 40}, 18, 5, 4))
    for (const int n : {tile.input.x, tile.input.y, tile.input.size.width, tile.input.size.height,
                        tile.core.x, tile.core.y})
      EXPECT_EQ(n % 4, 0);
}

TEST(Tiles, RefuseAFrameThatIsNoMultiple) { EXPECT_THROW(cover({10, 8}, 16, 4, 4), Error); }

}  // namespace
}  // namespace gan
