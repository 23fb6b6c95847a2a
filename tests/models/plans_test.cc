// SPDX-License-Identifier: LGPL-2.1-or-later
// Plans beside the modules of the same networks, on the same weights.
#include <gtest/gtest.h>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/generators/compact.h"
#include "models/generators/rrdbnet.h"
#include "tests/core/conv/plans.h"

namespace gan {
namespace {

// The module's parameters, each of which a plan must have asked for in the end.
class ModuleParameters {
 public:
  explicit ModuleParameters(const torch::nn::Module& module) {
    for (const auto& [name, tensor] : state_dict(module)) left_[name] = tensor;
  }
  std::vector<float> operator()(const std::string& name) {
    const torch::Tensor tensor = left_.at(name).contiguous();
    left_.erase(name);
    return {tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel()};
  }
  size_t left() const { return left_.size(); }

 private:
  std::map<std::string, torch::Tensor> left_;
};

// Weights of a size that keeps what the layers add visible.
void randomise(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(1);
  for (auto& parameter : module.parameters()) {
    const double fan_in = parameter.dim() == 4 ? static_cast<double>(parameter[0].numel()) : 9;
    parameter.uniform_(-1, 1).mul_(std::sqrt(2 / fan_in));
  }
}

void expect_the_modules(ImageNetwork& network, const conv::Plan& plan, Size size) {
  const torch::NoGradGuard no_grad;
  const auto traits = network.traits();
  const auto shape = conv::shapes(plan).back();
  EXPECT_EQ(plan.in_channels, traits.in_channels);
  EXPECT_EQ(shape, (conv::Shape{traits.out_channels, traits.scale, 1}));
  EXPECT_EQ(conv::size_multiple(plan), traits.size_multiple);
  EXPECT_LE(conv::reach(plan), traits.receptive_radius);
  const conv::Channels picture = conv::random_picture(plan.in_channels, size);
  const torch::Tensor image = torch::from_blob(const_cast<float*>(picture.values.data()),
                                               {1, picture.channels, size.height, size.width})
                                  .clone();
  const torch::Tensor expected = network.forward(image).contiguous();
  conv::Channels as_channels(shape.channels, shape.of(size));
  ASSERT_EQ(as_channels.values.size(), static_cast<size_t>(expected.numel()));
  std::copy_n(expected.data_ptr<float>(), expected.numel(), as_channels.values.begin());
  EXPECT_LT(conv::difference(conv::run_fast(plan, picture), as_channels), 2e-4);
}

void expect_compact(const CompactOptions& options) {
  SCOPED_TRACE(concat("in ", options.in_channels, ", out ", options.out_channels, ", features ",
                      options.features, ", convs ", options.convs, ", scale ", options.scale, ", ",
                      options.activation));
  CompactNet network(options);
  network.eval();
  randomise(network);
  ModuleParameters parameters(network);
  const conv::Plan plan = compact_plan(options, std::ref(parameters));
  EXPECT_EQ(parameters.left(), 0u);
  expect_the_modules(network, plan, {21, 14});
}

TEST(Plans, CompactIsTheModuleWithEveryOption) {
  for (const char* activation : {"prelu", "relu", "leakyrelu"})
    for (int scale = 1; scale <= 8; ++scale) {
      CompactOptions options;
      options.features = 12;
      options.convs = 2;
      options.scale = scale;
      options.activation = activation;
      expect_compact(options);
    }
  for (const auto& [in, out] : {std::pair{1, 1}, {1, 2}, {1, 3}, {1, 4}, {2, 2}, {3, 3}, {4, 4}})
    for (const int features : {1, 17, 64})
      for (const int convs : {0, 3}) {
        CompactOptions options;
        options.in_channels = in;
        options.out_channels = out;
        options.features = features;
        options.convs = convs;
        options.scale = 2;
        expect_compact(options);
      }
}

void expect_rrdbnet(const RrdbNetOptions& options) {
  SCOPED_TRACE(concat("in ", options.in_channels, ", out ", options.out_channels, ", scale ",
                      options.scale, ", doublings ", options.doublings, ", features ",
                      options.features, ", blocks ", options.blocks, ", growth ", options.growth));
  RrdbNet network(options);
  network.eval();
  randomise(network);
  ModuleParameters parameters(network);
  const conv::Plan plan = rrdbnet_plan(options, std::ref(parameters));
  EXPECT_EQ(parameters.left(), 0u);
  expect_the_modules(network, plan, {24, 16});
}

TEST(Plans, RrdbNetIsTheModuleWithEveryOption) {
  for (int doublings = 0; doublings <= 4; ++doublings)
    for (int part = 1; part <= 4 && part <= 1 << doublings; part *= 2) {
      RrdbNetOptions options;
      options.scale = (1 << doublings) / part;
      options.doublings = doublings;
      options.features = 16;
      options.blocks = 1;
      options.growth = 8;
      expect_rrdbnet(options);
    }
  for (const int in : {1, 3, 4})
    for (const int out : {1, 3, 4})
      for (const auto& [features, growth] : {std::pair{1, 1}, {24, 12}, {64, 32}}) {
        RrdbNetOptions options;
        options.in_channels = in;
        options.out_channels = out;
        options.features = features;
        options.growth = growth;
        options.blocks = 2;
        options.scale = 2;
        options.doublings = 1;
        expect_rrdbnet(options);
      }
}

TEST(Plans, OptionsThatDoNotGoTogetherAreRefused) {
  const Parameters none = [](const std::string&) { return std::vector<float>(); };
  CompactOptions compact;
  compact.in_channels = 3;
  compact.out_channels = 1;
  EXPECT_THROW(compact_plan(compact, none), Error);
  RrdbNetOptions rrdb;
  rrdb.scale = 3;
  EXPECT_THROW(rrdbnet_plan(rrdb, none), Error);
  EXPECT_THROW(rrdbnet_plan({}, none), Error);  // no weights
}

TEST(Plans, TheBuiltInX2IsTheModule) {
  const LoadedNetwork loaded = load_network(open_model(""));
  ASSERT_EQ(loaded.name, "compact");
  CompactOptions options;
  options.features = 32;
  options.convs = 5;
  options.scale = 2;
  ModuleParameters parameters(*loaded.network);
  const conv::Plan plan = compact_plan(options, std::ref(parameters));
  EXPECT_EQ(parameters.left(), 0u);
  expect_the_modules(dynamic_cast<ImageNetwork&>(*loaded.network), plan, {98, 61});
}

}  // namespace
}  // namespace gan
