// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks with residual=true begin as the identity, whatever the rest of them is.
#include <gtest/gtest.h>

#include "core/error.h"
#include "models/table.h"
#include "tests/models/small_options.h"

namespace gan {
namespace {

struct Start {
  const char* network;
  OptionValues options;
};

class ResidualStart : public testing::TestWithParam<Start> {
 protected:
  // A fresh small network and a picture of these sides in its range.
  void make(const OptionValues& more) {
    const TableEntry& entry = find_network(GetParam().network);
    const auto options = test::small_options(entry);
    OptionValues values = GetParam().options;
    values.insert(more.begin(), more.end());
    read_options(*options, values, "test");
    network_ = entry.create(*options);
  }
  NetworkInput picture(int64_t height, int64_t width) const {
    const NetworkTraits traits = network_->traits();
    NetworkInput in{.image = torch::rand({2, 3, height, width}) * (traits.high - traits.low) +
                             traits.low};
    if (traits.latent) in.latent = torch::randn({2, traits.latent});
    return in;
  }
  std::shared_ptr<Network> network_;
};

TEST_P(ResidualStart, IsTheInputToTheBitAlsoOfOddSides) {
  make({{"residual", "true"}});
  for (const bool trains : {true, false}) {
    network_->train(trains);
    for (const int64_t width : {16, 18, 21}) {
      const NetworkInput in = picture(17, width);
      EXPECT_TRUE(at::equal(network_->run(in), in.image)) << width;
    }
  }
}

TEST_P(ResidualStart, LearnsFromTheFirstStepOn) {
  make({{"residual", "true"}});
  const NetworkInput in = picture(16, 16);
  (network_->run(in) - 2 * in.image).square().mean().backward();
  double largest = 0;
  for (const auto& parameter : network_->parameters())
    if (parameter.grad().defined())
      largest = std::max(largest, parameter.grad().abs().max().item<double>());
  EXPECT_GT(largest, 0);
}

TEST_P(ResidualStart, IsNoIdentityWithoutIt) {
  make({});
  const NetworkInput in = picture(16, 16);
  EXPECT_FALSE(at::allclose(network_->run(in), in.image, 0, 0.1));
}

INSTANTIATE_TEST_SUITE_P(
    Networks, ResidualStart,
    testing::Values(Start{"wespe", {}}, Start{"resnet", {}}, Start{"resnet", {{"norm", "batch"}}},
                    Start{"resnet", {{"norm", "none"}, {"padding", "zero"}}},
                    Start{"augcyclegan", {}}, Start{"augcyclegan", {{"style", "cin"}}},
                    Start{"augcyclegan", {{"style", "instance"}, {"latent", "0"}}}),
    [](const auto& one) {
      std::string name = one.param.network;
      for (const auto& [key, value] : one.param.options) name += "_" + key + "_" + value;
      return name;
    });

TEST(Residual, WantsAsManyChannelsOutAsIn) {
  EXPECT_THROW(create_network("resnet", {{"residual", "true"}, {"out_channels", "1"}}), Error);
}

}  // namespace
}  // namespace gan
