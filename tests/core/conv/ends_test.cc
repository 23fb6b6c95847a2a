// SPDX-License-Identifier: LGPL-2.1-or-later
// How pictures are read and results are written.
#include <cmath>

#include "tests/core/conv/expect.h"

namespace gan::conv {
namespace {

TEST(ConvEnds, EveryWayToReadThePictureIsThePlainResult) {
  for (const int channels : {1, 2, 3, 4})
    for (const int unshuffle : {1, 2, 3, 4})
      for (const int kernel : {1, 3}) {
        Layer first = conv({0}, channels * unshuffle * unshuffle, 20, kernel);
        first.unshuffle = unshuffle;
        expect_plain({.in_channels = channels, .layers = {first, conv({1}, 20, 8)}},
                     {7 * unshuffle, 5 * unshuffle});
        expect_plain({.in_channels = channels, .layers = {first}}, {7 * unshuffle, 5 * unshuffle});
      }
}

TEST(ConvEnds, APictureLessItsMeanIsThePlainResult) {
  for (const int unshuffle : {1, 2}) {
    Plan plan = compact_plan(12, 1, 2);
    plan.subtract = {0.4f, 0.5f, -0.1f};
    plan.multiply = 3;
    plan.layers[0] = prelu(conv({0}, 3 * unshuffle * unshuffle, 12));
    plan.layers[0].unshuffle = unshuffle;
    if (unshuffle > 1) plan.layers.back().add_picture = false;
    expect_plain(plan, {18, 14});
  }
}

TEST(ConvEnds, EveryWayToWriteTheResultIsThePlainResult) {
  for (const int channels : {1, 3})
    for (const int scale : {1, 2, 3, 4, 8})
      for (const bool add : {false, true}) {
        Layer last = conv({1}, 16, 3 * scale * scale);
        last.shuffle = scale;
        last.add_picture = add;
        expect_plain({.in_channels = channels, .layers = {conv({0}, channels, 16), last}}, {9, 6});
      }
}

TEST(ConvEnds, InterleavedChannelsAreThePlanes) {
  Layer sum = conv({1}, 16, 3);
  sum.add_picture = true;
  Layer unshuffled = conv({0}, 12, 16);
  unshuffled.unshuffle = 2;
  for (const Plan& plan :
       {compact_plan(16, 1, 2), rrdb_plan(8, 4, 1, 1), Plan{.layers = {conv({0}, 3, 16), sum}},
        Plan{.layers = {unshuffled, conv({1}, 16, 3)}}}) {
    const Channels picture = random_picture(3, {22, 14});
    Executor executor(plan);
    const Channels expected = run(executor, picture);
    std::vector<float> in(picture.values.size()), out(expected.values.size());
    const auto at = [](const Channels& of, int c, int y, int x) {
      return static_cast<size_t>((y * of.size.width + x) * of.channels + c);
    };
    for (int c = 0; c < 3; ++c)
      for (int y = 0; y < picture.size.height; ++y)
        for (int x = 0; x < picture.size.width; ++x) in[at(picture, c, y, x)] = picture.at(c, y, x);
    EXPECT_TRUE(executor.run({in.data(), 1, ptrdiff_t{22} * 3, 3},
                             {out.data(), 1, ptrdiff_t{expected.size.width} * 3, 3}));
    for (int c = 0; c < 3; ++c)
      for (int y = 0; y < expected.size.height; ++y)
        for (int x = 0; x < expected.size.width; ++x)
          ASSERT_EQ(out[at(expected, c, y, x)], expected.at(c, y, x)) << c << ' ' << y << ' ' << x;
  }
}

TEST(ConvEnds, NumbersThatAreNoneAreTold) {
  const Plan plan = compact_plan(16, 1, 2);
  Channels picture = random_picture(3, {22, 14}), out(3, {44, 28});
  Executor executor(plan);
  executor.prepare(picture.size);
  EXPECT_TRUE(executor.run(view(picture), span(out)));
  for (const float none : {NAN, INFINITY}) {
    Channels broken = picture;
    broken.values[77] = none;
    EXPECT_FALSE(executor.run(view(broken), span(out)));
  }
  EXPECT_TRUE(executor.run(view(picture), span(out)));  // of which nothing stays
}

}  // namespace
}  // namespace gan::conv
