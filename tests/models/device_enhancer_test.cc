// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames that stay on a device, for which the CPU stands here, beside those of the host's enhancer.
#include "models/libtorch/device_enhancer.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "models/enhancer/enhancer.h"
#include "models/generators/compact.h"
#include "models/generators/resnet.h"
#include "models/machine/host_allocator.h"
#include "tests/models/frames.h"
#include "tests/models/random_checkpoint.h"
#include "tests/models/test_device.h"

namespace gan {
namespace {

using test::fill_with_noise;
using test::format_of;
using test::largest_apart;
using test::Scratch;
using test::TestFrame;

std::unique_ptr<Enhancer> on_device(EnhancerOptions options, int frames_in_flight = 3) {
  options.frames_in_flight = frames_in_flight;
  options.device = test::test_device().str();
  return make_device_enhancer(
      std::make_unique<TorchNetwork>(load_model(options.model, false), options), options);
}

EnhancerOptions of(const std::string& model) {
  return {.model = model, .device = "cpu", .kernel = "fp32"};
}

std::string compact(const Scratch& scratch, int channels = 3) {
  CompactOptions options;
  options.in_channels = options.out_channels = channels;
  options.features = 8, options.convs = 2, options.scale = 2;
  return test::random_checkpoint<CompactNet>(scratch, "compact", options);
}

void expect_the_hosts(const EnhancerOptions& options, PixelFormat pixels, Size size,
                      const Look& look) {
  SCOPED_TRACE(concat(info(pixels).name, " ", size.width, "x", size.height, ", strength ",
                      look.strength, ", split ", look.split, ", tiles ", options.tile_size));
  const bool yuv = info(pixels).family == Family::kYuv;
  TestFrame in(pixels, size, {yuv ? Matrix::kBt709 : Matrix::kRgb});
  fill_with_noise(in, 3);
  const auto host = make_enhancer(options), device = on_device(options);
  TestFrame expected(pixels, scaled(size, host->info().scale), in.colorimetry), got = expected;
  host->set_formats(format_of(in), format_of(got));
  device->set_formats(format_of(in), format_of(got));
  host->run(in.view(), look, expected.span());
  device->run(in.view(), look, got.span());
  // Where samples are of 16 bits sums in another order show.
  EXPECT_LE(largest_apart(got, expected), info(pixels).depth() > 12 ? 4 : 1);
}

TEST(DeviceEnhancer, MakesTheHostsFrames) {
  const Scratch scratch;
  const EnhancerOptions options = of(compact(scratch));
  for (const PixelFormat pixels :
       {PixelFormat::kRGB, PixelFormat::kBGRx, PixelFormat::kRGBA, PixelFormat::kGRAY8,
        PixelFormat::kI420, PixelFormat::kNV12, PixelFormat::kYUY2, PixelFormat::kY444,
        PixelFormat::kAYUV, PixelFormat::kP010_10LE, PixelFormat::kv210, PixelFormat::kRGBA64_LE})
    expect_the_hosts(options, pixels, {23, 14}, {});
}

TEST(DeviceEnhancer, MakesTheHostsLooks) {
  const Scratch scratch;
  const EnhancerOptions options = of(compact(scratch));
  for (const Look& look : {Look{.strength = 0.3}, Look{.strength = 0}, Look{.split = 0.4},
                           Look{.split = 1}, Look{.strength = 0.7, .split = 0.6}})
    for (const PixelFormat pixels : {PixelFormat::kRGB, PixelFormat::kI420})
      expect_the_hosts(options, pixels, {24, 14}, look);
}

TEST(DeviceEnhancer, MakesTheHostsTilesAndChannelsAndPadding) {
  const Scratch scratch;
  EnhancerOptions tiled = of(compact(scratch));
  tiled.tile_size = 16;
  expect_the_hosts(tiled, PixelFormat::kRGB, {70, 45}, {});
  for (const int channels : {1, 4})
    for (const PixelFormat pixels : {PixelFormat::kRGB, PixelFormat::kRGBA, PixelFormat::kI420})
      expect_the_hosts(of(compact(scratch, channels)), pixels, {24, 14}, {});
  ResnetOptions resnet;
  resnet.features = 4, resnet.blocks = 1;
  expect_the_hosts(of(test::random_checkpoint<Resnet>(scratch, "resnet", resnet)),
                   PixelFormat::kRGB, {23, 14}, {});
}

TEST(DeviceEnhancer, FramesComeInTheOrderInWhichTheyWere) {
  const Scratch scratch;
  const EnhancerOptions options = of(compact(scratch));
  const auto one = on_device(options, 1), ahead = on_device(options, 3);
  const Size size{24, 14};
  const FrameFormat in{PixelFormat::kI420, size, {Matrix::kBt709}},
      out{PixelFormat::kI420, scaled(size, 2), in.colorimetry};
  for (const auto& enhancer : {one.get(), ahead.get()}) enhancer->set_formats(in, out);
  EXPECT_EQ(ahead->most_submitted(), 3);
  std::vector<TestFrame> expected, got(6, {out.pixels, out.size, out.colorimetry});
  for (unsigned i = 0; i < 5; ++i) {
    TestFrame frame(in.pixels, size, in.colorimetry);
    fill_with_noise(frame, i);
    expected.emplace_back(out.pixels, out.size, out.colorimetry);
    one->run(frame.view(), {}, expected.back().span());
    ahead->submit(frame.view(), {}, got[i].span());
    if (i < 2) continue;
    ahead->collect();
    EXPECT_EQ(got[i - 2].planes, expected[i - 2].planes);
  }
  TestFrame last(in.pixels, size, in.colorimetry);
  ahead->drop_submitted();
  fill_with_noise(last, 1);
  ahead->submit(last.view(), {}, got[5].span());
  ahead->collect();
  EXPECT_EQ(got[5].planes, expected[1].planes);
  EXPECT_THROW(ahead->collect(), Error);
  for (size_t i = 0; i < 3; ++i) ahead->submit(last.view(), {}, got[i].span());
  EXPECT_THROW(ahead->submit(last.view(), {}, got[3].span()), Error);
}

// Its values are what takes memory.
EnhancerOptions wide_compact(const Scratch& scratch) {
  CompactOptions wide;
  wide.features = 64, wide.convs = 1, wide.scale = 2;
  return of(test::random_checkpoint<CompactNet>(scratch, "compact", wide));
}

// Where a frame does not fit, tiles do.
TEST(DeviceEnhancer, MemoryThatRunsOutMeansSmallerTiles) {
  if (!test::test_device().is_cpu()) GTEST_SKIP() << "see Gpu.MemoryThatRunsOut...";
  install_host_allocator();
  const Scratch scratch;
  const EnhancerOptions options = wide_compact(scratch);
  const Size size{256, 192};
  TestFrame in(PixelFormat::kRGB, size, {}), expected(PixelFormat::kRGB, scaled(size, 2), {}),
      got = expected;
  fill_with_noise(in, 4);
  const auto enhancer = on_device(options);
  enhancer->set_formats(format_of(in), format_of(got));
  enhancer->run(in.view(), {}, expected.span());
  EXPECT_EQ(enhancer->stats().tile_size, 0);
  reset_host_memory_peak();
  enhancer->run(in.view(), {}, expected.span());
  const HostMemory memory = host_memory();
  limit_host_memory(memory.in_use + (memory.peak - memory.in_use) * 2 / 3);
  enhancer->run(in.view(), {}, got.span());
  limit_host_memory(0);
  EXPECT_GT(enhancer->stats().tile_size, 0);
  EXPECT_LE(largest_apart(got, expected), 1);
  const auto events = enhancer->take_events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].name, "out-of-memory");
}

