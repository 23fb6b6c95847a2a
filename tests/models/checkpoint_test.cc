// SPDX-License-Identifier: LGPL-2.1-or-later
// Checkpoints: the built-in ones, and what is refused.
#include "models/checkpoint.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "models/builtin.h"
#include "models/host_allocator.h"
#include "models/table.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

TEST(Builtin, EveryModelLoads) {
  for (const auto& model : builtin_models()) {
    const LoadedNetwork loaded = load_network(open_model(std::string(model.name)));
    EXPECT_TRUE(loaded.metadata.contains("gan.licence"));
    EXPECT_TRUE(loaded.metadata.contains("gan.provenance"));
    EXPECT_TRUE(loaded.metadata.contains("gan.command"));
  }
}

TEST(Builtin, AnUnknownNameSaysWhichThereAre) {
  try {
    open_model("no-such-model");
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("x2"), std::string::npos);
  }
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

}  // namespace
}  // namespace gan
