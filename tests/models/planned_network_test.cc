// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks run by core/conv, as an element has them, beside the same run by LibTorch.
#include "models/enhancer/planned_network.h"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/enhancer/enhancer.h"
#include "models/enhancer/kernel_trial.h"
#include "models/enhancer/plan_kernels.h"
#include "models/enhancer/tiled_network.h"
#include "models/generators/compact.h"
#include "models/generators/rrdbnet.h"
#include "models/libtorch/torch_network.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/core/test_frame.h"
#include "tests/golden/golden.h"
#include "tests/models/noise.h"

namespace gan {
namespace {

using test::Scratch;
using test::TestFrame;

std::unique_ptr<PictureNetwork> planned(const std::string& model, const EnhancerOptions& options,
                                        Workers& workers) {
  auto found = planned_model(open_model(model), model);
  check(found.has_value(), ErrorKind::kFailed, model, " has no plan");
  return std::make_unique<PlannedNetwork>(std::move(*found), options, workers);
}

Picture run(PictureNetwork& network, const Picture& picture) {
  network.prepare(picture.size, true);
  return test::copy_of(network.run(picture.view(), {}));
}

template <class Net, class OptionsType>
std::string checkpoint(const Scratch& scratch, const char* name, OptionsType options) {
  torch::manual_seed(1);
  const std::string path = scratch.file(std::string(name) + ".safetensors");
  save_network(path, Net(options), name, options, {});
  return path;
}
std::string small_rrdbnet(const Scratch& scratch, int scale) {
  RrdbNetOptions options;
  options.features = 16, options.blocks = 1, options.growth = 8, options.scale = scale;
  return checkpoint<RrdbNet>(scratch, "rrdbnet", options);
}

double torch_difference(const std::string& model, const EnhancerOptions& options, Size size) {
  Workers workers(2);
  const Picture picture = test::noise(size);
  TorchNetwork torch(load_network(open_model(model)), {.device = "cpu", .precision = "fp32"});
  return test::largest_apart(run(*planned(model, options, workers), picture), run(torch, picture));
}

// Of bf16 on a photograph: on noise its errors are those of no picture.
double psnr_to_torch_db(const std::string& model) {
  Workers workers(2);
  const Picture photograph = trial_picture({160, 120}, 3);
  TorchNetwork torch(load_network(open_model(model)), {.device = "cpu", .precision = "fp32"});
  const auto plan = planned(model, {.precision = "bf16"}, workers);
  torch.prepare(photograph.size, true);
  plan->prepare(photograph.size, true);
  const auto trial = try_kernels(
      {"torch", "bf16"}, photograph, [&](const std::string& kernel, const PictureView& picture) {
        return kernel == "torch" ? torch.run(picture, {}) : plan->run(picture, {});
      });
  return trial.results[1].psnr_db;
}

TEST(PlannedNetwork, IsWhatLibTorchMakes) {
  const Scratch scratch;
  EXPECT_LT(torch_difference("x2", {.precision = "fp32"}, {61, 38}), 1e-5);
  EXPECT_GT(psnr_to_torch_db("x2"), 50);
  for (const int scale : {1, 2, 4})
    EXPECT_LT(torch_difference(small_rrdbnet(scratch, scale), {.precision = "fp32"}, {40, 24}),
              1e-4);
}

TEST(PlannedNetworkGolden, OfficialWeightsAreWhatLibTorchMakes) {
  GAN_NEEDS("GAN_DATA");
  const std::string path = test::data("weights/realesr-animevideov3.pth");
  test::expect_within("animevideov3 by core/conv",
                      torch_difference(path, {.precision = "fp32"}, {53, 37}), 1e-4);
}

// Threads, and tiles that have enough around them.
TEST(PlannedNetwork, NothingButTheKernelChangesABit) {
  const Scratch scratch;
  const std::string models[] = {"x2", small_rrdbnet(scratch, 4)};  // whose tiles have all they need
  for (const std::string& model : models)
    for (const char* kernel : {"f4-fp32", "f4-store16", "f2-fp32"}) {
      const Picture picture = test::noise({150, 90});
      std::optional<Picture> whole;
      for (const int threads : {1, 3})
        for (const int tile : {0, 16, 48}) {
          Workers workers(threads);
          const EnhancerOptions options = {.kernel = kernel, .tile_size = tile};
          TiledNetwork network(planned(model, options, workers), options);
          network.prepare(picture.size);
          const Picture result = test::copy_of(network.run(picture.view()));
          if (!whole) whole = result;
          EXPECT_EQ(result.values, whole->values) << model << kernel << threads << ' ' << tile;
          EXPECT_EQ(network.info().kernel, kernel);
          EXPECT_EQ(network.info().engine, "conv");
        }
    }
}

// Some pixels change from frame to frame, in the middle, at an edge, or none.
TEST(PlannedNetwork, SkippedPartsAreThoseOfAWholeFrame) {
  const Scratch scratch;
  for (const std::string& model : {std::string("x2"), small_rrdbnet(scratch, 4)}) {
    Workers workers(2);
    const EnhancerOptions options = {.precision = "fp32", .skip_unchanged = true};
    TiledNetwork skipping(planned(model, options, workers), options);
    TiledNetwork whole(planned(model, {.precision = "fp32"}, workers), {});
    Picture picture = test::noise({330, 170});
    skipping.prepare(picture.size);
    whole.prepare(picture.size);
    for (const auto& [x, y] :
         {std::pair{0, 0}, {160, 90}, {161, 90}, {329, 169}, {-1, 0}, {0, 169}}) {
      if (x >= 0) picture.span().at(x, y)[1] = 2 - picture.span().at(x, y)[1];
      EXPECT_EQ(test::copy_of(skipping.run(picture.view())).values,
                test::copy_of(whole.run(picture.view())).values)
          << model << ' ' << x << ' ' << y;
    }
    EnhancerStats stats;
    skipping.count(stats);
    EXPECT_GT(stats.tiles_skipped, 6 * 11u);  // one frame's at least
  }
}

// What lies left of the split costs nothing, and changes nothing on the right.
TEST(PlannedNetwork, OfASplitFrameTheRightPartAloneIsRun) {
  Workers workers;
  Picture picture = test::noise({320, 64});
  for (const bool skip : {false, true}) {
    const EnhancerOptions options = {.precision = "fp32", .skip_unchanged = skip};
    TiledNetwork network(planned("x2", options, workers), options);
    network.prepare(picture.size);
    const Picture whole = test::copy_of(network.run(picture.view()));
    const int split = 200;
    for (int y = 0; y < picture.size.height; ++y)
      for (int x = 0; x < 100; ++x) picture.span().at(x, y)[0] = NAN;
    const Picture right = test::copy_of(network.run(picture.view(), {}, split));
    for (int y = 0; y < whole.size.height; ++y)
      ASSERT_TRUE(std::equal(whole.view().at(2 * split, y), whole.view().at(639, y) + 3,
                             right.view().at(2 * split, y)))
          << y;
    for (float& value : picture.values) value = std::isnan(value) ? 0.5f : value;
  }
}

TEST(PlannedNetwork, PixelsThatAreNoNumbersAreAnError) {
  Workers workers;
  const auto network = planned("x2", {.precision = "fp32"}, workers);
  Picture picture = test::noise({20, 20});
  picture.values[700] = NAN;
  network->prepare(picture.size, true);
  try {
    network->run(picture.view(), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNotFinite);
    EXPECT_NE(std::string(error.what()).find("compact of x2"), std::string::npos) << error.what();
  }
}

TEST(PlannedNetwork, ChoosesByTrialUnlessTold) {
  Workers workers;
  const auto open = planned("x2", {}, workers);
  open->prepare({320, 180}, /*eight_bits=*/false);
  EXPECT_EQ(open->info().kernel, "f4-fp32");
  EXPECT_NE(open->trial().find("f4-store16 is "), std::string::npos) << open->trial();
  EXPECT_GT(open->ms({320, 180}), 0);
  const auto told = planned("x2", {.kernel = "f2-store16"}, workers);
  told->prepare({320, 180}, true);
  EXPECT_EQ(told->info().kernel, "f2-store16");
  EXPECT_EQ(told->info().precision, "bf16");
  EXPECT_EQ(told->trial(), "");
}

TEST(PlannedNetwork, WordsThatAreNotKnownAreRefused) {
  for (const EnhancerOptions& options :
       {EnhancerOptions{.precision = "fp16"}, {.precision = "fp8"}, {.kernel = "f8-fp32"}})
    try {
      kernels_for(options);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kSettings) << error.what();
    }
}

TEST(PlannedNetwork, MemoryIsWhatAPictureTakes) {
  const Scratch scratch;
  Workers workers;
  const auto network = planned(small_rrdbnet(scratch, 4), {.precision = "fp32"}, workers);
  network->prepare({512, 512}, true);
  EXPECT_GT(network->memory({512, 512}), 3 * network->memory({256, 256}));
  EXPECT_GT(network->memory({64, 64}), 4.0 * 3 * 256 * 256);  // the result alone
  // Tiles are made to fit.
  const double pictures = 3.0 * 4 * 512 * 512 * (1 + 2 * 16);
  const EnhancerOptions little = {
      .precision = "fp32",
      .memory_limit = static_cast<uint64_t>(pictures + network->memory({512, 512}) / 2)};
  TiledNetwork tiled(planned(small_rrdbnet(scratch, 4), little, workers), little);
  tiled.prepare({512, 512});
  EnhancerStats stats;
  tiled.count(stats);
  EXPECT_GE(stats.tile_size, 16);
  EXPECT_LT(stats.tile_size, 512);
}

// The same words as where LibTorch loads it.
TEST(PlannedNetwork, FilesThatDoNotFitAreRefusedAsByLibTorch) {
  const Scratch scratch;
  const auto message = [](const auto& load) {
    try {
      load();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kWrongType);
      return std::string(error.what());
    }
    return std::string("loads");
  };
  const auto expect_alike = [&](const std::string& path, const char* says) {
    const std::string conv = message([&] { planned_model(open_model(path), path); });
    EXPECT_EQ(conv, message([&] { load_network(open_model(path)); }));
    EXPECT_NE(conv.find(says), std::string::npos) << conv;
  };
  CompactOptions options;
  options.features = 8, options.convs = 1, options.scale = 2;
  const CompactNet network(options);
  const auto write = [&](const char* name, const auto& change) {
    TensorWriter writer;
    for (auto [key, tensor] : state_dict(network)) {
      std::string as = key;
      if (change(as, tensor)) writer.add(as, tensor);
    }
    const std::string path = scratch.file(name);
    writer.write(path, {{"gan.format", "1"},
                        {"gan.network", "compact"},
                        {"gan.options", options_to_json(options)}});
    return path;
  };
  expect_alike(write("lacks", [](std::string& key, auto&) { return key != "body.2.bias"; }),
               "lacks tensors of network compact: body.2.bias");
  expect_alike(write("more",
                     [](std::string& key, auto&) {
                       if (key == "body.2.bias") key = "body.2.other";
                       return true;
                     }),
               "body.2.other");
  expect_alike(write("shape",
                     [](std::string&, torch::Tensor& tensor) {
                       if (tensor.dim() == 4) tensor = tensor.transpose(0, 1).contiguous();
                       return true;
                     }),
               "wanted [8, 3, 3, 3]");
  expect_alike(write("type",
                     [](std::string&, torch::Tensor& tensor) {
                       tensor = tensor.to(torch::kLong);
                       return true;
                     }),
               "quantised");
}

TEST(PlannedNetwork, NumbersOfEveryTypeAreRead) {
  const Scratch scratch;
  CompactOptions options;
  options.features = 8, options.convs = 1, options.scale = 2;
  const CompactNet network(options);
  const Picture picture = test::noise({16, 12});
  for (const auto type : {torch::kDouble, torch::kHalf, torch::kBFloat16}) {
    TensorWriter writer;
    for (const auto& [key, tensor] : state_dict(network)) {
      auto rounded = tensor.to(type);
      if (tensor.dim() == 1) rounded[0] = -6e-8;  // of a half the smallest number but one sign
      writer.add(key, rounded);
    }
    const std::string path = scratch.file("typed");
    writer.write(path, {{"gan.format", "1"},
                        {"gan.network", "compact"},
                        {"gan.options", options_to_json(options)}});
    EXPECT_LT(torch_difference(path, {.precision = "fp32"}, picture.size), 1e-5);
  }
}

}  // namespace
}  // namespace gan
