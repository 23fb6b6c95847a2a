// SPDX-License-Identifier: LGPL-2.1-or-later
// Plans beside the modules of the same networks, on the same weights.
#pragma once

#include <gtest/gtest.h>

#include "models/checkpoint.h"
#include "models/libtorch/device_plan.h"
#include "models/network.h"
#include "models/plans/parameters.h"
#include "tests/core/conv/plans.h"

namespace gan {

// The module's parameters, each of which a plan must have asked for in the end.
class ModuleParameters {
 public:
  explicit ModuleParameters(const torch::nn::Module& module) {
    for (const auto& [name, tensor] : state_dict(module))
      if (!name.ends_with("num_batches_tracked")) left_[name] = tensor;
  }
  std::vector<float> operator()(const std::string& name, const std::vector<int64_t>& shape) {
    const torch::Tensor tensor = left_.at(name).contiguous();
    EXPECT_EQ(tensor.sizes(), at::IntArrayRef(shape)) << name;
    left_.erase(name);
    return {tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel()};
  }
  size_t left() const { return left_.size(); }

 private:
  std::map<std::string, torch::Tensor> left_;
};

// Weights of a size that keeps what the layers add visible.
inline void randomise(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  for (auto& parameter : module.parameters()) {
    const double fan_in = parameter.dim() == 4 ? static_cast<double>(parameter[0].numel()) : 9;
    parameter.uniform_(-1, 1).mul_(std::sqrt(2 / fan_in));
  }
  for (auto& buffer : module.buffers())  // running statistics
    if (buffer.is_floating_point()) buffer.uniform_(0.2, 1);
}

// code: of networks that take one. beyond: by how many pixels the plan's reach, which adds up what
// each layer sees, may exceed the module's, which knows of which pixels of a size that is.
inline void expect_the_modules(Network& network, const conv::Plan& plan, Size size,
                               const Code& code = {}, int beyond = 0) {
  const torch::NoGradGuard no_grad;
  const auto traits = network.traits();
  const auto shape = conv::shapes(plan).back();
  EXPECT_EQ(plan.in_channels, traits.in_channels);
  EXPECT_EQ(shape, (conv::Shape{traits.out_channels, traits.scale, 1}));
  EXPECT_EQ(conv::size_multiple(plan), traits.size_multiple);
  EXPECT_EQ(conv::reach(plan) == conv::kWhole, traits.receptive_radius == kGlobalRadius);
  EXPECT_LE(conv::reach(plan), traits.receptive_radius + beyond);
  const conv::Channels picture = conv::random_picture(plan.in_channels, size);
  const torch::Tensor image = torch::from_blob(const_cast<float*>(picture.values.data()),
                                               {1, picture.channels, size.height, size.width})
                                  .clone();
  NetworkInput input{.image = to_network_range(image, traits)};
  if (!code.empty()) input.latent = torch::tensor(code).unsqueeze(0);
  const torch::Tensor expected = from_network_range(network.run(input), traits).contiguous();
  conv::Channels as_channels(shape.channels, shape.of(size));
  ASSERT_EQ(as_channels.values.size(), static_cast<size_t>(expected.numel()));
  std::copy_n(expected.data_ptr<float>(), expected.numel(), as_channels.values.begin());
  EXPECT_LT(conv::difference(conv::run_fast(plan, picture), as_channels), 2e-4);
  const auto on_device = DevicePlan(plan, torch::kCPU, torch::kFloat).run(image);
  EXPECT_LT((on_device - expected).abs().max().item<float>(), 2e-4);
}

// Of a network with random weights, beside make(parameters); change(network) may change them
// before.
template <class Net, class Make, class Change>
void expect_plan_of_changed(const typename Net::OptionsType& options, const Make& make, Size size,
                            const Change& change, const Code& code = {}, int beyond = 0) {
  Net network(options);
  network.eval();
  randomise(network);
  change(network);
  ModuleParameters parameters(network);
  const conv::Plan plan = make(options, std::ref(parameters));
  EXPECT_EQ(parameters.left(), 0u);
  expect_the_modules(network, plan, size, code, beyond);
}
template <class Net, class Make>
void expect_plan(const typename Net::OptionsType& options, const Make& make, Size size,
                 const Code& code = {}, int beyond = 0) {
  const auto unchanged = [](Net&) {};
  expect_plan_of_changed<Net>(options, make, size, unchanged, code, beyond);
}

}  // namespace gan
