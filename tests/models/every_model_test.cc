// SPDX-License-Identifier: LGPL-2.1-or-later
// What every line of the table must do, tested for lines that are not known here by name.
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "core/error.h"
#include "models/blocks/transformer_frame.h"
#include "models/checkpoint.h"
#include "models/machine/device.h"
#include "models/table.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/models/small_options.h"

namespace gan {
namespace {

// A line of the table with one option away from its default.
struct Variant {
  const TableEntry* entry;
  std::string option, value;

  std::unique_ptr<Options> options() const {
    auto options = test::small_options(*entry);
    if (option.empty()) return options;
    read_options(*options, {{option, value}}, "test");
    if (option == "upsampler" && value == "none") read_options(*options, {{"scale", "1"}}, "test");
    try {
      entry->create(*options);
    } catch (const Error&) {  // Augmented CycleGAN without a code
      read_options(*options, {{"latent", "0"}}, "test");
    }
    return options;
  }
};

void PrintTo(const Variant& variant, std::ostream* out) {
  *out << variant.entry->name << " " << variant.option << "=" << variant.value;
}

// Every line, and each of its choices: the words of a text, both values of a flag.
std::vector<Variant> variants() {
  std::vector<Variant> all;
  for (const auto& entry : network_table()) {
    all.push_back({&entry, "", ""});
    for (const auto& option : describe_options(*entry.make_options())) {
      // What transformers have in common is varied in one of them.
      const auto options = entry.make_options();
      if (dynamic_cast<const TransformerOptions*>(options.get()) && entry.name != "swinir" &&
          (option.name == "upsampler" || option.name == "group_conv" || option.name == "mean"))
        continue;
      std::istringstream words(option.value == "true"    ? "false"
                               : option.value == "false" ? "true"
                                                         : option.range);
      if (option.range.find('|') == std::string::npos && option.value != "true" &&
          option.value != "false")
        continue;
      for (std::string word; std::getline(words, word, '|');) {
        std::erase(word, ' ');
        if (word != option.value) all.push_back({&entry, option.name, word});
      }
    }
  }
  for (const auto& [name, option, value] : {std::tuple("compact", "scale", "1"),
                                            {"compact", "unshuffle", "2"},
                                            {"rrdbnet", "scale", "1"},
                                            {"rrdbnet", "scale", "2"},
                                            {"rrdbnet", "doublings", "3"},
                                            {"resnet_unet", "scale", "2"},
                                            {"autoencoder", "scale", "3"},
                                            {"sr_unet", "scale", "1"},
                                            {"vae_sr", "scale", "3"},
                                            {"stylegan2", "classes", "3"},
                                            {"dcgan", "side", "28"},
                                            {"dcgan_discriminator", "side", "28"},
                                            {"vgg_style", "side", "256"},
                                            {"vae", "channels", "1"},
                                            {"rcan", "unshuffle", "2"},
                                            {"realcugan", "scale", "4"},
                                            {"compact", "in_channels", "1"}})
    all.push_back({&find_network(name), option, value});
  return all;
}

class EveryModel : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override { torch::manual_seed(3); }

  static std::unique_ptr<Options> small_options() { return GetParam().options(); }
  static std::shared_ptr<Network> create() { return GetParam().entry->create(*small_options()); }

  // The smallest picture that is worth a test, `units` size multiples larger, not square.
  static NetworkInput input(const NetworkTraits& traits, int units) {
    NetworkInput in;
    const int multiple = traits.size_multiple;
    const int height =
        traits.fixed_side ? traits.fixed_side : padded_side(64, traits) + multiple * units;
    const int width = traits.fixed_side ? traits.fixed_side : height + multiple;
    if (traits.in_channels)
      in.image = torch::rand({2, traits.in_channels, height, width}) * (traits.high - traits.low) +
                 traits.low;
    const Task task = GetParam().entry->task;
    const bool takes_code = task == Task::kImageLatent || task == Task::kLatent ||
                            task == Task::kLatentLabel || !traits.in_channels;
    if (takes_code && traits.latent > 0) in.latent = torch::randn({2, traits.latent});
    if (traits.classes) in.label = torch::tensor({0, traits.classes - 1});
    return in;
  }
};

TEST_P(EveryModel, SavesAndLoadsBitForBit) {
  const test::Scratch scratch;
  const TableEntry& entry = *GetParam().entry;
  const auto options = small_options();
  const auto network = entry.create(*options);
  save_network(scratch.file("a"), *network, entry.name, *options, {{"note", "kept"}});
  const LoadedNetwork loaded = load_network(open_tensor_file(scratch.file("a")));
  EXPECT_EQ(loaded.name, entry.name);
  EXPECT_EQ(loaded.options, write_options(*options));
  EXPECT_EQ(loaded.metadata.at("note"), "kept");
  const auto before = state_dict(*network), after = state_dict(*loaded.network);
  ASSERT_EQ(before.size(), after.size());
  for (size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i].first, after[i].first);
    EXPECT_TRUE(torch::equal(before[i].second, after[i].second)) << before[i].first;
  }
  torch::NoGradGuard no_grad;
  network->eval();
  const NetworkInput in = input(network->traits(), 1);
  EXPECT_TRUE(torch::equal(network->run(in), loaded.network->run(in)));
}