// What is foretold not to fit is not tried.
TEST(DeviceEnhancer, MemoryThatWouldRunOutMeansTilesAtOnce) {
  if (!test::test_device().is_cpu()) GTEST_SKIP() << "host memory alone can be limited";
  install_host_allocator();
  const Scratch scratch;
  const EnhancerOptions options = wide_compact(scratch);
  const Size size{256, 192};
  TestFrame in(PixelFormat::kRGB, size, {}), expected(PixelFormat::kRGB, scaled(size, 2), {}),
      got = expected;
  fill_with_noise(in, 4);
  const auto enhancer = on_device(options);
  reset_host_memory_peak();
  enhancer->set_formats(format_of(in), format_of(got));
  enhancer->run(in.view(), {}, expected.span());
  EXPECT_EQ(enhancer->stats().tile_size, 0);
  const HostMemory memory = host_memory();
  limit_host_memory(memory.in_use + (memory.peak - memory.in_use) * 2 / 3);
  const auto limited = on_device(options);
  limited->set_formats(format_of(in), format_of(got));
  limited->run(in.view(), {}, got.span());
  limit_host_memory(0);
  EXPECT_GT(limited->stats().tile_size, 0);
  EXPECT_LE(largest_apart(got, expected), 1);
  EXPECT_TRUE(limited->take_events().empty());
}

}  // namespace
}  // namespace gan
