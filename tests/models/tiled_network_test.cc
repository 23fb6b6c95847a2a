// SPDX-License-Identifier: LGPL-2.1-or-later
// Tiles, memory and what is done where it runs out, with networks that LibTorch runs.
#include "models/enhancer/tiled_network.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "models/generators/compact.h"
#include "models/generators/rcan.h"
#include "models/generators/resnet.h"
#include "models/generators/swinir.h"
#include "models/libtorch/torch_network.h"
#include "models/machine/host_allocator.h"
#include "tests/models/noise.h"

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

std::unique_ptr<PictureNetwork> run_by_torch(LoadedNetwork network) {
  return std::make_unique<TorchNetwork>(std::move(network),
                                        EnhancerOptions{.device = "cpu", .precision = "fp32"});
}

Picture noise(int side) { return test::noise({side, side}); }

TEST(TiledNetwork, TilesByMemoryStayWithinTheLimit) {
  const auto picture = noise(512);
  const uint64_t limit = 48 << 20;
  TiledNetwork network(run_by_torch(compact()),
                       {.device = "cpu", .precision = "fp32", .memory_limit = limit});
  network.prepare({512, 512});
  const AllocationCount count;
  network.run(picture.view());
  // Pictures before and after the network are no tensors.
  const size_t pictures = 3 * sizeof(float) * 512 * 512 * (1 + 2 * 4);
  EXPECT_LE(count.peak() + pictures, limit);
  EXPECT_GE(count.peak() + pictures, limit / 2);  // or the prediction would be of no use
  EnhancerStats stats;
  network.count(stats);
  EXPECT_GE(stats.tile_size, 16);
  EXPECT_LT(stats.tile_size, 512);
}

TEST(TiledNetwork, AGlobalNetworkBeyondTheLimitIsRefusedWithTheReason) {
  ResnetOptions options;
  options.features = 4;
  TiledNetwork network(run_by_torch(loaded<Resnet>("resnet", options)),
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
  TiledNetwork network(run_by_torch(compact()), {.device = "cpu", .precision = "fp32"});
  network.prepare({256, 256});
  const Picture whole = test::copy_of(network.run(picture.view()));
  EXPECT_TRUE(network.take_events().empty());
  TiledNetwork little(run_by_torch(compact()), {.device = "cpu", .precision = "fp32"});
  little.prepare({256, 256});
  Picture tiled;
  {
    const AllocationLimit limit(8 << 20);
    tiled = test::copy_of(little.run(picture.view()));
  }
  const auto events = little.take_events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events[0].name, "out-of-memory");
  EXPECT_NE(events[0].text.find("tiles of 128"), std::string::npos) << events[0].text;
  EXPECT_LT(test::largest_apart(whole, tiled), 1e-5);
}

TEST(TiledNetwork, OutOfMemoryThatNothingMendsIsAnError) {
  const auto picture = noise(64);
  TiledNetwork network(run_by_torch(compact()), {.device = "cpu", .precision = "fp32"});
  network.prepare({64, 64});
  const AllocationLimit limit(1000);
  EXPECT_THROW(network.run(picture.view()), Error);
}

// What a tile cannot see is measured and told, once.
TEST(TiledNetwork, NetworksOfMeansAreTiledApproximatelyAndSaySo) {
  RcanOptions options;
  options.features = 8, options.groups = options.blocks = 2, options.scale = 2;
  options.reduction = 4;
  const auto picture = noise(96);
  TiledNetwork whole(run_by_torch(loaded<Rcan>("rcan", options)),
                     {.device = "cpu", .precision = "fp32"});
  whole.prepare({96, 96});
  const Picture expected = test::copy_of(whole.run(picture.view()));
  EXPECT_TRUE(whole.take_events().empty());
  TiledNetwork tiled(run_by_torch(loaded<Rcan>("rcan", options)),
                     {.device = "cpu", .precision = "fp32", .tile_size = 32});
  tiled.prepare({96, 96});
  const Picture actual = test::copy_of(tiled.run(picture.view()));
  tiled.run(picture.view());
  const auto events = tiled.take_events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].name, "approximate-tiles");
  const double told = std::stod(std::get<std::string>(events[0].fields[2].second));
  const double truth = test::largest_apart(actual, expected);
  EXPECT_GT(told, 0);
  EXPECT_LT(told, 10 * truth);
  EXPECT_LT(truth, 0.05);
}

// Windows of 8 and a picture that is no multiple of them.
TEST(TiledNetwork, TilesOfWindowsLieOnThem) {
  SwinIrOptions options;
  options.features = 8, options.depths = "2", options.heads = "2", options.scale = 2;
  options.tail_features = 8;
  const Picture picture = test::noise({100, 60});
  TiledNetwork whole(run_by_torch(loaded<SwinIr>("swinir", options)),
                     {.device = "cpu", .precision = "fp32"});
  whole.prepare({100, 60});
  const Picture expected = test::copy_of(whole.run(picture.view()));
  TiledNetwork tiled(run_by_torch(loaded<SwinIr>("swinir", options)),
                     {.device = "cpu", .precision = "fp32", .tile_size = 20});
  tiled.prepare({100, 60});
  // One group of two blocks reaches no further than what tiles carry.
  EXPECT_LT(test::largest_apart(test::copy_of(tiled.run(picture.view())), expected), 1e-4);
}

}  // namespace
}  // namespace gan
