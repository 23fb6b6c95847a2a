// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/recipes/generator.h"

#include <algorithm>
#include <list>

#include "core/error.h"
#include "models/table.h"

namespace gan::training {
namespace {

// Passes options on as generator.KEY.
class Prefixed : public OptionVisitor {
 public:
  // only: the keys that are passed on; null: all.
  Prefixed(OptionVisitor& to, const OptionValues* only) : to_(to), only_(only) {}
  bool reads() const override { return to_.reads(); }
  void integer(const char* name, int& value, int min, int max, const char* help) override {
    if (passes(name)) to_.integer(longer(name), value, min, max, help);
  }
  void real(const char* name, double& value, double min, double max, const char* help) override {
    if (passes(name)) to_.real(longer(name), value, min, max, help);
  }
  void flag(const char* name, bool& value, const char* help) override {
    if (passes(name)) to_.flag(longer(name), value, help);
  }
  void text(const char* name, std::string& value, const char* allowed, const char* help) override {
    if (passes(name)) to_.text(longer(name), value, allowed, help);
  }

 private:
  bool passes(const char* name) const { return !only_ || only_->contains(name); }
  const char* longer(const char* name) {
    return names_.emplace_back(concat("generator.", name)).c_str();
  }
  OptionVisitor& to_;
  const OptionValues* only_;
  std::list<std::string> names_;
};

}  // namespace

std::unique_ptr<Options> default_options(const std::string& table, int scale) {
  auto options = find_network(table).make_options();
  if (write_options(*options).contains("scale"))
    read_options(*options, {{"scale", std::to_string(scale)}}, "generator " + table);
  return options;
}

std::string generator_words(const std::string& usual) {
  std::string words = usual;
  for (const auto& entry : network_table())
    if (entry.task == Task::kImage && entry.name != usual) words += concat("|", entry.name);
  return words;
}

bool GeneratorChoice::is_own() const { return std::ranges::count(own_, network) > 0; }

void GeneratorChoice::visit(OptionVisitor& v, const Plain& plain) {
  const std::string before = network;
  v.text("generator", network, generator_words(own_.back()).c_str(),
         "network to train; its options are called generator.KEY (gan-train list NETWORK)");
  if (network != before) changes_.clear();
  const auto usual = plain(network), chosen = options(plain);
  Prefixed prefixed(v, !v.reads() && is_own() ? &changes_ : nullptr);
  chosen->visit(prefixed);
  if (!v.reads()) return;
  changes_ = write_options(*chosen);
  for (const auto& [key, value] : write_options(*usual))
    if (changes_.at(key) == value) changes_.erase(key);
}

std::unique_ptr<Options> GeneratorChoice::options(const Plain& plain) const {
  auto chosen = plain(network);
  OptionValues values = write_options(*chosen);  // all of them, for their ranges
  for (const auto& [key, value] : changes_) values[key] = value;
  read_options(*chosen, values, is_own() ? "the generator" : "generator " + network);
  return chosen;
}

NamedNetwork& add_generator(RunState& state, const std::string& table,
                            std::unique_ptr<Options> options, int scale, bool averaged) {
  state.add_network("g", table, std::move(options), averaged);
  NamedNetwork& g = state.network("g");
  const NetworkTraits traits = g.network->traits();
  check(traits.in_channels == 3 && traits.out_channels == 3, ErrorKind::kSettings, "generator ",
        table, " must have 3 channels in and out, has ", traits.in_channels, " and ",
        traits.out_channels);
  check(traits.scale == scale, ErrorKind::kSettings, "generator ", table, " makes pictures ",
        traits.scale, " times as large, the data scale=", scale, " times");
  return g;
}

torch::Tensor enhanced(const NamedNetwork& network, const torch::Tensor& picture,
                       const torch::Tensor& code) {
  const NetworkTraits traits = network.network->traits();
  return from_network_range(
      network.run({.image = to_network_range(picture, traits), .latent = code}), traits);
}

}  // namespace gan::training
