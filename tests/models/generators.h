// SPDX-License-Identifier: LGPL-2.1-or-later
// Small untrained generators as checkpoints, written without LibTorch.
#pragma once

#include <cmath>
#include <numeric>

#include "core/checkpoint/safetensors.h"
#include "core/latent.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan::test {

struct NamedTensor {
  std::string name;
  std::vector<int64_t> shape;
};

// Fixed values of about the size that keeps a layer's output at that of its input.
inline void write_network(const std::string& path, const std::string& network,
                          const std::string& options, const std::vector<NamedTensor>& tensors) {
  std::vector<std::vector<float>> values;
  std::vector<TensorToWrite> to_write;
  values.reserve(tensors.size());
  for (const auto& [name, shape] : tensors) {
    const auto count = std::accumulate(shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
    const double fan_in = std::max(1.0, static_cast<double>(count) / static_cast<double>(shape[0]));
    auto& data = values.emplace_back();
    const bool shift = name.ends_with("bias") || name.ends_with("running_mean");
    const auto size = static_cast<float>(shift ? 0.1 : 1.5 / std::sqrt(fan_in));
    data = seeded_code(static_cast<uint32_t>(values.size()), static_cast<int>(count));
    for (float& value : data) value = name.ends_with("running_var") ? 1 : size * value;
    to_write.push_back({name, Dtype::kF32, shape, std::as_bytes(std::span(data))});
  }
  write_safetensors(path, to_write,
                    {{"gan.format", "1"}, {"gan.network", network}, {"gan.options", options}});
}

// Names: mlpgan (grey 8x8), colour (mlpgan of 8x8 in colour), dcgan (16x16), cgan (28x28 of 10
// classes), vae (16x16, with its encoder). Codes have 6 numbers.
class Generators {
 public:
  std::string file(const std::string& name) {
    const std::string path = scratch_.file(name + ".safetensors");
    if (std::filesystem::exists(path)) return path;
    if (name == "mlpgan" || name == "colour") {
      const int64_t channels = name == "colour" ? 3 : 1, pixels = channels * 64;
      write_network(path, "mlpgan",
                    R"({"latent": 6, "features": 8, "side": 8, "channels": )" +
                        std::to_string(channels) + "}",
                    {{"0.weight", {8, 6}},
                     {"0.bias", {8}},
                     {"2.weight", {8, 8}},
                     {"2.bias", {8}},
                     {"4.weight", {pixels, 8}},
                     {"4.bias", {pixels}}});
    }
    if (name == "dcgan") write_dcgan(path);
    if (name == "cgan") write_cgan(path);
    if (name == "vae") write_vae(path);
    return path;
  }
  const Scratch& scratch() const { return scratch_; }

 private:
  static void add_norm(std::vector<NamedTensor>& tensors, const std::string& name, int64_t count) {
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
      tensors.push_back({name + part, {count}});
  }
  static void write_dcgan(const std::string& path) {
    std::vector<NamedTensor> tensors = {{"main.0.weight", {6, 8, 4, 4}},
                                        {"main.3.weight", {8, 4, 4, 4}},
                                        {"main.6.weight", {4, 3, 4, 4}}};
    add_norm(tensors, "main.1", 8);
    add_norm(tensors, "main.4", 4);
    write_network(path, "dcgan", R"({"latent": 6, "features": 4, "channels": 3, "side": 16})",
                  tensors);
  }
  static void write_cgan(const std::string& path) {
    write_network(path, "cgan", R"({"latent": 6, "classes": 10, "embedding": 4, "features": 3})",
                  {{"label_embedding.weight", {10, 4}},
                   {"label_fc.weight", {49, 4}},
                   {"label_fc.bias", {49}},
                   {"fc.weight", {3 * 49, 6}},
                   {"fc.bias", {3 * 49}},
                   {"up0.weight", {4, 3, 4, 4}},
                   {"up0.bias", {3}},
                   {"up1.weight", {3, 3, 4, 4}},
                   {"up1.bias", {3}},
                   {"conv_out.weight", {1, 3, 7, 7}},
                   {"conv_out.bias", {1}}});
  }
  static void write_vae(const std::string& path) {
    std::vector<NamedTensor> tensors = {{"fc_mu.weight", {6, 16}},
                                        {"fc_mu.bias", {6}},
                                        {"fc_var.weight", {6, 16}},
                                        {"fc_var.bias", {6}},
                                        {"decoder_input.weight", {16, 6}},
                                        {"decoder_input.bias", {16}},
                                        {"final_layer.0.weight", {4, 4, 3, 3}},
                                        {"final_layer.0.bias", {4}},
                                        {"final_layer.3.weight", {3, 4, 3, 3}},
                                        {"final_layer.3.bias", {3}}};
    add_norm(tensors, "final_layer.1", 4);
    for (int64_t layer = 0; layer < 3; ++layer) {
      const std::string encoder = "encoder." + std::to_string(layer);
      tensors.push_back({encoder + ".0.weight", {4, layer == 0 ? 3 : 4, 3, 3}});
      tensors.push_back({encoder + ".0.bias", {4}});
      add_norm(tensors, encoder + ".1", 4);
      if (layer == 2) break;
      const std::string decoder = "decoder." + std::to_string(layer);
      tensors.push_back({decoder + ".0.weight", {4, 4, 3, 3}});
      tensors.push_back({decoder + ".0.bias", {4}});
      add_norm(tensors, decoder + ".1", 4);
    }
    write_network(path, "vae",
                  R"({"channels": 3, "out_channels": 3, "latent": 6, "hidden": "4-4-4"})", tensors);
  }
  Scratch scratch_;
};

}  // namespace gan::test
