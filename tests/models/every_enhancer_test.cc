// SPDX-License-Identifier: LGPL-2.1-or-later
// Every network of the table that makes a picture of a picture, in an enhancer: any frame size.
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "models/checkpoint.h"
#include "models/enhancer/enhancer.h"
#include "models/enhancer/tiled_network.h"
#include "models/libtorch/torch_network.h"
#include "models/table.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/core/test_frame.h"
#include "tests/models/noise.h"
#include "tests/models/small_options.h"

namespace gan {
namespace {

class EveryEnhancer : public testing::TestWithParam<const TableEntry*> {
 protected:
  void SetUp() override {
    torch::manual_seed(5);
    const auto options = test::small_options(*GetParam());
    const auto network = GetParam()->create(*options);
    traits_ = network->traits();
    path_ = scratch_.file("checkpoint");
    save_network(path_, *network, GetParam()->name, *options, {});
  }

  test::Scratch scratch_;
  std::string path_;
  NetworkTraits traits_;
};

TEST_P(EveryEnhancer, TakesFramesOfAnySize) {
  const auto enhancer = make_enhancer({.model = path_});
  for (const Size size : {Size{37, 53}, Size{130, 66}, Size{1, 1}}) {
    test::TestFrame in(PixelFormat::kRGB, size, {Matrix::kRgb, Range::kFull});
    test::TestFrame out(PixelFormat::kRGB, scaled(size, traits_.scale), in.colorimetry);
    in.fill_grey_ramp();
    enhancer->set_formats({in.format, in.size, in.colorimetry},
                          {out.format, out.size, out.colorimetry});
    enhancer->run(in.view(), {}, out.span());
    enhancer->run(in.view(), {}, out.span());
  }
  EXPECT_EQ(enhancer->stats().frames, 6u);
}

// Of every kernel its corners alone, of a size that keeps signals as large as they are: otherwise
// what comes from afar is too small to be told from rounding. Shifted up, so that no ReLU is shut.
void keep_corners(Network& network) {
  const torch::NoGradGuard no_grad;
  for (auto& weight : network.parameters()) {
    if (weight.dim() == 1) weight.abs_().add_(0.1);
    if (weight.dim() != 4 || weight.size(2) < 2) continue;
    auto corners = torch::zeros_like(weight);
    for (const int64_t y : {int64_t{0}, weight.size(2) - 1})
      for (const int64_t x : {int64_t{0}, weight.size(3) - 1})
        corners.select(2, y).select(2, x).uniform_(0.1, 1);
    weight.copy_(corners * (1 / std::sqrt(4.0 * double(weight.size(1)))));
  }
}

// Input pixels beside each other are changed one by one, far from the border.
int largest_reach(Network& network, const NetworkTraits& traits, int side, int pixels) {
  const torch::NoGradGuard no_grad;
  NetworkInput in{.image = torch::rand({1, 3, side, side}, torch::kDouble)};
  if (traits.latent) in.latent = torch::randn({1, traits.latent}, torch::kDouble);
  const auto before = network.run(in);
  int reach = 0;
  for (int64_t at = side / 2; at < side / 2 + pixels; ++at) {
    NetworkInput changed = in;
    changed.image = in.image.clone();
    changed.image.select(2, at).select(2, at).add_(0.5);
    const auto differs =
        (network.run(changed) - before).abs().sum(at::IntArrayRef({0, 1})).nonzero();
    if (differs.size(0) == 0) continue;
    const auto from = torch::floor_divide(differs, traits.scale);
    reach = std::max(reach, int((from - at).abs().max().item<int64_t>()));
  }
  return reach;
}

// Networks that pool declare what holds at every place within a cell, all others the very number.
TEST_P(EveryEnhancer, AChangedPixelReachesAsFarAsDeclared) {
  const auto network = load_network(open_tensor_file(path_)).network;
  network->eval();
  network->to(torch::kDouble);
  const int multiple = traits_.size_multiple, radius = traits_.receptive_radius;
  const bool global = radius == kGlobalRadius;
  const int pixels = global ? 1 : std::max(multiple, 2);
  const int reached = global ? 32 : radius + pixels;  // what a picture holds on each side
  const int side = std::max((2 * reached + 2 * multiple) / multiple * multiple, traits_.min_side);
  int reach = largest_reach(*network, traits_, side, pixels);
  if (!global && reach < radius) {
    keep_corners(*network);
    reach = std::max(reach, largest_reach(*network, traits_, side, pixels));
  }
  std::printf("reach   %-20s declared %d, found %d in pictures of %d\n",
              std::string(GetParam()->name).c_str(), radius, reach, side);
  if (global) {
    // Of windows a few small blocks reach less.
    if (traits_.tile_window == 0) {
      EXPECT_GE(reach, side / 2 - multiple) << "not to the corners";
    }
  } else {
    EXPECT_LE(reach, radius);
    // SPAN's gates leave less of its last pixel than a double tells.
    const int lost = GetParam()->name == "span" ? 1 : 0;
    EXPECT_GE(reach, radius - lost - (multiple > 1 ? radius / 6 : 0)) << "more than it needs";
  }
}

// Networks of windows have the whole of so small a picture in every tile.
TEST_P(EveryEnhancer, TilesAreTheWholeOrRefused) {
  const auto load = [&](int tile_size) {
    const EnhancerOptions options = {.device = "cpu", .precision = "fp32", .tile_size = tile_size};
    return std::make_unique<TiledNetwork>(
        std::make_unique<TorchNetwork>(load_network(open_tensor_file(path_)), options), options);
  };
  if (traits_.receptive_radius == kGlobalRadius && traits_.tile_window == 0) {
    EXPECT_THROW(load(32), Error);
    return;
  }
  const int side = 48 * traits_.size_multiple;
  const Picture picture = test::noise({side, side});
  const auto run = [&](int tile_size) {
    const auto network = load(tile_size);
    network->prepare({side, side});
    return test::copy_of(network->run(picture.view()));
  };
  const Picture whole = run(0), tiled = run(32 * traits_.size_multiple);
  const double difference = test::largest_apart(whole, tiled);
  std::printf("tiles   %-20s differ by %.2g of %.2g\n", std::string(GetParam()->name).c_str(),
              difference, test::largest_apart(whole, Picture(whole.size, 3)));
  EXPECT_LE(difference, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryEnhancer, testing::ValuesIn([] {
                           std::vector<const TableEntry*> all;
                           for (const auto& entry : network_table())
                             if (entry.task == Task::kImage || entry.task == Task::kImageLatent)
                               all.push_back(&entry);
                           return all;
                         }()),
                         [](const auto& line) { return std::string(line.param->name); });

}  // namespace
}  // namespace gan
