// SPDX-License-Identifier: LGPL-2.1-or-later
// Checkpoints: the built-in ones, and what is refused.
#include "models/checkpoint.h"

#include <gtest/gtest.h>
#include <torch/script.h>

#include "core/error.h"
#include "models/builtin.h"
#include "models/generators/rrdbnet.h"
#include "models/machine/host_allocator.h"
#include "models/table.h"
#include "models/torchscript.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

TEST(Builtin, EveryModelLoads) {
  for (const auto& model : builtin_models()) {
    const LoadedNetwork loaded = load_network(open_model(std::string(model.name)));
    EXPECT_TRUE(loaded.metadata.contains("gan.licence"));
    EXPECT_TRUE(loaded.metadata.contains("gan.provenance"));
    if (loaded.name == "mobilenet") continue;  // Google's
    EXPECT_TRUE(loaded.metadata.contains("gan.command"));
  }
}

TEST(Builtin, AnUnknownNameSaysWhichThereAreForTheElement) {
  const auto text = [](std::string_view element) -> std::string {
    try {
      open_model("no-such-model", element);
      return "";
    } catch (const Error& error) {
      return error.what();
    }
  };
  EXPECT_EQ(text(""),
            "no-such-model: no such file, nor a built-in model (x2, emoji, fashion, mobilenet)");
  EXPECT_EQ(text("enhancegan"), "no-such-model: no such file, nor a built-in model (x2)");
  EXPECT_EQ(text("latentwalk"),
            "no-such-model: no such file, nor a built-in model (emoji, fashion)");
}

TEST(Checkpoint, RefusesUnknownNetworksFormatsAndOptionsByName) {
  const test::Scratch scratch;
  const auto text = [&](const std::map<std::string, std::string>& metadata) {
    TensorWriter writer;
    writer.add("a", torch::zeros({1}));
    writer.write(scratch.file("a"), metadata);
    try {
      load_network(open_tensor_file(scratch.file("a")));
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kWrongType);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(text({{"gan.format", "99"}}).find("99"), std::string::npos);
  EXPECT_NE(text({{"gan.format", "1"}, {"gan.network", "teleport"}, {"gan.options", "{}"}})
                .find("teleport"),
            std::string::npos);
  EXPECT_NE(
      text({{"gan.format", "1"}, {"gan.network", "compact"}, {"gan.options", "{\"sacle\": 2}"}})
          .find("did you mean \"scale\""),
      std::string::npos);
  EXPECT_NE(text({}).find("not known here"), std::string::npos);
}

TEST(Checkpoint, AFileThatDescribesAGiantIsRefusedBeforeItTakesMemory) {
  const test::Scratch scratch;
  TensorWriter writer;
  writer.add("a", torch::zeros({1}));
  writer.write(scratch.file("a"),
               {{"gan.format", "1"},
                {"gan.network", "rrdbnet"},
                {"gan.options", "{\"features\": 1024, \"blocks\": 128, \"growth\": 512}"}});
  reset_host_memory_peak();
  const size_t before = host_memory().peak;
  try {
    load_network(open_tensor_file(scratch.file("a")));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kWrongType);
    EXPECT_NE(std::string(error.what()).find("more memory than its file"), std::string::npos);
  }
  EXPECT_LT(host_memory().peak - before, size_t{100} << 20);
  // The limit ends with the load.
  EXPECT_NO_THROW(torch::zeros({200 << 20}, torch::kByte));
}

// Names of a torch Sequential, whose length tells the enlargement.
TEST(Checkpoint, OldEsrganNamesOfEveryScale) {
  const test::Scratch scratch;
  for (const int doublings : {0, 1, 3}) {
    RrdbNetOptions options;
    options.features = options.growth = 4;
    options.blocks = 1;
    options.doublings = doublings;
    options.scale = 1 << doublings;
    torch::manual_seed(1);
    RrdbNet network(options);
    network.eval();
    const int last = 4 + 3 * doublings;
    TensorWriter writer;
    for (const auto& [name, tensor] : state_dict(network)) {
      const std::string part = name.substr(name.rfind('.')),
                        layer = name.substr(0, name.rfind('.'));
      std::string old;
      if (layer == "conv_first") old = "model.0";
      if (layer == "conv_body") old = "model.1.sub.1";
      if (layer == "conv_hr") old = concat("model.", last - 2);
      if (layer == "conv_last") old = concat("model.", last);
      if (layer.starts_with("conv_up")) old = concat("model.", 3 * std::stoi(layer.substr(7)));
      if (layer.starts_with("body."))  // body.0.rdb1.conv1
        old = concat("model.1.sub.0.RDB", layer[10], ".conv", layer[16], ".0");
      writer.add(old + part, tensor);
    }
    writer.write(scratch.file("old"), {});
    const LoadedNetwork old = load_network(open_tensor_file(scratch.file("old")));
    EXPECT_EQ(old.network->traits().scale, 1 << doublings);
    const auto image = torch::rand({1, 3, 9, 8});
    torch::NoGradGuard no_grad;
    EXPECT_TRUE(torch::equal(old.network->run({image, {}, {}}), network.forward(image)));
  }
}

TEST(Checkpoint, WhatLibTorchRefusesNamesTheFile) {
  const test::Scratch scratch;
  TensorWriter writer;
  writer.add("a", torch::zeros({1}));
  writer.write(scratch.file("a"), {{"gan.format", "1"},
                                   {"gan.network", "resnet_unet"},
                                   {"gan.options", "{\"features\": 1, \"self_attention\": true}"}});
  try {
    load_network(open_tensor_file(scratch.file("a")));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kWrongType);
    EXPECT_NE(std::string(error.what()).find(scratch.file("a")), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("at least 8 channels"), std::string::npos);
  }
}

// Indices turned into floats index no more.
TEST(TorchScript, KeepsItsWholeNumbers) {
  const test::Scratch scratch;
  torch::jit::Module script("swap");
  script.register_buffer("order", torch::tensor({2, 0, 1}));
  script.register_parameter("half", torch::tensor({0.5}), false);
  script.define("def forward(self, x):\n    return x[:, self.order] * self.half\n");
  script.save(scratch.file("swap.pt"));
  const LoadedNetwork loaded = load_model(scratch.file("swap.pt"), true);
  loaded.network->to(torch::kCPU, torch::kDouble);
  const auto image = torch::rand({1, 3, 4, 5}, torch::kDouble);
  EXPECT_TRUE(torch::equal(loaded.network->run({image, {}, {}}),
                           image.index_select(1, torch::tensor({2, 0, 1})) * 0.5));
  EXPECT_EQ(loaded.network->buffers().size(), 1u);
}

}  // namespace
}  // namespace gan
