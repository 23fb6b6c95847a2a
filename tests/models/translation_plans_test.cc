// SPDX-License-Identifier: LGPL-2.1-or-later
// Plans of the networks that translate pictures, beside their modules.
#include "core/error.h"
#include "models/generators/augcyclegan.h"
#include "models/generators/dped.h"
#include "models/generators/resnet.h"
#include "models/generators/wespe.h"
#include "tests/models/plans.h"

namespace gan {
namespace {

TEST(Plans, WespeIsTheModuleWithEveryOption) {
  for (const bool residual : {false, true})
    for (const int features : {3, 16, 40}) {
      SCOPED_TRACE(concat("residual ", residual, ", features ", features));
      WespeOptions options;
      options.residual = residual, options.features = features;
      expect_plan<Wespe>(options, wespe_plan, {29, 14});
    }
}

TEST(Plans, DpedIsTheModuleWithEveryOption) {
  for (const int features : {3, 24})
    for (const int blocks : {1, 4}) {
      SCOPED_TRACE(concat("features ", features, ", blocks ", blocks));
      DpedOptions options;
      options.features = features, options.blocks = blocks, options.epsilon = 0.01;
      expect_plan<Dped>(options, dped_plan, {29, 14});
    }
}

void expect_resnet(const ResnetOptions& options) {
  SCOPED_TRACE(concat(options.norm, " ", options.test_norm, " ", options.padding, ", blocks ",
                      options.blocks, ", dropout ", options.dropout, ", residual ",
                      options.residual, ", in ", options.in_channels, ", out ",
                      options.out_channels));
  expect_plan<Resnet>(options, resnet_plan, {36, 20}, {}, /*beyond=*/3);
}

TEST(Plans, ResnetIsTheModuleWithEveryOption) {
  ResnetOptions options;
  options.features = 12;
  for (const char* norm : {"instance", "batch", "none"})
    for (const char* test_norm : {"running", "batch"})
      for (const char* padding : {"reflect", "replicate", "zero"})
        for (const int blocks : {0, 2}) {
          options.norm = norm, options.test_norm = test_norm, options.padding = padding;
          options.blocks = blocks;
          expect_resnet(options);
        }
  options.norm = "batch";
  for (const bool dropout : {false, true})
    for (const bool residual : {false, true}) {
      options.dropout = dropout, options.residual = residual;
      expect_resnet(options);
    }
  options.residual = false;
  options.in_channels = 2, options.out_channels = 1, options.features = 16;
  expect_resnet(options);
}

TEST(Plans, AugCycleGanIsTheModuleWithEveryCode) {
  for (const bool residual : {false, true})
    for (const int features : {5, 16})
      for (const Code& code : {Code{0, 0}, Code{1, -0.5f}}) {
        SCOPED_TRACE(concat("residual ", residual, ", features ", features, ", code ", code[0]));
        AugCycleGanOptions options;
        options.residual = residual, options.features = features, options.latent = 2;
        const auto make = [&](const auto& of, const Parameters& parameters) {
          return augcyclegan_plan(of, parameters, code);
        };
        expect_plan<AugCycleGan>(options, make, {29, 14}, code);
      }
}

TEST(Plans, TranslationsThatHaveNoneAreRefused) {
  const Parameters none = [](const std::string&, const std::vector<int64_t>&) {
    return std::vector<float>();
  };
  AugCycleGanOptions code;
  code.style = "cin";
  EXPECT_THROW(augcyclegan_plan(code, none, {}), Error);
  ResnetOptions resnet;
  resnet.residual = true, resnet.out_channels = 1;
  EXPECT_THROW(resnet_plan(resnet, none), Error);
}

}  // namespace
}  // namespace gan
