// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/walker/latent_walker.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

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

// In the sizes that are used, where work is worth sharing between threads.
TEST_F(Walker, EveryGeneratorDrawsTheSameWithAnyNumberOfThreads) {
  const std::pair<const char*, OptionValues> table[] = {
      {"dcgan", {}}, {"dcgan_faces", {}}, {"cgan", {}},
      {"vae", {}},   {"mlpgan", {}},      {"stylegan2", {{"side", "64"}, {"features", "128"}}}};
  for (const auto& [network, values] : table) {
    const TableEntry& entry = find_network(network);
    const auto options = entry.make_options();
    read_options(*options, values, "test");
    save_network(scratch_.file("full"), *entry.create(*options), network, *options, {});
    std::optional<test::TestFrame> first;
    for (const int threads : {1, 2, 3}) {
      const auto made = make_walker({.model = scratch_.file("full"), .threads = threads});
      const LatentPoint point = Walker::point(made->info(), 3);
      const auto frame = draw(*made, {&point, 1}, 1, PixelFormat::kRGBA64_LE, made->info().size);
      if (first) {
        EXPECT_EQ(frame.largest_difference(*first), 0) << network;
      }
      first.emplace(frame);
    }
  }
}

// Truncation: StyleGAN2's mapping network has a mean of its own; others take the middle of the
// codes.
TEST_F(Walker, TruncationOfZeroIsTheMeanPicture) {
  for (const char* network : {"dcgan", "cgan", "vae", "stylegan2"}) {
    const auto made = walker(network);
    const WalkerInfo info = made->info();
    std::optional<test::TestFrame> mean;
    for (const uint32_t seed : {1u, 2u}) {
      const LatentPoint one = point(info, seed);
      test::TestFrame frame(PixelFormat::kRGB, info.size, {Matrix::kRgb, Range::kFull});
      made->set_format({PixelFormat::kRGB, info.size, {}}, 1, 1);
      EXPECT_TRUE(made->draw({&one, 1}, 0, frame.span()));
      if (mean) {
        EXPECT_EQ(frame.largest_difference(*mean), 0) << network;
      }
      mean.emplace(frame);
    }
  }
}

TEST_F(Walker, EncodesThePicturesThatItDecodes) {
  const auto made = walker("vae", {{"channels", "1"}, {"out_channels", "1"}});
  const WalkerInfo info = made->info();
  const auto code_of = [&](uint8_t level, Size size) {
    test::TestFrame picture(PixelFormat::kRGB, size, {Matrix::kRgb, Range::kFull});
    const FrameSpan span = picture.span();
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < 3 * size.width; ++x)
        span.planes[0].data[y * span.planes[0].stride + x] = static_cast<uint8_t>(level + 2 * y);
    return made->encode(picture.view());
  };
  EXPECT_EQ(code_of(10, info.size).size(), static_cast<size_t>(info.latent));
  EXPECT_EQ(code_of(10, info.size), code_of(10, {3 * info.size.width, info.size.height}));
  EXPECT_NE(code_of(10, info.size), code_of(90, info.size));
  const auto plain = walker("dcgan");
  EXPECT_THROW(plain->encode({}), Error);
}

TEST_F(Walker, StopsBetweenCellsWhenInterrupted) {
  const auto made = walker("dcgan", {{"side", "16"}});
  const LatentPoint points[] = {point(made->info(), 1), point(made->info(), 2)};
  test::TestFrame frame(PixelFormat::kRGB, {32, 16}, {Matrix::kRgb, Range::kFull});
  made->set_format({PixelFormat::kRGB, {32, 16}, {}}, 2, 2);
  made->interrupt(true);
  EXPECT_FALSE(made->draw(points, 1, frame.span()));
  EXPECT_EQ(made->stats().frames, 0u);
  made->interrupt(false);
  EXPECT_TRUE(made->draw(points, 1, frame.span()));
  EXPECT_EQ(made->stats().frames, 1u);
}

TEST_F(Walker, NumbersThatAreNoneAreAnError) {
  const auto made = walker("dcgan", {{"side", "16"}});
  LatentPoint bad = point(made->info(), 1);
  bad.code[0] = NAN;
  test::TestFrame frame(PixelFormat::kRGB, {16, 16}, {Matrix::kRgb, Range::kFull});
  made->set_format({PixelFormat::kRGB, {16, 16}, {}}, 1, 1);
  try {
    made->draw({&bad, 1}, 1, frame.span());
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFinite);
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
  for (int f = 0; f < kPixelFormatCount; ++f) {
    const auto format = static_cast<PixelFormat>(f);
    if (!gan::info(format).has_alpha) continue;
    const auto frame = draw(*made, {&shirt, 1}, 1, format, {28, 28});
    const int peak = (1 << frame.component(3).depth) - 1;
    for (int x = 0; x < 28; ++x) EXPECT_EQ(frame.get(3, x, x), peak) << gan::info(format).name;
  }
}

// Several at once and ahead, and frames made on the device.
TEST_F(Walker, AGpuDrawsTheHostsFrames) {
  for (const char* network : {"dcgan", "cgan", "stylegan2"}) {
    const auto host = walker(network),
               device = make_device_walker({.model = scratch_.file(network)});
    const WalkerInfo info = host->info();
    const Size size{3 * info.size.width, 2 * info.size.height + 6};
    const FrameFormat format{PixelFormat::kI420, size, {Matrix::kBt709}};
    host->set_format(format, 5, 3);
    device->set_format(format, 5, 3);
    EXPECT_GT(device->foresight(), 0);
    for (uint32_t frame = 0; frame < 3; ++frame) {
      const auto points_of = [&](uint32_t first) {
        std::vector<LatentPoint> points;
        for (uint32_t i = 0; i < 5; ++i) points.push_back(point(info, first + i, int(i)));
        return points;
      };
      test::TestFrame expected(format.pixels, size, format.colorimetry), got = expected;
      EXPECT_TRUE(host->draw(points_of(frame), 0.7, expected.span()));
      EXPECT_TRUE(device->draw(points_of(frame), 0.7, got.span()));
      EXPECT_LE(expected.largest_difference(got), 1) << network;
      device->foresee(points_of(frame + (frame == 0 ? 1 : 7)),
                      0.7);  // then the walk goes elsewhere
    }
  }
}

TEST_F(Walker, RefusesNetworksThatDrawNothingOfCodes) {
  EXPECT_THROW(walker("compact"), Error);
  EXPECT_THROW(walker("augcyclegan"), Error);
  EXPECT_THROW(walker("dcgan", {{"channels", "2"}}), Error);
}

}  // namespace
}  // namespace gan
