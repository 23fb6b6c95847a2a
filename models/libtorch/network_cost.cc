// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/network_cost.h"

#include <ATen/record_function.h>

#include <cstring>

#include "models/machine/device.h"

namespace gan {
namespace {

constexpr int kCostProbe = 64;  // a multiple of most windows

// Of the thread that has the callback. Matrices within a convolution are its own.
thread_local int t_convolutions = 0;
thread_local double t_macs = 0;

torch::Tensor tensor(const at::RecordFunction& function, size_t place) {
  const auto inputs = function.inputs();
  return place < inputs.size() && inputs[place].isTensor() ? inputs[place].toTensor()
                                                           : torch::Tensor();
}

double count(const at::RecordFunction& function) {
  const auto matrices = [&](size_t first) {
    const auto a = tensor(function, first), b = tensor(function, first + 1);
    return a.defined() && b.defined() && b.dim() >= 2
               ? static_cast<double>(a.numel()) * static_cast<double>(b.size(-1))
               : 0;
  };
  const char* const name = function.name();
  if (std::strcmp(name, "aten::mm") == 0 || std::strcmp(name, "aten::bmm") == 0) return matrices(0);
  if (std::strcmp(name, "aten::addmm") == 0) return matrices(1);
  return 0;
}

bool is_convolution(const at::RecordFunction& function) {
  return std::strcmp(function.name(), "aten::convolution") == 0;
}

// Every weight meets every place of the output, or of the input where that is the smaller.
double count_convolution(const at::RecordFunction& function) {
  const auto input = tensor(function, 0), weight = tensor(function, 1);
  if (!input.defined() || !weight.defined()) return 0;
  const auto numbers = [&](size_t place) { return function.inputs()[place].toIntVector(); };
  const auto stride = numbers(3), padding = numbers(4), dilation = numbers(5);
  const bool transposed = function.inputs()[6].toBool();
  double places = static_cast<double>(input.size(0));
  for (int64_t axis = 2; axis < input.dim(); ++axis) {
    const auto i = static_cast<size_t>(axis - 2);
    const int64_t reach = dilation[i % dilation.size()] * (weight.size(axis) - 1);
    const int64_t side = input.size(axis);
    places *= static_cast<double>(
        transposed
            ? side
            : (side + 2 * padding[i % padding.size()] - reach - 1) / stride[i % stride.size()] + 1);
  }
  return places * static_cast<double>(weight.numel());
}

// What went in is known at the beginning alone.
std::unique_ptr<at::ObserverContext> begin(const at::RecordFunction& function) {
  const bool convolution = is_convolution(function);
  if (t_convolutions == 0) t_macs += convolution ? count_convolution(function) : count(function);
  t_convolutions += convolution;
  return nullptr;
}

void end(const at::RecordFunction& function, at::ObserverContext*) {
  t_convolutions -= is_convolution(function);
}

}  // namespace

double predict_macs(const LoadedNetwork& loaded, Size picture) {
  torch::InferenceMode inference;
  set_threads_of_this_thread(available_threads());
  const NetworkTraits traits = loaded.network->traits();
  const int side = traits.fixed_side ? traits.fixed_side : padded_side(kCostProbe, traits);
  NetworkInput input{.image = torch::rand({1, traits.in_channels, side, side}) *
                                  (traits.high - traits.low) +
                              traits.low};
  input.image = input.image.contiguous(torch::MemoryFormat::ChannelsLast);
  if (traits.latent) input.latent = torch::zeros({1, traits.latent});
  t_macs = 0;
  const auto handle = at::addThreadLocalCallback(
      at::RecordFunctionCallback(begin, end).needsInputs(true).scopes({at::RecordScope::FUNCTION}));
  loaded.network->run(input);
  at::removeCallback(handle);
  return t_macs * static_cast<double>(picture.area()) / (double{1} * side * side);
}

}  // namespace gan
