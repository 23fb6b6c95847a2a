// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/torchscript.h"

#include <torch/script.h>

#include <filesystem>

#include "core/checkpoint/torch_file.h"
#include "core/error.h"
#include "models/builtin.h"

namespace gan {
namespace {

// The cause in LibTorch's message: after the traceback of a script the last line that is not empty,
// else the first, which goes on with a backtrace.
std::string cause(const std::exception& error) {
  const std::string text = error.what();
  std::string_view rest = text;
  if (rest.find("Traceback of TorchScript") != std::string_view::npos) {
    rest = rest.substr(0, rest.find("Exception raised from"));
    rest = rest.substr(0, rest.find_last_not_of(" \n") + 1);
    rest = rest.substr(rest.rfind('\n') + 1);
  }
  return std::string(rest.substr(0, std::min(rest.find('\n'), size_t{300})));
}

class ScriptNetwork : public ImageNetwork {
 public:
  ScriptNetwork(const std::string& path, torch::jit::Module script)
      : path_(path), script_(std::move(script)) {
    find_channels_and_scale();
    // The script's own tensors, which to() then converts as it does any network's. Not its whole
    // numbers: they index.
    int count = 0;
    const auto add = [&](const torch::Tensor& tensor) {
      if (tensor.is_floating_point()) register_buffer(concat("tensor", count++), tensor);
    };
    for (const torch::Tensor& tensor : script_.parameters()) add(tensor);
    for (const torch::Tensor& tensor : script_.buffers()) add(tensor);
  }

  NetworkTraits traits() const override { return traits_; }

  torch::Tensor forward(torch::Tensor image) override {
    check_image(image, traits_, kTorchScript);
    return call(image);
  }

  void to(torch::Device device, torch::Dtype type, bool non_blocking) override {
    script_.to(device, non_blocking);
    ImageNetwork::to(type, non_blocking);
  }
  void to(torch::Dtype type, bool non_blocking) override { ImageNetwork::to(type, non_blocking); }
  void to(torch::Device device, bool non_blocking) override { script_.to(device, non_blocking); }

 private:
  torch::Tensor call(const torch::Tensor& image) {
    const auto result = script_.forward({image});
    check(result.isTensor(), ErrorKind::kWrongType, path_,
          ": the TorchScript's forward gives no tensor but a ", result.tagKind());
    return result.toTensor();
  }

  // Two sizes, because an archive may be traced for one size alone or have a scale by chance.
  void find_channels_and_scale() {
    std::string why;
    for (const int channels : {3, 1}) {
      try {
        traits_ = probe(channels);
        return;
      } catch (const Error& error) {
        why = error.what();
      } catch (const std::exception& error) {
        why = cause(error);
      }
    }
    fail(ErrorKind::kWrongType, path_,
         ": the TorchScript's forward does not take a picture {1, C, H, W} of 3 or 1 channels and "
         "give one: ",
         why);
  }

  NetworkTraits probe(int channels) {
    torch::InferenceMode inference;
    NetworkTraits traits{.in_channels = channels, .receptive_radius = kGlobalRadius};
    for (const auto& [height, width] : {std::pair{64, 64}, std::pair{48, 80}}) {
      const auto output = call(torch::full({1, channels, height, width}, 0.5));
      check(output.dim() == 4 && output.size(0) == 1, ErrorKind::kWrongType, "it gives ",
            output.sizes());
      traits.out_channels = static_cast<int>(output.size(1));
      traits.scale = static_cast<int>(output.size(2) / height);
      check(traits.scale >= 1 && output.size(2) == int64_t{height} * traits.scale &&
                output.size(3) == int64_t{width} * traits.scale,
            ErrorKind::kWrongType, "of ", width, "x", height, " pixels it makes ", output.size(3),
            "x", output.size(2));
    }
    return traits;
  }

  std::string path_;
  torch::jit::Module script_;
  NetworkTraits traits_;
};

torch::jit::Module load_script(const std::string& path) {
  try {
    auto script = torch::jit::load(path, torch::kCPU);
    script.eval();
    return script;
  } catch (const std::exception& error) {
    fail(ErrorKind::kWrongType, path, ": LibTorch cannot load this TorchScript: ", cause(error));
  }
}

}  // namespace

LoadedNetwork load_model(const std::string& name_or_path, bool allow_torchscript) {
  std::error_code ignored;
  const bool script = allow_torchscript &&
                      std::filesystem::is_regular_file(name_or_path, ignored) &&
                      is_torchscript(*open_file(name_or_path));
  if (!script) return load_network(open_model(name_or_path, "enhancegan"));
  return {std::make_shared<ScriptNetwork>(name_or_path, load_script(name_or_path)),
          kTorchScript,
          {},
          {},
          "TorchScript archive"};
}

}  // namespace gan
