// SPDX-License-Identifier: LGPL-2.1-or-later
// Every golden vector of a network that lies in GAN_GOLDEN: built from the file's kind and options,
// loaded with its weights, run on its input, compared with its output.
#include <functional>
#include <regex>
#include <set>

#include "models/blocks/normalised_conv.h"
#include "models/encoders/augcyclegan_encoder.h"
#include "models/generators/autoencoder.h"
#include "models/generators/vae.h"
#include "models/table.h"
#include "tests/golden/network_kinds.h"

namespace gan {
namespace {

using test::Kind;
using test::kinds;
using test::NetworkFile;

NetworkInput input_of(const NetworkFile& file, const NetworkTraits& traits) {
  NetworkInput input;
  const bool code_and_label = file.kind() == "stylegan2_generator" && file.has("input.0");
  if (code_and_label) {
    input.latent = file["input.0"];
    input.label = file["input.1"];
  } else if (file.has("input.0"))
    input.image = torch::cat({file["input.0"], file["input.1"]}, 1);
  else if (file.has("input"))
    (traits.in_channels ? input.image : input.latent) = file["input"];
  if (file.has("input.z")) input.latent = file["input.z"];
  if (file.has("input.label")) input.label = file["input.label"];
  if (file.kind() == "stylegan2_generator") input.truncation = test::truncation_of(file);
  return input;
}

// Tensors of the network after a training forward.
void expect_state(const NetworkFile& file, const Network& network, const std::string& prefix) {
  const auto state = state_dict(network);
  for (const auto& name : file.names(prefix)) {
    const auto ours =
        std::ranges::find_if(state, [&](const auto& item) { return item.first == name; });
    ASSERT_NE(ours, state.end()) << file.name() << ": no " << name;
    file.expect(prefix + name, ours->second);
  }
}

// Outputs that only some kinds have.
void check_details(const NetworkFile& file, Network& network, const NetworkInput& input) {
  if (file.kind() == "srae" && file.has("output.code"))
    file.expect("output.code", dynamic_cast<Autoencoder&>(network).encode(input.image));
  if (file.kind() == "aal_e") {
    const auto code = dynamic_cast<AugCycleGanEncoder&>(network).distribution(input.image);
    file.expect("output.mu", code.mean);
    file.expect("output.logvar", code.log_variance);
  }
  if (file.kind() == "vae") {
    auto& vae = dynamic_cast<Vae&>(network);
    const Posterior posterior = vae.encode(input.image);
    file.expect("output.mu", posterior.mean);
    file.expect("output.logvar", posterior.log_variance);
    file.expect("output.decode", vae.decode(input.latent));
    file.expect("output.recon", vae.decode(posterior.sample(file["input.eps"])));
  }
  for (const auto& name : file.names("sigma_eval."))
    for (const auto& item : network.named_children())
      if (auto* conv = item.key() == name ? item.value()->as<SpectralConv>() : nullptr)
        file.expect("sigma_eval." + name, conv->sigma());
  if (file.has("output_train")) {
    network.train();
    file.expect("output_train", network.run(input));
    expect_state(file, network, "state_after_train.");
  }
}

void check_network(const NetworkFile& file, const Kind& kind) {
  torch::NoGradGuard no_grad;
  const auto network = create_network(kind.network, options_of(file, kind));
  const bool training = file.name().find("_trainmode") != std::string::npos;
  // A file in training mode shares the weights of the one beside it.
  NetworkFile(std::regex_replace(file.path(), std::regex("_trainmode"), "")).load_into(*network);
  network->train(training);
  const NetworkInput input = input_of(file, network->traits());
  if (file.has("output")) {
    const auto output = network->run(input);
    if (file.has("output.logit")) file.expect("output.logit", output);
    file.expect("output", kind.sigmoid ? output.sigmoid() : output);
  }
  expect_state(file, *network, "state_after.");
  check_details(file, *network, input);
}

// Kinds that the project leaves out on purpose, and those that golden_blocks_test.cc covers.
const std::set<std::string> kLeftOut = {"esrgan_tf_unetd", "stylegan2_discriminator"};
const std::set<std::string> kElsewhere = {"esrgan_oldkeys",
                                          "vgg16",
                                          "vgg19",
                                          "vgg16_bn",
                                          "stylegan2_mapping",
                                          "stylegan2_modconv",
                                          "modconv",
                                          "stylegan2_upfirdn2d"};

TEST(NetworksGolden, ReproduceTheOriginals) {
  GAN_NEEDS("GAN_GOLDEN");
  int checked = 0, left_out = 0;
  for (const char* folder : {"networks", "seeds/networks"})
    for (const auto& entry : std::filesystem::directory_iterator(test::golden(folder))) {
      if (entry.path().extension() != ".safetensors") continue;
      const NetworkFile file(entry.path());
      if (!file.says("kind") || kElsewhere.contains(file.kind())) continue;
      const auto kind = std::ranges::find(kinds(), file.kind(), &Kind::name);
      const bool foreign = kind == kinds().end() && file.kind().starts_with("aal_");
      if (kLeftOut.contains(file.kind()) || foreign || test::left_out(file)) {
        std::printf("golden  %-58s  left out on purpose\n", file.name().c_str());
        ++left_out;
        continue;
      }
      if (kind == kinds().end()) {
        ADD_FAILURE() << file.name() << ": unknown kind " << file.kind();
        continue;
      }
      SCOPED_TRACE(file.name());
      try {
        check_network(file, *kind);
      } catch (const std::exception& error) {
        ADD_FAILURE() << error.what();
      }
      ++checked;
    }
  std::printf("golden  %d networks reproduced, %d left out\n", checked, left_out);
  EXPECT_GT(checked, 0);
}

TEST(NetworksGolden, OldEsrganNamesAreTheSameNetwork) {
  GAN_NEEDS("GAN_GOLDEN");
  const std::string path = test::golden("networks/esrgan_oldkeys.safetensors");
  if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
  const LoadedNetwork old = load_network(open_tensor_file(path));
  EXPECT_EQ(old.name, "rrdbnet");
  const NetworkFile file(test::golden("networks/rrdbnet_x4.safetensors"));
  file.expect("output", old.network->run({file["input"], {}, {}}));
}

// Vectors of real checkpoints: the index says which file of GAN_DATA each belongs to.
TEST(NetworksGolden, RealCheckpointsReproduce) {
  GAN_NEEDS("GAN_GOLDEN");
  GAN_NEEDS("GAN_DATA");
  const std::string index = test::read_text(test::golden("index.json"));
  int checked = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::golden("real"))) {
    const NetworkFile file(entry.path());
    const size_t at = index.find("real/" + file.name());
    std::smatch weights, tolerance;
    const std::string row = at == std::string::npos ? "" : index.substr(at, 3000);
    ASSERT_TRUE(std::regex_search(row, weights, std::regex("data/(weights/[^ \"]+)"))) << row;
    ASSERT_TRUE(std::regex_search(row, tolerance, std::regex("\"tol\": *\"?([-0-9.e]+)")));
    const auto loaded = [&]() -> LoadedNetwork {
      try {
        return load_network(open_tensor_file(test::data(weights[1])));
      } catch (const Error& error) {
        EXPECT_NE(std::string(error.what()).find("not known here"), std::string::npos)
            << error.what();
        std::printf("golden  %-58s  refused: %s\n", file.name().c_str(), error.what());
        return {};
      }
    }();
    if (!loaded.network) continue;
    auto output = loaded.network->run({file["input"], {}, {}});
    if (loaded.name == "dcgan_discriminator") output = output.sigmoid();
    const auto difference = (output - file["output"].view_as(output)).abs().max().item<double>();
    test::expect_within(file.name() + " with " + weights[1].str(), difference,
                        std::strtod(tolerance[1].str().c_str(), nullptr));
    ++checked;
  }
  EXPECT_GE(checked, 1);
}

}  // namespace
}  // namespace gan
