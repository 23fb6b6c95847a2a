// SPDX-License-Identifier: LGPL-2.1-or-later
// Tiles, memory and what is done where it runs out.
#include "models/enhancer/tiled_network.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "models/frames/frame_tensor.h"
#include "models/generators/compact.h"
#include "models/generators/rcan.h"
#include "models/generators/resnet.h"
#include "models/generators/swinir.h"
#include "models/machine/host_allocator.h"

namespace gan {
namespace {

template <class Net>
LoadedNetwork loaded(const char* name, typename Net::OptionsType options) {
  install_host_allocator();
  torch::manual_seed(3);
  auto network = std::make_shared<Net>(options);
  network->eval();
  return {network, name, {}, {}, {}};
}

LoadedNetwork compact() {
  CompactOptions options;
  options.features = 16, options.convs = 2, options.scale = 2;
  return loaded<CompactNet>("compact", options);
}

torch::Tensor noise(int side) {
  auto picture = empty_picture_tensor({side, side});
  return picture.uniform_(0, 1);
}

TEST(TiledNetwork, TilesByMemoryStayWithinTheLimit) {
  const auto picture = noise(512);
  const uint64_t limit = 48 << 20;
  TiledNetwork network(compact(), {.device = "cpu", .precision = "fp32", .memory_limit = limit});
  network.prepare({512, 512});
  const AllocationCount count;
  network.run(picture);
  EXPECT_LE(count.peak(), limit);
  EXPECT_GE(count.peak(), limit / 3);  // or the prediction would be of no use
  EnhancerStats stats;
  network.count(stats);
  EXPECT_GE(stats.tile_size, 16);
  EXPECT_LT(stats.tile_size, 512);
}

TEST(TiledNetwork, AGlobalNetworkBeyondTheLimitIsRefusedWithTheReason) {
  ResnetOptions options;
  options.features = 4;
  TiledNetwork network(loaded<Resnet>("resnet", options),
                       {.device = "cpu", .precision = "fp32", .memory_limit = 4 << 20});
  try {
    network.prepare({512, 512});
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kSettings);
    EXPECT_NE(std::string(error.what()).find("whole frames"), std::string::npos) << error.what();
  }
}

// An allocation that fails is what a device does when it is full.
TEST(TiledNetwork, OutOfMemoryHalvesTheTilesAndSaysSo) {
  const auto picture = noise(256);
  TiledNetwork network(compact(), {.device = "cpu", .precision = "fp32"});
  network.prepare({256, 256});
  const auto whole = network.run(picture).clone();
  EXPECT_TRUE(network.take_events().empty());
  TiledNetwork little(compact(), {.device = "cpu", .precision = "fp32"});
  little.prepare({256, 256});
  torch::Tensor tiled;
  {
    const AllocationLimit limit(8 << 20);
    tiled = little.run(picture).clone();
  }
  const auto events = little.take_events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].name, "out-of-memory");
  EXPECT_NE(events[0].text.find("tiles of 128"), std::string::npos) << events[0].text;
  EXPECT_LT((whole - tiled).abs().max().item<double>(), 1e-5);
}

TEST(TiledNetwork, OutOfMemoryThatNothingMendsIsAnError) {
  const auto picture = noise(64);
  TiledNetwork network(compact(), {.device = "cpu", .precision = "fp32"});
  network.prepare({64, 64});
  const AllocationLimit limit(1000);
  EXPECT_THROW(network.run(picture), Error);
}

// What a tile cannot see is measured and told, once.
TEST(TiledNetwork, NetworksOfMeansAreTiledApproximatelyAndSaySo) {
  RcanOptions options;
  options.features = 8, options.groups = options.blocks = 2, options.scale = 2;
  options.reduction = 4;
  const auto picture = noise(96);
  TiledNetwork whole(loaded<Rcan>("rcan", options), {.device = "cpu", .precision = "fp32"});
  whole.prepare({96, 96});
  const auto expected = whole.run(picture).clone();
  EXPECT_TRUE(whole.take_events().empty());
  TiledNetwork tiled(loaded<Rcan>("rcan", options),
                     {.device = "cpu", .precision = "fp32", .tile_size = 32});
  tiled.prepare({96, 96});
  const auto actual = tiled.run(picture).clone();
  tiled.run(picture);
  const auto events = tiled.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].name, "approximate-tiles");
  const double told = std::stod(std::get<std::string>(events[0].fields[2].second));
  const double truth = (actual - expected).abs().max().item<double>();
  EXPECT_GT(told, 0);
  EXPECT_LT(told, 10 * truth);
  EXPECT_LT(truth, 0.05);
}

// Windows of 8 and a picture that is no multiple of them.
TEST(TiledNetwork, TilesOfWindowsLieOnThem) {
  SwinIrOptions options;
  options.features = 8, options.depths = "2", options.heads = "2", options.scale = 2;
  options.tail_features = 8;
  auto picture = empty_picture_tensor({100, 60});
  picture.uniform_(0, 1);
  TiledNetwork whole(loaded<SwinIr>("swinir", options), {.device = "cpu", .precision = "fp32"});
  whole.prepare({100, 60});
  const auto expected = whole.run(picture).clone();
  TiledNetwork tiled(loaded<SwinIr>("swinir", options),
                     {.device = "cpu", .precision = "fp32", .tile_size = 20});
  tiled.prepare({100, 60});
  // One group of two blocks reaches no further than what tiles carry.
  EXPECT_LT((tiled.run(picture) - expected).abs().max().item<double>(), 1e-4);
}

}  // namespace
}  // namespace gan
