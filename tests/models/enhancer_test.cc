// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/enhancer.h"

#include <gtest/gtest.h>
#include <omp.h>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/enhancer/tiled_network.h"
#include "models/generators/compact.h"
#include "models/generators/resnet.h"
#include "models/generators/rrdbnet.h"
#include "models/libtorch/torch_network.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/golden/golden.h"
#include "tests/models/frames.h"
#include "tests/models/noise.h"
#include "tests/models/random_checkpoint.h"

namespace gan {
namespace {

using test::format_of;
using test::Scratch;
using test::TestFrame;

// A network that gives its input back (enlarged by repetition).
std::string identity_checkpoint(const Scratch& scratch, int scale, int channels = 3) {
  CompactOptions options;
  options.in_channels = options.out_channels = channels;
  options.features = 4;
  options.convs = 1;
  options.scale = scale;
  CompactNet network(options);
  torch::NoGradGuard no_grad;
  for (auto& parameter : network.parameters()) parameter.zero_();
  const std::string path = scratch.file(concat("identity", scale, channels, ".safetensors"));
  save_network(path, network, "compact", options, {});
  return path;
}

void expect_every_format_back(int channels) {
  const Scratch scratch;
  const auto enhancer =
      make_enhancer({.model = identity_checkpoint(scratch, 1, channels), .precision = "fp32"});
  for (int f = 0; f < kPixelFormatCount; ++f) {
    const auto format = static_cast<PixelFormat>(f);
    for (const Matrix matrix : {Matrix::kBt601, Matrix::kBt709})
      for (const Range range : {Range::kLimited, Range::kFull})
        for (const Size size : {Size{1, 1}, Size{31, 17}, Size{64, 48}}) {
          const bool yuv = info(format).family == Family::kYuv;
          TestFrame in(format, size, {yuv ? matrix : Matrix::kRgb, range});
          TestFrame out(format, size, in.colorimetry);
          in.fill_random(7);
          enhancer->set_formats(format_of(in), format_of(out));
          enhancer->run(in.view(), {}, out.span());
          EXPECT_LE(in.largest_difference(out), 1) << info(format).name;
          in.fill_grey_ramp();
          enhancer->run(in.view(), {}, out.span());
          EXPECT_LE(in.largest_difference(out), 1) << info(format).name;
        }
  }
}

TEST(Enhancer, IdentityWeightsGiveEveryFormatBack) { expect_every_format_back(3); }
TEST(Enhancer, IdentityOfLumaAloneGivesEveryFormatBack) { expect_every_format_back(1); }
TEST(Enhancer, IdentityOfFourChannelsGivesEveryFormatBack) { expect_every_format_back(4); }

// A network of one channel gets the stream's luma and gives another; one of four sees alpha.
TEST(Enhancer, NetworksOfOneAndFourChannelsChangeLumaAndAlphaAlone) {
  const Scratch scratch;
  for (const int channels : {1, 4}) {
    CompactOptions options;
    options.in_channels = options.out_channels = channels;
    options.features = 4, options.convs = 0, options.scale = 1;
    CompactNet network(options);
    {
      torch::NoGradGuard no_grad;
      for (auto& parameter : network.parameters()) parameter.zero_();
      network.named_parameters()["body.2.bias"][channels - 1] = 0.25;  // added to the last
    }
    const std::string path = scratch.file("brighter");
    save_network(path, network, "compact", options, {});
    const auto enhancer = make_enhancer({.model = path, .precision = "fp32"});
    if (channels == 1) {
      TestFrame in(PixelFormat::kI420, {8, 8}, {Matrix::kBt709, Range::kFull}), out = in;
      in.set_all(100, 90, 150);
      enhancer->set_formats(format_of(in), format_of(out));
      enhancer->run(in.view(), {}, out.span());
      EXPECT_NEAR(out.get(0, 3, 3), 100 + 64, 1);
      EXPECT_NEAR(out.get(1, 2, 2), 90, 1);
      EXPECT_NEAR(out.get(2, 2, 2), 150, 1);
    } else {
      TestFrame in(PixelFormat::kRGBA, {8, 8}, {}), out = in;
      in.set_all(10, 20, 30);
      for (int y = 0; y < 8; ++y)
        for (int x = 0; x < 8; ++x) in.set(3, x, y, 100);
      enhancer->set_formats(format_of(in), format_of(out));
      enhancer->run(in.view(), {}, out.span());
      for (int c = 0; c < 3; ++c) EXPECT_NEAR(out.get(c, 3, 3), 10 * (c + 1), 1);
      EXPECT_NEAR(out.get(3, 3, 3), 100 + 64, 1);
    }
  }
}

TEST(Enhancer, StrengthZeroIsPlainResampling) {
  const Scratch scratch;
  const auto enhancer =
      make_enhancer({.model = random_checkpoint<CompactNet>(scratch, "compact", [] {
                       CompactOptions o;
                       o.features = 4, o.convs = 1, o.scale = 2;
                       return o;
                     }())});
  TestFrame in(PixelFormat::kRGB, {24, 16}, {}), out(PixelFormat::kRGB, {48, 32}, {});
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 24; ++x)
      for (int c = 0; c < 3; ++c) in.set(c, x, y, 100);
  enhancer->set_formats(format_of(in), format_of(out));
  enhancer->run(in.view(), {.strength = 0}, out.span());
  out.each([&](int c, int x, int y) { EXPECT_EQ(out.get(c, x, y), 100); });
}

TEST(Enhancer, AlphaIsResampledAndKept) {
  const Scratch scratch;
  const auto enhancer = make_enhancer({.model = identity_checkpoint(scratch, 2)});
  for (int f = 0; f < kPixelFormatCount; ++f) {
    const auto format = static_cast<PixelFormat>(f);
    if (!info(format).has_alpha) continue;
    TestFrame in(format, {9, 7}, {}), out(format, {18, 14}, {});
    in.set_all(10, 20, 30);
    const int unit = 1 << (in.component(3).depth - 8);
    const auto each_alpha = [](TestFrame& frame, const auto& function) {
      for (int y = 0; y < frame.size.height; ++y)
        for (int x = 0; x < frame.size.width; ++x) function(x, y);
    };
    // A straight slope stays one, away from the edges.
    each_alpha(in, [&](int x, int y) { in.set(3, x, y, (10 + 20 * x + 4 * y) * unit); });
    enhancer->set_formats(format_of(in), format_of(out));
    enhancer->run(in.view(), {}, out.span());
    each_alpha(out, [&](int x, int y) {
      if (x < 4 || x >= 14 || y < 4 || y >= 10) return;
      const double wanted = (10 + 20 * (x / 2.0 - 0.25) + 4 * (y / 2.0 - 0.25)) * unit;
      EXPECT_NEAR(out.get(3, x, y), wanted, 0.5 + 0.01 * unit) << info(format).name;
    });
  }
}

TEST(Enhancer, CountsAndTimesFrames) {
  const Scratch scratch;
  const auto enhancer = make_enhancer({.model = identity_checkpoint(scratch, 1), .tile_size = 16});
  TestFrame in(PixelFormat::kI420, {40, 40}, {}), out = in;
  enhancer->set_formats(format_of(in), format_of(out));
  const uint64_t warm = enhancer->stats().tiles;
  for (int i = 0; i < 3; ++i) enhancer->run(in.view(), {}, out.span());
  EXPECT_EQ(enhancer->stats().frames, 3u);
  EXPECT_EQ(enhancer->stats().tiles - warm, 27u);
  EXPECT_GT(enhancer->stats().mean_ms, 0);
}

TEST(Enhancer, LeavesOtherThreadsTheirThreadCount) {
  const Scratch scratch;
  const int before = omp_get_max_threads();
  int fresh = 0;  // of a new thread
  std::thread([&] { fresh = omp_get_max_threads(); }).join();
  std::thread([&] {
    ResnetOptions options;
    options.features = 4, options.blocks = 1;
    const auto enhancer =
        make_enhancer({.model = random_checkpoint<Resnet>(scratch, "resnet", options),
                       .kernel = "fp32",
                       .threads = 7});
    TestFrame in(PixelFormat::kRGB, {8, 8}, {});
    enhancer->set_formats(format_of(in), format_of(in));
    EXPECT_EQ(omp_get_max_threads(), 7);
  }).join();
  EXPECT_EQ(omp_get_max_threads(), before);
  std::thread([&] { EXPECT_EQ(omp_get_max_threads(), fresh); }).join();
}

// A compact network without PReLU, as others save it: ReLU and leaky ReLU leave no trace.
TEST(Enhancer, TellsWhatTheFileDoesNot) {
  const Scratch scratch;
  CompactOptions options;
  options.features = 4, options.convs = 1, options.scale = 2, options.activation = "relu";
  CompactNet network(options);
  TensorWriter writer;
  for (const auto& [name, tensor] : state_dict(network)) writer.add(name, tensor);
  writer.write(scratch.file("foreign"), {});
  save_network(scratch.file("own"), network, "compact", options, {});
  for (const char* kernel : {"f4-fp32", "fp32"}) {  // by conv, by LibTorch
    const auto events = [&](const char* file) {
      return make_enhancer({.model = scratch.file(file), .device = "cpu", .kernel = kernel})
          ->take_events();
    };
    ASSERT_EQ(events("foreign").size(), 1u);
    EXPECT_EQ(events("foreign")[0].name, "assumed-options");
    EXPECT_EQ(std::get<std::string>(events("foreign")[0].fields[1].second), "activation=relu");
    EXPECT_TRUE(events("own").empty());
  }
}

ErrorKind refused(const EnhancerOptions& options) {
  try {
    make_enhancer(options);
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "accepted";
  return ErrorKind::kFailed;
}

TEST(Enhancer, RefusesBadOptions) {
  const Scratch scratch;
  const std::string model = identity_checkpoint(scratch, 1);
  EXPECT_EQ(refused({.model = scratch.file("none")}), ErrorKind::kNotFound);
  EXPECT_EQ(refused({.model = scratch.path()}), ErrorKind::kWrongType);
  EXPECT_EQ(refused({.model = model, .device = "gpu"}), ErrorKind::kSettings);
  EXPECT_EQ(refused({.model = model, .device = "cpu", .precision = "fp16"}), ErrorKind::kSettings);
  EXPECT_EQ(refused({.model = model, .tile_size = 5}), ErrorKind::kSettings);
  scratch.write("text", "hello, this is no checkpoint");
  EXPECT_EQ(refused({.model = scratch.file("text")}), ErrorKind::kWrongType);
}

// Tiles against the whole, run by LibTorch, as floats, where nothing is rounded.
double tiling_error(const std::string& model, Size size, int tile) {
  const Picture picture = test::noise(size);
  const auto run = [&](int side) {
    const EnhancerOptions options = {.model = model, .precision = "fp32", .tile_size = side};
    TiledNetwork network(std::make_unique<TorchNetwork>(load_network(open_model(model)), options),
                         options);
    return test::copy_of(network.run(picture.view()));
  };
  return test::largest_apart(run(0), run(tile));
}

TEST(Tiling, EqualsTheWholeForAFiniteReach) {
  const Scratch scratch;
  CompactOptions compact;
  compact.features = 8, compact.convs = 5, compact.scale = 2;
  const std::string model = random_checkpoint<CompactNet>(scratch, "compact", compact);
  for (const Size size : {Size{1, 1}, Size{2, 3}, Size{17, 31}, Size{33, 64}, Size{75, 50}})
    for (const int tile : {16, 24, 64}) EXPECT_LE(tiling_error(model, size, tile), 1e-5);
}

TEST(Tiling, EqualsTheWholeForAnUnshufflingNetwork) {
  const Scratch scratch;
  for (const int scale : {1, 2, 4}) {
    RrdbNetOptions options;
    options.features = 8, options.blocks = 1, options.growth = 4, options.scale = scale;
    const std::string model = random_checkpoint<RrdbNet>(scratch, "rrdbnet", options);
    for (const Size size : {Size{4, 4}, Size{64, 48}, Size{100, 116}})
      for (const int tile : {16, 32}) EXPECT_LE(tiling_error(model, size, tile), 1e-5) << scale;
  }
}

TEST(TilingGolden, TheOfficialAnimevideov3IsTheSameInTiles) {
  GAN_NEEDS("GAN_DATA");
  const std::string model = test::data("weights/realesr-animevideov3.pth");
  for (const Size size : {Size{1, 1}, Size{37, 53}, Size{96, 64}})
    for (const int tile : {16, 32})
      test::expect_within(
          concat("animevideov3 ", size.width, "x", size.height, " in tiles of ", tile),
          tiling_error(model, size, tile), 1e-5);
}

}  // namespace
}  // namespace gan
