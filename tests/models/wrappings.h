// SPDX-License-Identifier: LGPL-2.1-or-later
// A small network and the wrappings that training code puts around its weights.
#pragma once

#include <sstream>

#include "models/checkpoint.h"
#include "models/generators/compact.h"
#include "tests/core/checkpoint/pickle_writer.h"

namespace gan::test {

using Container = PickleWriter::Container;

inline CompactOptions sample_options() {
  CompactOptions options;
  options.features = 4;
  options.convs = 1;
  options.scale = 2;
  return options;
}

inline at::ScalarType torch_type(Dtype dtype) {
  switch (dtype) {
    case Dtype::kF64: return at::kDouble;
    case Dtype::kF16: return at::kHalf;
    case Dtype::kBF16: return at::kBFloat16;
    case Dtype::kI8: return at::kChar;
    default: return at::kFloat;
  }
}

// Weights of a few bits, which every type holds, and what they make of a picture.
class Sample {
 public:
  explicit Sample(int seed = 1) : network_(sample_options()) {
    torch::manual_seed(seed);
    torch::NoGradGuard no_grad;
    for (auto& parameter : network_.parameters())
      parameter.copy_(torch::randint(-8, 8, parameter.sizes()) / 32.0);
    torch::manual_seed(9);
    image_ = torch::rand({1, 3, 6, 7});
    expected_ = network_.forward(image_);
  }
  std::vector<StoredTensor> tensors(Dtype dtype, const std::string& prefix = "") const {
    std::vector<StoredTensor> stored;
    for (const auto& [name, tensor] : state_dict(network_)) {
      const auto values = tensor.detach().to(torch_type(dtype)).contiguous();
      stored.push_back({prefix + name,
                        tensor.sizes().vec(),
                        dtype,
                        {static_cast<const char*>(values.data_ptr()), values.nbytes()}});
    }
    return stored;
  }
  bool is_in(const LoadedNetwork& loaded) const {
    torch::NoGradGuard no_grad;
    return torch::equal(loaded.network->run({image_, {}, {}}), expected_);
  }

 private:
  CompactNet network_;
  torch::Tensor image_, expected_;
};

inline void write_dict(PickleWriter& writer, const std::vector<StoredTensor>& tensors) {
  writer.global("collections", "OrderedDict").mark().tuple().call();
  for (const auto& tensor : tensors) writer.text(tensor.name).tensor(tensor).item();
}

struct Wrapping {
  std::string wrapper, prefix, beside;
  Dtype dtype = Dtype::kF32;
  int protocol = 2;
  Container container = Container::kZip;
};

inline const std::vector<std::string> kBeside = {
    "",           "numpy scalar", "Namespace",   "datetime",  "Path",
    "torch.Size", "torch.device", "defaultdict", "total_ops", "complex",
    "fp8",        "n_averaged",   "list"};

// A key and a value into the dict below.
inline void write_beside(PickleWriter& writer, const std::string& what) {
  if (what.empty() || what == "total_ops") return;
  writer.text(what == "n_averaged" ? what : "beside");
  if (what == "numpy scalar")
    writer.global("numpy.core.multiarray", "scalar")
        .mark()
        .global("numpy", "dtype")
        .mark()
        .text("f8")
        .flag(false)
        .flag(true)
        .tuple()
        .call()
        .text("12345678")
        .tuple()
        .call();
  if (what == "Namespace")
    writer.object("argparse", "Namespace").dict().text("lr").real(0.1).item().build();
  if (what == "datetime") writer.global("datetime", "datetime").mark().text("\x07").tuple().call();
  if (what == "Path")
    writer.global("pathlib", "PosixPath").mark().text("/").text("runs").tuple().call();
  if (what == "torch.Size")
    writer.global("torch", "Size").mark().mark().integer(1).integer(2).tuple().tuple().call();
  if (what == "torch.device")
    writer.global("torch", "device").mark().text("cuda").integer(0).tuple().call();
  if (what == "defaultdict")
    writer.global("collections", "defaultdict")
        .mark()
        .global("builtins", "list")
        .tuple()
        .call()
        .text("loss")
        .none()
        .item();
  if (what == "complex") writer.tensor({"", {2}, Dtype::kC64, std::string(16, '\1')});
  if (what == "fp8") writer.tensor({"", {5}, Dtype::kF8E4M3, std::string(5, '\1')});
  if (what == "n_averaged") writer.tensor({"", {}, Dtype::kI64, std::string(8, '\1')});
  if (what == "list") writer.add("(l").integer(3).add("a");
  writer.item();
}

inline std::string written(const Sample& sample, const Wrapping& wrapping) {
  PickleWriter writer(wrapping.protocol);
  auto tensors = sample.tensors(wrapping.dtype, wrapping.prefix);
  if (wrapping.beside == "total_ops")
    tensors.push_back(
        {wrapping.prefix + "body.0.total_ops", {1}, Dtype::kF64, std::string(8, '\0')});
  std::vector<std::string> keys;
  std::istringstream words(wrapping.wrapper);
  for (std::string key; std::getline(words, key, '/');) keys.push_back(key);
  if (keys.empty()) {  // what is beside stands among the weights
    write_dict(writer, tensors);
    write_beside(writer, wrapping.beside);
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    writer.dict();
    if (i == 0) write_beside(writer, wrapping.beside);
    writer.text(keys[i]);
  }
  if (!keys.empty()) write_dict(writer, tensors);
  for (size_t i = 0; i < keys.size(); ++i) writer.item();
  return writer.file(wrapping.container);
}

inline std::vector<Wrapping> wrappings() {
  const std::vector<std::string> wrappers = {"",           "params",         "params_ema",
                                             "params-ema", "state_dict",     "model_state_dict",
                                             "model/net",  "g_ema",          "generator_ema",
                                             "netG",       "generator",      "net_g",
                                             "ema",        "gen_state_dict", "anything"};
  const std::vector<std::string> prefixes = {
      "", "module.", "_orig_mod.", "net_g.", "generator.", "model.", "netG.", "module._orig_mod."};
  const std::vector<Dtype> dtypes = {Dtype::kF32, Dtype::kF16, Dtype::kBF16, Dtype::kF64};
  const std::vector<Container> containers = {Container::kZip, Container::kDeflatedZip,
                                             Container::kLegacy};
  std::vector<Wrapping> all;
  for (const auto& wrapper : wrappers)
    for (const auto& prefix : prefixes) {
      const size_t i = all.size();
      all.push_back({wrapper, prefix, kBeside[i % kBeside.size()], dtypes[i / 3 % dtypes.size()],
                     static_cast<int>(i % 6), containers[i / 2 % containers.size()]});
    }
  for (const auto container : containers) {
    for (int protocol = 0; protocol <= 5; ++protocol)
      for (const Dtype dtype : dtypes)
        all.push_back({"params", "", "", dtype, protocol, container});
    for (const auto& beside : kBeside)
      for (const int protocol : {0, 2, 4})
        all.push_back(
            {protocol == 2 ? "" : "state_dict", "", beside, Dtype::kF32, protocol, container});
  }
  return all;
}

}  // namespace gan::test
