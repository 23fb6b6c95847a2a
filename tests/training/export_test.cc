// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks as ONNX and ncnn files. What other software makes of them export.sh compares.
#include <gtest/gtest.h>

#include <filesystem>

#include "core/error.h"
#include "models/table.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/golden/network_file.h"
#include "tests/models/small_options.h"
#include "training/export/ncnn.h"
#include "training/export/onnx.h"

namespace gan::test {
namespace {

using training::OnnxFile;
using training::write_ncnn_network;
using training::write_onnx_network;

// Of no network that writes over its file; weights that no layer ignores.
LoadedNetwork small_network(const TableEntry& entry) {
  torch::manual_seed(3);
  const auto options = small_options(entry);
  LoadedNetwork loaded{entry.create(*options), std::string(entry.name), write_options(*options)};
  loaded.network->eval();
  torch::NoGradGuard no_grad;
  for (auto& parameter : loaded.network->parameters())
    parameter.add_(0.02 * torch::randn_like(parameter)).set_requires_grad(false);
  return loaded;
}

Size side_of(const NetworkTraits& traits) {
  if (traits.fixed_side) return {traits.fixed_side, traits.fixed_side};
  const int step = std::max(traits.size_multiple, traits.tile_window);
  return {padded_side(32, traits) + 2 * step, padded_side(32, traits) + step};
}

class Export : public testing::Test {
 protected:
  // Beside an ONNX file: a picture and what LibTorch makes of it, for export.sh.
  void write(const std::string& name, const LoadedNetwork& loaded, Size size) {
    torch::NoGradGuard no_grad;
    const NetworkTraits traits = loaded.network->traits();
    torch::manual_seed(4);
    const auto picture =
        torch::rand({1, traits.in_channels, size.height, size.width}) * (traits.high - traits.low) +
        traits.low;
    const auto expected = loaded.network->run({picture, {}, {}});
    TensorWriter vectors;
    vectors.add("input", picture);
    vectors.add("output", expected);
    vectors.write(folder() + "/" + name + ".safetensors", {});
    const std::string path = folder() + "/" + name + ".onnx";
    const OnnxFile file = write_onnx_network(path, loaded, size);
    std::printf(
        "%-24s %s, %s\n", name.c_str(),
        file.size.area() ? concat(file.size.width, "x", file.size.height).c_str() : "any size",
        file.complete ? "complete" : "folded");
    if (!file.complete && loaded.name != "span") return;
    const LoadedNetwork again = load_network(open_tensor_file(path));
    const auto output = again.network->run({picture, {}, {}});
    if (file.complete) {
      EXPECT_EQ(again.options, loaded.options);
      EXPECT_TRUE(torch::equal(output, expected));
    } else {  // one convolution for several
      EXPECT_LT((output - expected).abs().max().item<double>(), 1e-4);
    }
  }
  std::string folder() const {
    const std::string named = folder_of("GAN_EXPORTS");
    return named.empty() ? scratch_.file("") : named;
  }
  Scratch scratch_;
};

TEST_F(Export, SlowEveryPictureNetworkIsWrittenAsOnnx) {
  for (const TableEntry& entry : network_table()) {
    if (entry.task != Task::kImage || entry.name == "atd") continue;
    SCOPED_TRACE(entry.name);
    try {
      const LoadedNetwork loaded = small_network(entry);
      write(std::string(entry.name), loaded, side_of(loaded.network->traits()));
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST_F(Export, SlowOwnedNetworksAreWrittenAsOnnx) {
  GAN_NEEDS("GAN_GOLDEN");
  for (const auto& entry : std::filesystem::directory_iterator(golden("owned"))) {
    if (entry.path().extension() != ".safetensors") continue;
    const NetworkFile file(entry.path());
    if (file.says("weights") || file.name().starts_with("atd")) continue;
    SCOPED_TRACE(file.name());
    try {
      const LoadedNetwork loaded = load_network(open_tensor_file(file.path()));
      const auto input = file["input"];
      write("owned_" + entry.path().stem().string(), loaded,
            {static_cast<int>(input.size(3)), static_cast<int>(input.size(2))});
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

TEST_F(Export, ConvolutionalNetworksAreWrittenForNcnn) {
  for (const char* name : {"compact", "rrdbnet", "span"}) {
    SCOPED_TRACE(name);
    const LoadedNetwork loaded = small_network(find_network(name));
    torch::NoGradGuard no_grad;
    const auto picture = torch::rand({1, 3, 20, 24});
    const auto expected = loaded.network->run({picture, {}, {}});
    TensorWriter vectors;
    vectors.add("input", picture);
    vectors.add("output", expected);
    const std::string path = concat(folder(), "/ncnn_", name);
    vectors.write(path + ".safetensors", {});
    write_ncnn_network(path + ".param", loaded);
    EXPECT_THROW(open_tensor_file(path + ".bin"), Error);
    const LoadedNetwork again = load_network(open_tensor_file(path + ".param"));
    EXPECT_EQ(again.name, name);
    EXPECT_LT((again.network->run({picture, {}, {}}) - expected).abs().max().item<double>(), 1e-5);
  }
}

TEST_F(Export, WhatCannotBeWrittenIsNamedAndLeavesNothing) {
  const auto refused = [&](const auto& write) -> std::string {
    try {
      write();
    } catch (const Error& error) {
      return error.what();
    }
    return "it was written";
  };
  const std::string path = scratch_.file("a.onnx"), param = scratch_.file("a.param");
  const LoadedNetwork swinir = small_network(find_network("swinir")),
                      omnisr = small_network(find_network("omnisr")),
                      atd = small_network(find_network("atd")),
                      dcgan = small_network(find_network("dcgan"));
  const auto expect = [&](const std::string& said, const char* part) {
    EXPECT_NE(said.find(part), std::string::npos) << said;
  };
  expect(refused([&] { write_onnx_network(path, swinir, {}); }), "--size 320x180");
  expect(refused([&] { write_onnx_network(path, atd, {32, 24}); }), "order of equal values");
  expect(refused([&] { write_onnx_network(path, omnisr, {8, 8}); }), "and at least ");
  expect(refused([&] { write_onnx_network(path, dcgan, {}); }), "pictures of pictures");
  expect(refused([&] { write_ncnn_network(param, swinir); }), "ONNX takes more");
  for (const auto& left : {path, param, scratch_.file("a.bin")})
    EXPECT_FALSE(std::filesystem::exists(left)) << left;
}

}  // namespace
}  // namespace gan::test
