// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/latent_walker.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/latent.h"
#include "models/checkpoint.h"
#include "models/table.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/core/test_frame.h"
#include "tests/models/small_options.h"

namespace gan {
namespace {

class Walker : public testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(8); }
  std::unique_ptr<LatentWalker> walker(const char* network, const OptionValues& values = {}) {
    const TableEntry& entry = find_network(network);
    const auto options = test::small_options(entry);
    read_options(*options, values, "test");
    save_network(scratch_.file(network), *entry.create(*options), network, *options, {});
    return make_walker({.model = scratch_.file(network)});
  }
  static LatentPoint point(const WalkerInfo& info, uint32_t seed, int label = 0) {
    LatentPoint made{seeded_code(seed, info.latent), std::vector<float>(info.classes)};
    if (info.classes) made.label[static_cast<size_t>(label)] = 1;
    return made;
  }
  static test::TestFrame draw(LatentWalker& walker, std::span<const LatentPoint> points,
                              int columns, PixelFormat format, Size size) {
    test::TestFrame frame(format, size, {Matrix::kRgb, Range::kFull});
    walker.set_format({format, size, frame.colorimetry}, static_cast<int>(points.size()), columns);
    walker.draw(points, 1, frame.span());
    return frame;
  }
  test::Scratch scratch_;
};

// Every network of the table that draws pictures of codes.
TEST_F(Walker, EveryGeneratorDraws) {
  for (const auto& entry : network_table()) {
    if (entry.task != Task::kLatent && entry.task != Task::kLatentLabel &&
        entry.task != Task::kAutoencoder)
      continue;
    const auto made = walker(entry.name.data());
    const WalkerInfo info = made->info();
    const LatentPoint points[] = {point(info, 1), point(info, 2)};
    auto one = draw(*made, {points, 1}, 1, PixelFormat::kRGB, info.size);
    auto again = draw(*made, {points, 1}, 1, PixelFormat::kRGB, info.size);
    EXPECT_EQ(one.largest_difference(again), 0) << entry.name;
    auto other = draw(*made, {points + 1, 1}, 1, PixelFormat::kRGB, info.size);
    EXPECT_GT(one.largest_difference(other), 0) << entry.name;
  }
}

TEST_F(Walker, ACellOfAGridIsThePictureAlone) {
  const auto made = walker("dcgan", {{"side", "16"}});
  const WalkerInfo info = made->info();
  const LatentPoint points[] = {point(info, 1), point(info, 2), point(info, 3)};
  const auto grid = draw(*made, points, 2, PixelFormat::kRGB, {32, 32});
  for (int cell = 0; cell < 3; ++cell) {
    const auto alone = draw(*made, {points + cell, 1}, 1, PixelFormat::kRGB, {16, 16});
    for (int y = 0; y < 16; ++y)
      for (int i = 0; i < 16 * 3; ++i)
        ASSERT_EQ(grid.view().planes[0].data[(cell / 2 * 16 + y) * grid.view().planes[0].stride +
                                             cell % 2 * 48 + i],
                  alone.view().planes[0].data[y * alone.view().planes[0].stride + i]);
  }
}

TEST_F(Walker, LabelsChooseThePictureAndAlphaIsOpaque) {
  const auto made = walker("cgan");
  const WalkerInfo info = made->info();
  EXPECT_EQ(info.classes, 10);
  const LatentPoint shirt = point(info, 1, 0), boot = point(info, 1, 9);
  auto a = draw(*made, {&shirt, 1}, 1, PixelFormat::kRGBA, {28, 28});
  auto b = draw(*made, {&boot, 1}, 1, PixelFormat::kRGBA, {28, 28});
  EXPECT_GT(a.largest_difference(b), 0);
  for (int x = 0; x < 28; ++x) EXPECT_EQ(a.view().planes[0].data[4 * x + 3], 255);
}

TEST_F(Walker, RefusesNetworksThatDrawNothingOfCodes) {
  EXPECT_THROW(walker("compact"), Error);
  EXPECT_THROW(walker("augcyclegan"), Error);
  EXPECT_THROW(walker("dcgan", {{"channels", "2"}}), Error);
}

}  // namespace
}  // namespace gan
