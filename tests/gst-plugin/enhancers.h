// SPDX-License-Identifier: LGPL-2.1-or-later
// Small networks for enhancegan as checkpoints, written without LibTorch.
#pragma once

#include "tests/models/generators.h"

namespace gan::test {

struct CompactFile {
  int scale = 1;
  float brighter = 0;  // added to every pixel
  // A feature that is not finite in bf16, whose largest number is smaller, and that does not count.
  float hidden_bias = 0;
  int features = 2, convs = 0;  // what it costs
};

// A compact network that gives its input back, enlarged by repetition.
inline void write_compact(const std::string& path, const CompactFile& file) {
  const int64_t f = file.features, out = 3 * file.scale * file.scale;
  std::vector<float> first_bias(static_cast<size_t>(f));
  first_bias[1] = file.hidden_bias;
  const std::vector<float> zeros(
      static_cast<size_t>(std::max(f, out) * std::max<int64_t>(f, 3) * 9)),
      ones(static_cast<size_t>(f), 1.0f), last_bias(static_cast<size_t>(out), file.brighter);
  std::vector<TensorToWrite> tensors;
  const auto add = [&](int layer, const char* kind, std::vector<int64_t> shape,
                       const std::vector<float>& values) {
    size_t count = 1;
    for (const int64_t side : shape) count *= static_cast<size_t>(side);
    tensors.push_back({"body." + std::to_string(layer) + "." + kind, Dtype::kF32, std::move(shape),
                       std::as_bytes(std::span(values).first(count))});
  };
  for (int i = 0; i <= file.convs; ++i) {
    add(2 * i, "weight", {f, i == 0 ? 3 : f, 3, 3}, zeros);
    add(2 * i, "bias", {f}, i == 0 ? first_bias : zeros);
    add(2 * i + 1, "weight", {f}, ones);
  }
  add(2 * file.convs + 2, "weight", {out, f, 3, 3}, zeros);
  add(2 * file.convs + 2, "bias", {out}, last_bias);
  write_safetensors(path, tensors,
                    {{"gan.format", "1"},
                     {"gan.network", "compact"},
                     {"gan.options", "{\"features\": " + std::to_string(f) +
                                         ", \"convs\": " + std::to_string(file.convs) +
                                         ", \"scale\": " + std::to_string(file.scale) + "}"}});
}

// Augmented CycleGAN's generator with codes of 3 numbers.
inline void write_augcyclegan(const std::string& path) {
  std::vector<NamedTensor> tensors;
  const auto conv = [&](const std::string& name, int64_t in, int64_t out, int64_t kernel) {
    tensors.push_back({name + ".weight", {out, in, kernel, kernel}});
    tensors.push_back({name + ".bias", {out}});
  };
  const auto styled = [&](const std::string& name, int64_t in, int64_t out) {
    tensors.push_back({name + ".style.weight", {in, 3}});
    tensors.push_back({name + ".style.bias", {in}});
    tensors.push_back({name + ".conv.weight", {out, in, 3, 3}});
  };
  conv("conv1", 3, 2, 7);
  conv("conv2", 2, 2, 3);
  conv("conv3", 2, 4, 3);
  for (const char* name : {"block0", "block1", "block2", "mod4"}) styled(name, 4, 4);
  styled("mod5", 4, 2);
  conv("conv_out", 2, 3, 7);
  write_network(path, "augcyclegan", R"({"latent": 3, "features": 2})", tensors);
}

// CycleGAN's generator, whose instance norm looks at the whole frame.
inline void write_resnet(const std::string& path) {
  std::vector<NamedTensor> tensors;
  const auto layer = [&](int place, std::vector<int64_t> weight, int64_t out) {
    const std::string name = "model." + std::to_string(place);
    tensors.push_back({name + ".weight", std::move(weight)});
    tensors.push_back({name + ".bias", {out}});
  };
  layer(1, {2, 3, 7, 7}, 2);
  layer(4, {4, 2, 3, 3}, 4);
  layer(7, {8, 4, 3, 3}, 8);
  layer(10, {8, 4, 3, 3}, 4);
  layer(13, {4, 2, 3, 3}, 2);
  layer(17, {3, 2, 7, 7}, 3);
  write_network(path, "resnet", R"({"features": 2, "blocks": 0})", tensors);
}

// Names: same1, same2 (compact, giving its input back at that scale), brighter1, brighter2
// (half of white brighter), slow1, slow2 (like same, with 600,000 multiplications a pixel),
// augcyclegan, resnet.
class Enhancers {
 public:
  std::string file(const std::string& name) {
    const std::string path = scratch_.file(name + ".safetensors");
    if (name == "augcyclegan") {
      write_augcyclegan(path);
    } else if (name == "resnet") {
      write_resnet(path);
    } else {
      const bool brighter = name.starts_with("brighter");
      const bool slow = name.starts_with("slow");
      write_compact(path, {.scale = name.back() - '0',
                           .brighter = brighter ? 0.5f : 0.0f,
                           .features = slow ? 64 : 2,
                           .convs = slow ? 16 : 0});
    }
    return path;
  }
  const Scratch& scratch() const { return scratch_; }

 private:
  Scratch scratch_;
};

}  // namespace gan::test
