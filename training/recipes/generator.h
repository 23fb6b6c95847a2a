// SPDX-License-Identifier: LGPL-2.1-or-later
// Which network a recipe of pictures trains: its own, with the recipe's plain options, or any other
// line of the table that makes pictures of pictures, with options called generator.KEY.
#pragma once

#include <memory>
#include <string>

#include "core/options.h"
#include "training/run/state.h"

namespace gan::training {

class GeneratorChoice {
 public:
  // usual: the word of the recipe's own network. own: lines of the table that take the recipe's
  // plain options.
  GeneratorChoice(std::string usual, std::vector<std::string> own)
      : network(std::move(usual)), own_(std::move(own)) {
    own_.push_back(network);
  }

  // Options of a network by the recipe's plain ones: of its own networks all that they say, of
  // others what concerns them, such as the scale.
  using Plain = std::function<std::unique_ptr<Options>(const std::string& network)>;
  // To be called after the recipe's plain options have been visited. Of its own networks only
  // generator.KEYs that differ from the plain options are written.
  void visit(OptionVisitor& v, const Plain& plain);
  bool is_own() const;

  std::string network;  // "generator"
  // "generator.KEY" over the plain options. Throws Error(kSettings).
  std::unique_ptr<Options> options(const Plain& plain) const;

 private:
  std::vector<std::string> own_;
  OptionValues changes_;
};

// A network's default options, for pictures `scale` times larger where it has a choice.
std::unique_ptr<Options> default_options(const std::string& table, int scale);

// The words of `generator`: `usual` and all lines of the table that make pictures of pictures.
std::string generator_words(const std::string& usual);

// Adds the network "g" of a recipe. Throws Error(kSettings) unless it gives pictures of three
// channels that are `scale` times larger.
NamedNetwork& add_generator(RunState& state, const std::string& table,
                            std::unique_ptr<Options> options, int scale, bool averaged);

// The network in training on pictures in [0, 1], whatever its own range; the code may be undefined.
torch::Tensor enhanced(const NamedNetwork& network, const torch::Tensor& picture,
                       const torch::Tensor& code = {});

}  // namespace gan::training