TEST_P(EveryModel, RunsForwardAndBackwardOnEverySizeItTakes) {
  const auto network = create();
  const NetworkTraits traits = network->traits();
  for (const int units : {0, 1, 3}) {
    const NetworkInput in = input(traits, units);
    network->zero_grad();
    const auto output = network->run(in);
    ASSERT_EQ(output.size(0), 2);
    EXPECT_TRUE(output.isfinite().all().item<bool>());
    if (traits.out_channels && in.image.defined()) {
      EXPECT_EQ(output.size(1), traits.out_channels);
      EXPECT_EQ(output.size(2), in.image.size(2) * traits.scale);
      EXPECT_EQ(output.size(3), in.image.size(3) * traits.scale);
    } else if (traits.out_channels) {
      EXPECT_EQ(output.sizes(), (std::vector<int64_t>{2, traits.out_channels, traits.out_height,
                                                      traits.out_width}));
    }
    if (GetParam().entry->task == Task::kEncoder) {
      EXPECT_EQ(output.size(1), traits.latent);
    }
    output.square().sum().backward();
    int reached = 0;
    for (const auto& parameter : network->parameters()) reached += parameter.grad().defined();
    EXPECT_GT(reached, 0);
  }
}

TEST_P(EveryModel, RefusesSizesThatItDoesNotTake) {
  const auto network = create();
  const NetworkTraits traits = network->traits();
  if (traits.in_channels == 0) return;
  NetworkInput in = input(traits, 1);
  const auto whole = in.image;
  in.image = whole.slice(1, 0, traits.in_channels - 1);
  EXPECT_THROW(network->run(in), Error) << "a channel less";
  in.image = whole.slice(3, 1);
  if (traits.fixed_side || (traits.size_multiple > 1 && !traits.takes_other_sizes)) {
    EXPECT_THROW(network->run(in), Error) << "a column less";
  } else {
    const auto output = network->run(in);
    EXPECT_TRUE(output.isfinite().all().item<bool>());
    if (traits.out_channels) {
      EXPECT_GE(output.size(3), in.image.size(3) * traits.scale);
    }
  }
  if (traits.min_side > 1) {
    in.image = whole.slice(3, 0, traits.min_side - 1);
    EXPECT_THROW(network->run(in), Error) << "too narrow";
  }
}

TEST_P(EveryModel, RefusesCodesAndLabelsThatItDoesNotTake) {
  const auto network = create();
  const NetworkTraits traits = network->traits();
  const NetworkInput in = input(traits, 1);
  NetworkInput wrong = in;
  if (in.latent.defined()) {
    wrong.latent = torch::randn({2, traits.latent + 1});
    EXPECT_THROW(network->run(wrong), Error);
  }
  if (in.label.defined()) {
    wrong = in;
    wrong.label = torch::tensor({0, traits.classes});
    EXPECT_THROW(network->run(wrong), Error);
    wrong.label = torch::Tensor();
    EXPECT_THROW(network->run(wrong), Error);
    // A one-hot weight is the label.
    torch::NoGradGuard no_grad;
    network->eval();
    wrong.label = torch::one_hot(in.label, traits.classes).to(torch::kFloat);
    EXPECT_TRUE(torch::equal(network->run(wrong), network->run(in)));
  }
}

TEST_P(EveryModel, GivesTheSameInChannelsLast) {
  torch::NoGradGuard no_grad;
  const auto network = create();
  const NetworkTraits traits = network->traits();
  if (traits.in_channels == 0) return;
  network->eval();
  NetworkInput in = input(traits, 1);
  const auto expected = network->run(in);
  in.image = in.image.contiguous(torch::MemoryFormat::ChannelsLast);
  for (auto& parameter : network->parameters())
    if (parameter.dim() == 4)
      parameter.set_data(parameter.data().contiguous(torch::MemoryFormat::ChannelsLast));
  const double largest = expected.abs().max().item<double>();
  EXPECT_LT((network->run(in) - expected).abs().max().item<double>(), 1e-4 * (1 + largest));
}

