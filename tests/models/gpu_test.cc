// SPDX-License-Identifier: LGPL-2.1-or-later
// On a GPU networks give what they give on the CPU. Skipped where LibTorch finds none.
#include <gtest/gtest.h>

#include <cmath>

#include "core/latent.h"
#include "models/checkpoint.h"
#include "models/libtorch/device_enhancer.h"
#include "models/libtorch/torch_network.h"
#include "models/table.h"
#include "models/walker/latent_walker.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/core/test_frame.h"
#include "tests/models/frames.h"
#include "tests/models/noise.h"
#include "tests/models/small_options.h"

namespace gan {
namespace {

class Gpu : public testing::Test {
 protected:
  void SetUp() override {
    if (!torch::cuda::is_available()) GTEST_SKIP() << "this LibTorch has no CUDA or finds no GPU";
    torch::manual_seed(4);
  }
  std::string checkpoint_of(const TableEntry& entry) {
    const std::string path = scratch_.file(std::string(entry.name));
    const auto options = test::small_options(entry);
    save_network(path, *entry.create(*options), entry.name, *options, {});
    return path;
  }
  test::Scratch scratch_;
};

TEST_F(Gpu, EveryNetworkOfPicturesGivesWhatTheCpuGives) {
  for (const auto& entry : network_table()) {
    if (entry.task != Task::kImage && entry.task != Task::kImageLatent) continue;
    const std::string path = checkpoint_of(entry);
    const NetworkTraits traits = entry.create(*test::small_options(entry))->traits();
    const int side = padded_side(64, traits);
    const Picture picture = test::noise({side, side}, traits.in_channels);
    const auto run = [&](const char* device, const char* precision) {
      TorchNetwork network(load_network(open_tensor_file(path)),
                           {.device = device, .precision = precision});
      network.prepare(picture.size, true);
      return torch::tensor(test::copy_of(network.run(picture.view(), {})).values);
    };
    const torch::Tensor wanted = run("cpu", "fp32");
    for (const auto& [precision, decibels] :
         {std::pair("fp32", 40.0), {"fp16", 30.0}, {"bf16", 20.0}}) {
      const auto noise = (run("cuda", precision) - wanted).square().mean().item<double>();
      EXPECT_GT(10 * std::log10(wanted.square().mean().item<double>() / noise), decibels)
          << entry.name << " " << precision;
    }
  }
}

TEST_F(Gpu, EveryGeneratorDrawsWhatTheCpuDraws) {
  for (const auto& entry : network_table()) {
    if (entry.task != Task::kLatent && entry.task != Task::kLatentLabel &&
        entry.task != Task::kAutoencoder)
      continue;
    const std::string path = checkpoint_of(entry);
    const auto draw = [&](const char* device) {
      const auto walker = make_walker({.model = path, .device = device});
      const WalkerInfo info = walker->info();
      LatentPoint point{seeded_code(1, info.latent), std::vector<float>(info.classes)};
      if (info.classes) point.label[0] = 1;
      test::TestFrame frame(PixelFormat::kRGB, info.size, {Matrix::kRgb, Range::kFull});
      walker->set_format({PixelFormat::kRGB, info.size, frame.colorimetry}, 1, 1);
      walker->draw({&point, 1}, 1, frame.span());
      return frame;
    };
    EXPECT_LE(draw("cpu").largest_difference(draw("cuda")), 2) << entry.name;
  }
}

// Others have taken it; what is left is too little for whole frames, then for any.
TEST_F(Gpu, MemoryThatRunsOutMeansSmallerTilesOrTheCpu) {
  const std::string path = checkpoint_of(find_network("compact"));
  const Size size{1920, 1080};
  test::TestFrame in(PixelFormat::kRGB, size, {}), expected(PixelFormat::kRGB, scaled(size, 2), {}),
      got = expected;
  test::fill_with_noise(in, 4);
  for (const int64_t left : {int64_t{256} << 20, int64_t{1} << 20}) {
    const EnhancerOptions options{.model = path, .device = "cuda", .precision = "fp32"};
    const auto enhancer = make_device_enhancer(open_torch_network(options, nullptr), options);
    ASSERT_EQ(enhancer->info().scale, 2);
    enhancer->set_formats(test::format_of(in), test::format_of(got));
    enhancer->run(in.view(), {}, expected.span());
    std::vector<torch::Tensor> taken;
    for (int64_t bytes = int64_t{1} << 36; bytes >= left;) try {
        taken.push_back(torch::empty({bytes}, torch::device(torch::kCUDA).dtype(torch::kByte)));
      } catch (const std::exception&) {
        bytes /= 2;
      }
    // Another look, so that nothing that was recorded is played again.
    enhancer->run(in.view(), {.strength = 0.999}, got.span());
    taken.clear();
    EXPECT_LE(test::largest_apart(got, expected), 1);
    EXPECT_TRUE(enhancer->stats().tile_size > 0 || enhancer->info().device == "cpu");
    EXPECT_FALSE(enhancer->take_events().empty());
  }
}

}  // namespace
}  // namespace gan
