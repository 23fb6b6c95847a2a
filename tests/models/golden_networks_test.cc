// SPDX-License-Identifier: LGPL-2.1-or-later
// Every file of GAN_GOLDEN/networks and seeds/networks whose kind is known here: built from its
// options, loaded, run and compared within its tolerance.
#include <algorithm>
#include <functional>

#include "models/checkpoint.h"
#include "models/table.h"
#include "tests/golden/golden.h"

namespace gan {
namespace {

// The original's argument names -> ours; and values that must be translated.
struct Kind {
  const char* name;
  const char* network;
  std::map<std::string, std::string> options;
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"rrdbnet",
       "rrdbnet",
       {{"num_in_ch", "in_channels"},
        {"num_out_ch", "out_channels"},
        {"scale", "scale"},
        {"num_feat", "features"},
        {"num_block", "blocks"},
        {"num_grow_ch", "growth"}}},
      {"srvgg",
       "compact",
       {{"num_in_ch", "in_channels"},
        {"num_out_ch", "out_channels"},
        {"num_feat", "features"},
        {"num_conv", "convs"},
        {"upscale", "scale"},
        {"act_type", "activation"}}},
  };
  return all;
}

void load_strictly(const TensorFile& file, Network& network) {
  auto state = state_dict(network);
  for (auto& [name, tensor] : state) {
    const TensorEntry* entry = file.find("weights." + name);
    ASSERT_TRUE(entry) << "the original has no " << name;
    read_tensor(file, *entry, tensor);
  }
  for (const auto& entry : file.tensors) {
    if (!entry.name.starts_with("weights.")) continue;
    EXPECT_TRUE(std::ranges::any_of(
        state, [&](const auto& item) { return "weights." + item.first == entry.name; }))
        << "unknown here: " << entry.name;
  }
}

void check_file(const std::string& path, int& known) {
  const TensorFile file = open_tensor_file(path);
  const std::string name = std::filesystem::path(path).filename();
  const auto& kind_name = file.metadata.at("kind");
  const auto kind = std::ranges::find(kinds(), kind_name, &Kind::name);
  if (kind == kinds().end()) return;
  ++known;
  OptionValues values;
  for (const auto& [key, value] : options_from_json(file.metadata.at("options"), path)) {
    const auto ours = kind->options.find(key);
    ASSERT_NE(ours, kind->options.end()) << name << ": unknown option " << key;
    values[ours->second] = value;
  }
  torch::NoGradGuard no_grad;
  const auto network = create_network(kind->network, values);
  network->eval();
  load_strictly(file, *network);
  const auto output = network->run({read_tensor(file, *file.find("input")), {}, {}});
  const auto expected = read_tensor(file, *file.find("output"));
  ASSERT_EQ(output.sizes(), expected.sizes());
  test::expect_within(name, (output - expected).abs().max().item<double>(),
                      std::strtod(file.metadata.at("tol").c_str(), nullptr));
}

TEST(NetworksGolden, ReproduceTheOriginals) {
  GAN_NEEDS("GAN_GOLDEN");
  int known = 0;
  for (const char* folder : {"networks", "seeds/networks"})
    for (const auto& entry : std::filesystem::directory_iterator(test::golden(folder)))
      if (entry.path().extension() == ".safetensors" &&
          open_tensor_file(entry.path()).metadata.contains("kind") &&
          open_tensor_file(entry.path()).metadata.at("kind") != "esrgan_oldkeys")
        check_file(entry.path(), known);
  std::printf("golden  %d network files\n", known);
  EXPECT_GT(known, 0);
}

TEST(NetworksGolden, OldEsrganNamesAreTheSameNetwork) {
  GAN_NEEDS("GAN_GOLDEN");
  const LoadedNetwork old =
      load_network(open_tensor_file(test::golden("networks/esrgan_oldkeys.safetensors")));
  EXPECT_EQ(old.name, "rrdbnet");
  const TensorFile file = open_tensor_file(test::golden("networks/rrdbnet_x4.safetensors"));
  const auto output = old.network->run({read_tensor(file, *file.find("input")), {}, {}});
  test::expect_within("esrgan_oldkeys",
                      (output - read_tensor(file, *file.find("output"))).abs().max().item<double>(),
                      5e-5);
}

TEST(NetworksGolden, TheOfficialAnimevideov3Reproduces) {
  GAN_NEEDS("GAN_GOLDEN");
  GAN_NEEDS("GAN_DATA");
  const LoadedNetwork official =
      load_network(open_tensor_file(test::data("weights/realesr-animevideov3.pth")));
  EXPECT_EQ(official.name, "compact");
  const TensorFile file =
      open_tensor_file(test::golden("real/realesr_animevideov3_x4.safetensors"));
  const auto output = official.network->run({read_tensor(file, *file.find("input")), {}, {}});
  test::expect_within("realesr-animevideov3.pth",
                      (output - read_tensor(file, *file.find("output"))).abs().max().item<double>(),
                      1e-5);
}

}  // namespace
}  // namespace gan
