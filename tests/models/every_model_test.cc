// SPDX-License-Identifier: LGPL-2.1-or-later
// What every line of the table must do, tested for lines that are not known here by name.
#include <gtest/gtest.h>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/table.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan {
namespace {

class EveryModel : public testing::TestWithParam<const TableEntry*> {
 protected:
  // Small where the options allow it, so that the test is quick.
  static std::shared_ptr<Network> create() {
    const TableEntry& entry = *GetParam();
    const auto options = entry.make_options();
    OptionValues small;
    for (const auto& option : describe_options(*options)) {
      if (option.name == "features") small["features"] = "8";
      if (option.name == "blocks") small["blocks"] = "1";
      if (option.name == "growth") small["growth"] = "4";
    }
    read_options(*options, small, "test");
    return entry.create(*options);
  }
  static NetworkInput input(const NetworkTraits& traits, int units) {
    const int side = traits.size_multiple * units;
    return {torch::rand({2, traits.in_channels, side, side + traits.size_multiple}), {}, {}};
  }
};

TEST_P(EveryModel, SavesAndLoadsBitForBit) {
  const test::Scratch scratch;
  const TableEntry& entry = *GetParam();
  torch::manual_seed(3);
  const auto options = entry.make_options();
  const auto network = entry.create(*options);
  save_network(scratch.file("a"), *network, entry.name, *options, {{"note", "kept"}});
  const LoadedNetwork loaded = load_network(open_tensor_file(scratch.file("a")));
  EXPECT_EQ(loaded.name, entry.name);
  EXPECT_EQ(loaded.options, write_options(*options));
  EXPECT_EQ(loaded.metadata.at("note"), "kept");
  const auto before = state_dict(*network), after = state_dict(*loaded.network);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].first, after[i].first);
    EXPECT_TRUE(torch::equal(before[i].second, after[i].second)) << before[i].first;
  }
}

TEST_P(EveryModel, RunsForwardAndBackward) {
  torch::manual_seed(4);
  const auto network = create();
  const NetworkTraits traits = network->traits();
  for (const int units : {5, 8}) {
    const NetworkInput in = input(traits, units);
    const auto output = network->run(in);
    if (GetParam()->task == Task::kImage) {
      EXPECT_EQ(output.size(2), in.image.size(2) * traits.scale);
      EXPECT_EQ(output.size(3), in.image.size(3) * traits.scale);
      EXPECT_EQ(output.size(1), traits.out_channels);
    }
    output.sum().backward();
    for (const auto& item : network->named_parameters())
      EXPECT_TRUE(item.value().grad().defined()) << item.key();
  }
}

TEST_P(EveryModel, RefusesSizesThatAreNoMultiple) {
  const auto network = create();
  const NetworkTraits traits = network->traits();
  if (traits.size_multiple == 1) return;  // takes every size
  auto in = input(traits, 4);
  in.image = in.image.slice(3, 1);
  EXPECT_THROW(network->run(in), Error);
}

TEST_P(EveryModel, GivesTheSameInChannelsLast) {
  torch::manual_seed(5);
  torch::NoGradGuard no_grad;
  const auto network = create();
  network->eval();
  NetworkInput in = input(network->traits(), 6);
  const auto expected = network->run(in);
  in.image = in.image.contiguous(torch::MemoryFormat::ChannelsLast);
  EXPECT_LT((network->run(in) - expected).abs().max().item<double>(), 1e-4);
}

TEST_P(EveryModel, RefusesMissingAndForeignTensors) {
  const test::Scratch scratch;
  const TableEntry& entry = *GetParam();
  const auto options = entry.make_options();
  const auto network = entry.create(*options);
  TensorWriter fewer;
  const auto state = state_dict(*network);
  for (size_t i = 1; i < state.size(); ++i) fewer.add(state[i].first, state[i].second);
  fewer.add("stranger", state[0].second);
  fewer.write(scratch.file("a"), {{"gan.format", kFormatVersion},
                                  {"gan.network", std::string(entry.name)},
                                  {"gan.options", options_to_json(*options)}});
  EXPECT_THROW(load_network(open_tensor_file(scratch.file("a"))), Error);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryModel, testing::ValuesIn([] {
                           std::vector<const TableEntry*> all;
                           for (const auto& entry : network_table()) all.push_back(&entry);
                           return all;
                         }()),
                         [](const auto& line) { return std::string(line.param->name); });

TEST(ParameterCounts, AreThoseOfTheOriginals) {
  const auto count = [](const char* network, const OptionValues& options) {
    return parameter_count(*create_network(network, options));
  };
  EXPECT_EQ(count("compact", {}), 621424);
  EXPECT_EQ(count("compact", {{"convs", "32"}}), 1213296);
  EXPECT_EQ(count("compact", {{"scale", "2"}}), 600652);
  EXPECT_EQ(count("rrdbnet", {}), 16697987);
  EXPECT_EQ(count("rrdbnet", {{"blocks", "6"}}), 4467779);
  EXPECT_EQ(count("rrdbnet", {{"scale", "2"}}), 16703171);
  EXPECT_EQ(count("rrdbnet", {{"scale", "1"}}), 16723907);
}

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

}  // namespace
}  // namespace gan