// bf16 keeps 8 bits of a number. With freshly initialised weights the rounding of all layers stays
// so far below a picture; a judgement or code is a sum that may nearly cancel.
constexpr double kBf16PictureDb = 25, kBf16NumberDb = 15;

TEST_P(EveryModel, Bf16HasTheShapeAndNearlyTheValuesOfFp32) {
  if (!cpu_computes_bf16()) GTEST_SKIP() << "this processor has no bf16";
  torch::NoGradGuard no_grad;
  const auto network = create();
  network->eval();
  NetworkInput in = input(network->traits(), 1);
  const auto expected = network->run(in);
  network->to(torch::kBFloat16);
  if (in.image.defined()) in.image = in.image.to(torch::kBFloat16);
  if (in.latent.defined()) in.latent = in.latent.to(torch::kBFloat16);
  const auto actual = network->run(in);
  EXPECT_EQ(actual.scalar_type(), torch::kBFloat16);
  ASSERT_EQ(actual.sizes(), expected.sizes());
  const double signal = expected.square().mean().item<double>();
  const double noise = (actual.to(torch::kFloat) - expected).square().mean().item<double>();
  const double snr_db = 10 * std::log10(signal / noise);
  std::printf("bf16    %-28s %.1f dB\n", std::string(GetParam().entry->name).c_str(), snr_db);
  EXPECT_GE(snr_db, network->traits().out_channels ? kBf16PictureDb : kBf16NumberDb);
}

TEST_P(EveryModel, AnOutputPixelReachesNoFurtherThanDeclared) {
  const auto network = create();
  {
    torch::NoGradGuard no_grad;
    for (auto& weight : network->parameters())  // what starts at 0 hides the rest
      if (weight.dim() == 4 && weight.count_nonzero().item<int64_t>() == 0) weight.normal_(0, 0.02);
  }
  const NetworkTraits traits = network->traits();
  const int radius = traits.receptive_radius;
  if (!traits.out_channels || traits.in_channels == 0 || radius == kGlobalRadius) return;
  // The gradient of one output pixel with respect to the input is 0 outside the radius.
  network->eval();
  NetworkInput in = input(traits, 0);
  const int multiple = traits.size_multiple,
            side = (2 * radius + 3 + multiple) / multiple * multiple;
  in.image = torch::rand({1, traits.in_channels, side, side}).set_requires_grad(true);
  if (in.latent.defined()) in.latent = in.latent.slice(0, 0, 1);
  const auto output = network->run(in);
  const int64_t middle = output.size(2) / 2;
  output.select(2, middle).select(2, middle).sum().backward();
  const auto touched = in.image.grad().abs().sum(at::IntArrayRef({0, 1})).gt(0).nonzero();
  ASSERT_GT(touched.size(0), 0);
  const int64_t at = middle / traits.scale;
  const int64_t reach = (touched - at).abs().max().item().toLong();
  EXPECT_LE(reach, radius);
  // Declared generously is slow: tiles carry the radius as a border.
  EXPECT_GE(reach, radius / 2) << "of " << radius;
}

TEST_P(EveryModel, RefusesMissingAndForeignTensors) {
  const test::Scratch scratch;
  const TableEntry& entry = *GetParam().entry;
  const auto options = small_options();
  const auto network = entry.create(*options);
  TensorWriter fewer;
  const auto state = state_dict(*network);
  for (size_t i = 1; i < state.size(); ++i) fewer.add(state[i].first, state[i].second);
  fewer.add("stranger", state[0].second);
  fewer.write(scratch.file("a"), {{"gan.format", "1"},
                                  {"gan.network", std::string(entry.name)},
                                  {"gan.options", options_to_json(*options)}});
  EXPECT_THROW(load_network(open_tensor_file(scratch.file("a"))), Error);
}

INSTANTIATE_TEST_SUITE_P(Table, EveryModel, testing::ValuesIn(variants()), [](const auto& chosen) {
  const Variant& variant = chosen.param;
  std::string name(variant.entry->name);
  if (!variant.option.empty()) name += "_" + variant.option + "_" + variant.value;
  return name;
});

}  // namespace
}  // namespace gan
