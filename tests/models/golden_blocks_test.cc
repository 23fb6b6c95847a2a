// SPDX-License-Identifier: LGPL-2.1-or-later
// Golden vectors of parts of networks: modulated convolution, FIR filtering, StyleGAN2's mapping,
// VGG's features, fixed kernels.
#include <filesystem>
#include <regex>
#include <set>
#include <vector>

#include "models/blocks/fixed_filter.h"
#include "models/blocks/imagenet.h"
#include "models/blocks/modulated_conv.h"
#include "models/features/vgg.h"
#include "models/generators/stylegan2.h"
#include "tests/golden/network_file.h"
#include "tests/golden/vgg_pattern.h"

namespace gan {
namespace {

using test::NetworkFile;

std::vector<NetworkFile> files_of(const std::string& kind) {
  std::vector<NetworkFile> found;
  for (const char* folder : {"networks", "seeds/networks"})
    for (const auto& entry : std::filesystem::directory_iterator(test::golden(folder)))
      if (entry.path().extension() == ".safetensors") {
        NetworkFile file(entry.path());
        if (file.says("kind") && file.kind() == kind) found.push_back(file);
      }
  return found;
}

TEST(ModulatedConvGolden, ReproducesStyleGan2) {
  GAN_NEEDS("GAN_GOLDEN");
  for (const auto& file : files_of("stylegan2_modconv")) {
    const auto options = file.options();
    const bool doubles = options.at("up") == "2";
    ASSERT_TRUE(options.at("up") == "1" || doubles) << file.name();
    ASSERT_EQ(options.at("down"), "1") << file.name();
    const auto kernel = file["weights.weight"].size(2);
    ASSERT_EQ(options.at("padding"), std::to_string(kernel / 2)) << file.name();
    torch::Tensor weight = file["weights.weight"];
    // The original's layers convolve with the weight as it is when they keep the size (True) and
    // enlarge with it as it is (False).
    if ((options.at("flip_weight") == "true") == doubles) weight = weight.flip({2, 3});
    torch::Tensor output = modulated_conv(
        file["input.0"], weight, file["input.1"],
        {options.at("demodulate") == "true", doubles ? file["resample_filter"] : torch::Tensor()});
    if (file.has("noise")) output = output + file["noise"];
    file.expect("output", output);
  }
}

TEST(ModulatedConvGolden, ReproducesAugmentedCycleGan) {
  GAN_NEEDS("GAN_GOLDEN");
  for (const auto& file : files_of("modconv")) {
    const auto options = file.options();
    ModulatedConv conv(std::stoi(options.at("in")), std::stoi(options.at("out")),
                       std::stoi(options.at("kernel")), options.at("demodulate") == "true",
                       std::stod(options.at("style_offset")));
    torch::NoGradGuard no_grad;
    conv->weight.copy_(file["weights.conv.weight"]);
    file.expect("output", conv->forward(file["input"], file["input.z"]));
  }
}

TEST(Upfirdn2dGolden, ReproducesStyleGan2) {
  GAN_NEEDS("GAN_GOLDEN");
  for (const auto& file : files_of("stylegan2_upfirdn2d")) {
    const auto x = file["input"], filter = file["filter"];
    file.expect("output.upsample2d", upsample2d(x, filter));
    file.expect("output.downsample2d", downsample2d(x, filter));
    file.expect("output.filter2d", filter2d(x, filter));
    if (file.metadata("options").find("[1,3,3,1]") == std::string::npos) continue;
    const double taps[] = {1, 3, 3, 1};
    EXPECT_TRUE(torch::allclose(resample_filter(taps), filter, 0, 1e-7));
  }
}

TEST(StyleGan2MappingGolden, ReproducesWithAndWithoutTruncation) {
  GAN_NEEDS("GAN_GOLDEN");
  for (const auto& file : files_of("stylegan2_mapping")) {
    auto theirs = file.options();
    for (const auto& [key, value] : theirs)
      ASSERT_TRUE(
          std::set<std::string>({"z_dim", "c_dim", "w_dim", "num_ws", "num_layers"}).contains(key))
          << file.name() << ": unknown argument " << key;
    StyleGan2Options options;
    options.latent = std::stoi(theirs.at("z_dim"));
    options.classes = std::stoi(theirs.at("c_dim"));
    options.style = std::stoi(theirs.at("w_dim"));
    options.mapping_layers = std::stoi(theirs.at("num_layers"));
    torch::NoGradGuard no_grad;
    StyleGan2Mapping mapping(options, std::stoi(theirs.at("num_ws")));
    file.load_into(mapping);
    const auto code = file[file.has("input") ? "input" : "input.0"];
    const auto label = file.has("input.1") ? file["input.1"] : torch::Tensor();
    file.expect("output", mapping.forward(code, label, {}));
    for (const auto& name : file.names("output.")) {
      std::smatch match;  // psi0.5_cutoff3
      ASSERT_TRUE(std::regex_match(name, match, std::regex("psi([0-9.]+)(_cutoff(\\d+))?")))
          << name;
      const int cutoff = match[3].matched ? std::stoi(match[3]) : -1;
      file.expect("output." + name, mapping.forward(code, label, {std::stod(match[1]), cutoff}));
    }
  }
}

uint32_t pattern_key() {
  const JsonDocument checks(test::read_text(test::golden("networks/vgg_pattern_check.json")), "");
  return static_cast<uint32_t>(test::number(checks.root(), "K"));
}

// The picture as our Vgg wants it: in [0, 1], to be normalised inside.
torch::Tensor vgg_input(const NetworkFile& file) {
  auto options = file.options();
  const auto is = [&](const char* name, const char* value) {
    const bool equal = options.contains(name) && options.at(name) == value;
    options.erase(name);
    return equal;
  };
  auto x = file["input"];
  if (is("range_norm", "true")) x = (x + 1) / 2;
  if (is("use_input_norm", "false")) x = imagenet_denormalise(x);
  for (const char* known : {"layer_name_list", "vgg_type"}) options.erase(known);
  EXPECT_TRUE(options.empty()) << file.name() << ": unknown argument " << options.begin()->first;
  return x;
}

TEST(VggGolden, FeaturesReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  for (const char* depth : {"16", "16_bn", "19"})
    for (const auto& file : files_of(std::string("vgg") + depth)) {
      VggOptions options;
      options.depth = depth;
      torch::NoGradGuard no_grad;
      Vgg vgg(options);
      vgg.eval();
      test::fill_vgg_pattern(vgg, pattern_key());
      std::vector<std::string> layers;
      std::istringstream list(file.options().at("layer_name_list"));
      for (std::string layer; std::getline(list, layer, '-');) layers.push_back(layer);
      const auto features = vgg.forward(vgg_input(file), layers);
      for (const auto& layer : layers)
        file.expect(layers.size() == 1 ? "output" : "output." + layer, features.at(layer));
    }
}

TEST(VggGolden, ThePatternIsTheOriginals) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument checks(test::read_text(test::golden("networks/vgg_pattern_check.json")), "");
  JsonObject* const depths = json_object_get_object_member(checks.root(), "checks");
  int compared = 0;
  for (const char* depth : {"16", "19"}) {
    VggOptions options;
    options.depth = depth;
    Vgg vgg(options);
    test::fill_vgg_pattern(vgg, pattern_key());
    JsonObject* const tensors = json_object_get_object_member(depths, concat("vgg", depth).c_str());
    for (const auto& [name, tensor] : state_dict(vgg)) {
      if (!json_object_has_member(tensors, name.c_str())) continue;
      JsonObject* const expected = json_object_get_object_member(tensors, name.c_str());
      const double sum = test::number(expected, "sum_f64");
      EXPECT_NEAR(tensor.to(torch::kDouble).sum().item<double>(), sum, 1e-9 * std::abs(sum) + 1e-9);
      EXPECT_EQ(tensor.flatten()[-1].item<float>(),
                static_cast<float>(test::number(expected, "last")));
      ++compared;
    }
  }
  EXPECT_GT(compared, 10);
}

TEST(FixedFilterGolden, BlursReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  const NetworkFile file(test::golden("losses/wespe_blur_tv.safetensors"));
  const auto difference = [](const torch::Tensor& a, const torch::Tensor& b) {
    return (a.to(torch::kDouble).reshape(b.sizes()) - b).abs().max().item<double>();
  };
  test::expect_within("released blur kernel 21",
                      difference(released_blur_kernel(21), file["kernel_f64"]), 1e-8);
  test::expect_within("printed blur kernel 21",
                      difference(printed_blur_kernel(21), file["kernel_paper_f64"]), 1e-8);
  for (const auto& color : files_of("wespe_dcolor"))
    test::expect_within(
        color.name() + " fixed blur",
        difference(released_blur_kernel(23).expand({3, 1, 23, 23}), color["fixed.blur.weight"]),
        1e-8);
}

}  // namespace
}  // namespace gan
