// SPDX-License-Identifier: LGPL-2.1-or-later
// Layout: ncnn's wiki, "param and model file structure" and "operation param weight table".
#include "training/export/ncnn.h"

#include <algorithm>
#include <array>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "models/table.h"
#include "training/export/trace.h"

namespace gan::training {
namespace {

class NcnnWriter {
 public:
  // network: for errors.
  NcnnWriter(const Trace& trace, std::string network)
      : network_(std::move(network)), uses_(static_cast<size_t>(trace.values)) {
    for (const auto& op : trace.operators)
      for (const auto& tensors : op.tensors)
        for (const auto& tensor : tensors) use(tensor);
    use(trace.output);
    blobs_.resize(uses_.size());
    layer("Input", {}, {trace.input}, "");
    for (const auto& op : trace.operators) add(op);
    lines_ += concat("Noop output 1 1 ", take(trace.output), " output\n");
    ++layers_;
    ++count_;
  }
  std::string param() const { return concat("7767517\n", layers_, " ", count_, "\n", lines_); }
  const std::vector<std::byte>& bin() const { return bin_; }

 private:
  void use(const Traced& tensor) {
    if (tensor.value >= 0) ++uses_[static_cast<size_t>(tensor.value)];
  }

  // A blob has one layer that takes it, so each that takes a value has a copy's name.
  std::string take(const Traced& tensor) {
    auto& names = blobs_[static_cast<size_t>(tensor.value)];
    std::string name = names.back();
    names.pop_back();
    return name;
  }

  void layer(const char* type, const std::vector<Traced>& inputs,
             const std::vector<Traced>& outputs, const std::string& parameters) {
    const std::string result = inputs.empty() ? "input" : concat("b", count_);
    ++count_;
    lines_ += concat(type, " l", layers_++, " ", inputs.size(), " ", outputs.size());
    for (const auto& input : inputs) lines_ += " " + take(input);
    lines_ += concat(" ", result, parameters.empty() ? "" : " ", parameters, "\n");
    const auto value = static_cast<size_t>(outputs[0].value);
    const int uses = uses_[value];
    if (uses < 2) {
      blobs_[value] = {result};
      return;
    }
    lines_ += concat("Split l", layers_++, " 1 ", uses, " ", result);
    for (int i = 0; i < uses; ++i) {
      blobs_[value].push_back(concat("b", count_++));
      lines_ += " " + blobs_[value].back();
    }
    lines_ += "\n";
  }

  void weights(const torch::Tensor& tensor) {
    const auto floats = tensor.to(at::kFloat).contiguous();
    const auto* const bytes = static_cast<const std::byte*>(floats.data_ptr());
    bin_.insert(bin_.end(), bytes, bytes + floats.nbytes());
  }

  void add(const TracedOperator& op) {
    const auto one = [&](const char* type, const std::string& parameters = "") {
      layer(type, {op.tensor(0)}, op.results, parameters);
    };
    if (op.name == "conv2d") return convolution(op);
    if (op.name == "relu") return one("ReLU");
    if (op.name == "leaky_relu") return one("ReLU", concat("0=", op.number(1, 0.01)));
    if (op.name == "sigmoid") return one("Sigmoid");
    if (op.name == "silu") return one("Swish");
    if (op.name == "pixel_shuffle") return one("PixelShuffle", concat("0=", op.integer(1)));
    if (op.name == "prelu") {
      one("PReLU", concat("0=", op.tensor(1).constant.numel()));
      return weights(op.tensor(1).constant);
    }
    if (op.name == "cat" && op.axis(1) == 1)
      return layer("Concat", op.tensors[0], op.results, "0=0");
    if (op.name == "upsample_nearest2d") {
      const auto &from = op.shape(), &to = op.results[0].shape;
      if (to[2] % from[2] == 0 && to[3] % from[3] == 0)
        return one("Interp", concat("0=1 1=", to[2] / from[2], " 2=", to[3] / from[3]));
    }
    static constexpr std::array<std::string_view, 4> kBinary = {"add", "sub", "mul", "div"};
    const auto binary = std::ranges::find(kBinary, op.name);
    if (binary != kBinary.end() && op.tensor(0).value >= 0) {
      const auto number = std::to_string(binary - kBinary.begin());
      if (op.number(2, 1) != 1) multiply(op.tensor(1), op.number(2));
      if (op.tensor(1).value >= 0)
        return layer("BinaryOp", {op.tensor(0), op.tensor(1)}, op.results, "0=" + number);
      if (op.has(1)) return one("BinaryOp", concat("0=", number, " 1=1 2=", op.number(1)));
    }
    refuse("the operator " + op.name);
  }

  [[noreturn]] void refuse(const std::string& why) const {
    fail(ErrorKind::kFailed, "network ", network_, " cannot be written for ncnn: it has ", why,
         "; ONNX takes more networks");
  }

  // Another value than the first one of the layer that takes it next.
  void multiply(const Traced& tensor, double factor) {
    if (tensor.value < 0) refuse("multiplied constants");
    const std::string result = concat("b", count_++);
    lines_ += concat("BinaryOp l", layers_++, " 1 1 ", take(tensor), " ", result,
                     " 0=2 1=1 2=", factor, "\n");
    blobs_[static_cast<size_t>(tensor.value)].push_back(result);
  }

  // conv2d(x, weight, bias, stride, padding, dilation, groups)
  void convolution(const TracedOperator& op) {
    const torch::Tensor weight = op.tensor(1).constant, bias = op.tensor(2).constant;
    if (!weight.defined() || op.arguments[4].isString()) refuse("convolutions of another kind");
    const auto pair = [&](size_t place, int key, int64_t otherwise) {
      const auto values = op.integers(place);
      const int64_t rows = values.empty() ? otherwise : values[0],
                    columns = values.empty() ? otherwise : values.back();
      return concat(" ", key, "=", columns, " ", key + 10, "=", rows);
    };
    const int64_t groups = op.integer(6, 1);
    layer(groups > 1 ? "ConvolutionDepthWise" : "Convolution", {op.tensor(0)}, op.results,
          concat("0=", weight.size(0), " 1=", weight.size(3), " 11=", weight.size(2), pair(5, 2, 1),
                 pair(3, 3, 1), pair(4, 4, 0), " 5=", bias.defined() ? 1 : 0, " 6=", weight.numel(),
                 groups > 1 ? concat(" 7=", groups) : ""));
    bin_.insert(bin_.end(), 4, std::byte{0});  // floats follow
    weights(weight);
    if (bias.defined()) weights(bias);
  }

  std::string network_, lines_;
  std::vector<std::byte> bin_;
  std::vector<int> uses_;                        // of each value
  std::vector<std::vector<std::string>> blobs_;  // of each value: those that are not yet taken
  int layers_ = 0, count_ = 0;
};

}  // namespace

void write_ncnn_network(const std::string& param, const LoadedNetwork& loaded) {
  const NetworkTraits traits = loaded.network->traits();
  check(find_network(loaded.name).task == Task::kImage, ErrorKind::kSettings, "network ",
        loaded.name, ": only networks that make pictures of pictures can be written for ncnn");
  loaded.network->to(at::kDouble);
  const int side = padded_side(16, traits);
  const auto image = torch::full({1, traits.in_channels, side, side}, 0.5, at::kDouble);
  const NcnnWriter writer(trace(*loaded.network, image), loaded.name);
  AtomicFile bin(param.substr(0, param.rfind('.')) + ".bin");
  bin.write(writer.bin());
  bin.commit();
  write_text_file(param, writer.param());
}

}  // namespace gan::training
