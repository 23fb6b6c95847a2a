// SPDX-License-Identifier: LGPL-2.1-or-later
// Plans beside the modules of the same networks, on the same weights.
#include "tests/models/plans.h"
#include "core/error.h"
#include "models/builtin.h"
#include "models/generators/compact.h"
#include "models/generators/rrdbnet.h"
#include "models/generators/span.h"

namespace gan {
namespace {

void expect_compact(const CompactOptions& options) {
  SCOPED_TRACE(concat("in ", options.in_channels, ", out ", options.out_channels, ", features ",
                      options.features, ", convs ", options.convs, ", scale ", options.scale,
                      ", unshuffle ", options.unshuffle, ", ", options.activation));
  const int side = options.unshuffle;
  expect_plan<CompactNet>(options, compact_plan, {side * (21 / side), side * (14 / side)});
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
  for (int unshuffle = 2; unshuffle <= 4; ++unshuffle)
    for (const int scale : {1, 2, 3}) {
      CompactOptions options;
      options.features = 12;
      options.convs = 2;
      options.scale = scale;
      options.unshuffle = unshuffle;
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
  expect_plan<RrdbNet>(options, rrdbnet_plan, {24, 16});
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

TEST(Plans, SpanIsTheModuleWithEveryOption) {
  for (const bool branches : {false, true})
    for (const bool normalise : {false, true})
      for (const auto& [in, out, features, scale] :
           {std::tuple{3, 3, 16, 4}, {1, 1, 5, 2}, {4, 3, 17, 1}, {3, 3, 48, 2}}) {
        SCOPED_TRACE(concat("branches ", branches, ", normalise ", normalise, ", in ", in, ", out ",
                            out, ", features ", features, ", scale ", scale));
        SpanOptions options;
        options.branches = branches, options.normalise = normalise;
        options.in_channels = in, options.out_channels = out;
        options.features = features, options.scale = scale;
        const auto quieten = [&](Span& network) {  // values of 0 to 255 would shut every gate
          const torch::NoGradGuard no_grad;
          for (auto& item : network.named_parameters())
            if (normalise && item.key().starts_with("conv_1."))
              item.value().mul_(branches ? 0.15 : 0.004);
        };
        expect_plan_of_changed<Span>(options, span_plan, {21, 14}, quieten);
      }
}

TEST(Plans, OptionsThatDoNotGoTogetherAreRefused) {
  const Parameters none = [](const std::string&, const std::vector<int64_t>&) {
    return std::vector<float>();
  };
  CompactOptions compact;
  compact.in_channels = 3;
  compact.out_channels = 1;
  EXPECT_THROW(compact_plan(compact, none), Error);
  RrdbNetOptions rrdb;
  rrdb.scale = 3;
  EXPECT_THROW(rrdbnet_plan(rrdb, none), Error);
  rrdb = {};
  rrdb.plus = true;
  EXPECT_THROW(rrdbnet_plan(rrdb, none), Error);
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
