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
  EXPECT_LT((whole - tiled).abs().max().item<double>(), 1e-4);
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
