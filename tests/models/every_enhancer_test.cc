// SPDX-License-Identifier: LGPL-2.1-or-later
// Every network of the table that makes a picture of a picture, in an enhancer: any frame size.
#include <gtest/gtest.h>

#include "core/error.h"
#include "models/checkpoint.h"
#include "models/enhancer.h"
#include "models/table.h"
#include "models/tiled_network.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/core/test_frame.h"
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

// Input pixels of all phases of the size multiple are changed one by one, far from the border.
// Doubles, because what comes from afar is small.
int largest_reach(Network& network, const NetworkTraits& traits, int side) {
  const torch::NoGradGuard no_grad;
  NetworkInput in{.image = torch::rand({1, 3, side, side}, torch::kDouble)};
  if (traits.latent) in.latent = torch::randn({1, traits.latent}, torch::kDouble);
  const auto before = network.run(in);
  int reach = 0;
  for (int phase = 0; phase < traits.size_multiple; ++phase) {
    const int64_t at = side / 2 + phase;
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

TEST_P(EveryEnhancer, AChangedPixelReachesAsFarAsDeclared) {
  const auto network = load_network(open_tensor_file(path_)).network;
  network->eval();
  network->to(torch::kDouble);
  const int multiple = traits_.size_multiple, radius = traits_.receptive_radius;
  const bool global = radius == kGlobalRadius;
  const int reached = global ? 96 : radius + 2;  // what a picture is made to hold on each side
  const int side = (2 * reached + 2 * multiple) / multiple * multiple;
  const int reach = largest_reach(*network, traits_, side);
  std::printf("reach   %-20s declared %d, found %d in pictures of %d\n",
              std::string(GetParam()->name).c_str(), radius, reach, side);
  if (global) {
    EXPECT_GE(reach, side / 2 - multiple) << "not to the corners";
  } else {
    EXPECT_LE(reach, radius);
    EXPECT_GE(reach, radius - std::max(1, radius / 8)) << "tiles carry more than they need";
  }
}

// The network as it is by default too, where a tile carries all of its reach.
TEST_P(EveryEnhancer, TilesAreTheWholeOrRefused) {
  const auto load = [&](int tile_size) {
    return std::make_unique<TiledNetwork>(
        load_network(open_tensor_file(path_)),
        EnhancerOptions{.precision = "fp32", .tile_size = tile_size});
  };
  if (traits_.receptive_radius == kGlobalRadius) {
    EXPECT_THROW(load(32), Error);
    return;
  }
  const int side = 48 * traits_.size_multiple;
  const auto picture = torch::rand({1, 3, side, side}).contiguous(at::MemoryFormat::ChannelsLast);
  const auto run = [&](int tile_size) {
    const auto network = load(tile_size);
    network->prepare({side, side});
    return network->run(picture).clone();
  };
  const auto whole = run(0), tiled = run(32 * traits_.size_multiple);
  const double difference = (whole - tiled).abs().max().item<double>();
  std::printf("tiles   %-20s differ by %.2g of %.2g\n", std::string(GetParam()->name).c_str(),
              difference, whole.abs().max().item<double>());
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
