// SPDX-License-Identifier: LGPL-2.1-or-later
// Checkpoints of the architectures that people own: recognised, loaded and run as they are.
#include <gtest/gtest.h>

#include <filesystem>

#include "models/builtin.h"
#include "models/enhancer/open_network.h"
#include "models/picture_tensor.h"
#include "models/table.h"
#include "tests/golden/network_file.h"
#include "tests/models/noise.h"

namespace gan {
namespace {

using test::NetworkFile;

// The weights lie under "weights.", as under any other key.
TEST(OwnedGolden, FilesAreRecognisedAndReproduced) {
  GAN_NEEDS("GAN_GOLDEN");
  torch::NoGradGuard no_grad;
  int checked = 0;
  // More of them, with other options, are in GAN_OWNED (tests/golden/owned.py).
  std::vector<std::filesystem::path> files;
  for (const auto& folder : {test::golden("owned"), test::folder_of("GAN_OWNED")})
    if (!folder.empty())
      for (const auto& entry : std::filesystem::directory_iterator(folder)) files.push_back(entry);
  for (const auto& entry : files) {
    if (entry.extension() != ".safetensors") continue;
    const NetworkFile file(entry);
    SCOPED_TRACE(file.name());
    try {
      const bool apart = file.says("weights");
      const std::string weights =
          apart ? test::golden("owned/team38_span_ch28_slim.pth") : file.path();
      const LoadedNetwork loaded = load_network(open_tensor_file(weights));
      const auto input = file["input"];
      const auto output = loaded.network->run({input, {}, {}});
      file.expect("output", output);
      EXPECT_GT(output.std().item<double>(), 100 * file.tolerance());
      // Views of the input are not written to, and other batches give the same.
      EXPECT_TRUE(torch::equal(input, file["input"]));
      const auto twice = loaded.network->run({at::cat({input, input.flip(3)}), {}, {}});
      EXPECT_LE((twice.slice(0, 0, 1) - output).abs().max().item<double>(), file.tolerance());
      ++checked;
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
  std::printf("golden  %d owned checkpoints reproduced\n", checked);
  EXPECT_GT(checked, 0);
}

// As enhancegan runs them: core/conv what it has plans of, LibTorch the rest.
TEST(OwnedGolden, EnginesOfTheElementGiveThemToo) {
  GAN_NEEDS("GAN_GOLDEN");
  Workers workers(2);
  int by_conv = 0;
  for (const auto& entry : std::filesystem::directory_iterator(test::golden("owned"))) {
    if (entry.path().extension() != ".safetensors") continue;
    const NetworkFile file(entry.path());
    SCOPED_TRACE(file.name());
    const std::string model =
        file.says("weights") ? test::golden("owned/team38_span_ch28_slim.pth") : file.path();
    const auto network =
        open_network({.model = model, .device = "cpu", .precision = "fp32"}, nullptr, workers);
    const Picture picture = picture_from_tensor(file["input"]);
    network->prepare(picture.size, true);
    file.expect("output", tensor_from_picture(test::copy_of(network->run(picture.view(), {}))));
    by_conv += network->info().engine == "conv";
    // Values that no photograph has make sums that are large.
    Picture loud = test::noise(picture.size, picture.channels);
    for (float& value : loud.values) value = value < 0.5f ? 0 : 1;
    EXPECT_NO_THROW(network->run(loud.view(), {}));
  }
  EXPECT_GT(by_conv, 5);
}

// One convolution for several, computed anew when they change.
TEST(OwnedGolden, BranchesOfSpanAreFusedAnew) {
  GAN_NEEDS("GAN_GOLDEN");
  torch::NoGradGuard no_grad;
  for (const char* name : {"span_x4_norm_stale", "span_x2_nonorm"}) {
    const NetworkFile file(test::golden(std::string("owned/") + name + ".safetensors"));
    const LoadedNetwork loaded = load_network(open_tensor_file(file.path()));
    const auto input = file["input"];
    const auto before = loaded.network->run({input, {}, {}});
    for (auto& parameter : loaded.network->parameters()) parameter.mul_(0.5);
    const auto other = loaded.network->run({input, {}, {}});
    EXPECT_GT((before - other).abs().max().item<double>(), 1e-3) << name;
    loaded.network->train();
    const auto branches = loaded.network->run({input, {}, {}});
    EXPECT_LE((branches - other).abs().max().item<double>(), file.tolerance()) << name;
  }
}

}  // namespace
}  // namespace gan
