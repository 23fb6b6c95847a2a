// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/mixture.h"

#include <algorithm>
#include <charconv>
#include <iterator>

#include "core/error.h"
#include "training/losses/pixel.h"
#include "training/losses/structure.h"

namespace gan::training::losses {
namespace {

using torch::Tensor;

struct Known {
  std::string_view name;
  int least_side;
  Tensor (*loss)(const Tensor&, const Tensor&);
};

constexpr Known kKnown[] = {
    {"l1", 1, l1},
    {"mse", 1, mse},
    {"charbonnier", 1, [](const Tensor& a, const Tensor& b) { return charbonnier(a, b); }},
    {"ssim", 11, [](const Tensor& a, const Tensor& b) { return 1 - ssim(a, b); }},
    {"ms-ssim", 161, [](const Tensor& a, const Tensor& b) { return 1 - ms_ssim(a, b); }},
    {"psnr", 1, [](const Tensor& a, const Tensor& b) { return -psnr_db(a, b); }},
    {"hfenn", 13, [](const Tensor& a, const Tensor& b) { return mse(a, b) + 10 * hfenn(a, b); }},
};

}  // namespace

Mixture::Mixture(const std::string& text) {
  std::string word;
  const auto add = [&] {
    double weight = 1;
    std::string_view name = word;
    if (const size_t star = word.find('*'); star != std::string::npos) {
      const char* const end = word.data() + star;
      const auto [read, status] = std::from_chars(word.data(), end, weight);
      if (status == std::errc() && read == end) name.remove_prefix(star + 1);
    }
    const auto* const known = std::ranges::find(kKnown, name, &Known::name);
    check(known != std::end(kKnown) && weight >= 0, ErrorKind::kSettings,
          "loss must be a sum such as mse+0.5*ssim of ", kNames, "; got \"", text, "\", where \"",
          word, "\" is none of them");
    terms_.push_back({std::string(name), weight, known->least_side, known->loss});
    word.clear();
  };
  for (const char c : text) {
    if (c == '+')
      add();
    else if (c != ' ')
      word += c;
  }
  add();
}

void Mixture::check_side(int side, const std::string& made_by) const {
  for (const auto& term : terms_)
    check(side >= term.least_side, ErrorKind::kSettings, made_by, " makes pictures of ", side, "x",
          side, "; the loss ", term.name, " wants sides of at least ", term.least_side);
}

torch::Tensor Mixture::operator()(const torch::Tensor& picture, const torch::Tensor& truth) const {
  torch::Tensor sum;
  for (const auto& term : terms_) {
    const auto value = term.weight * term.loss(picture, truth);
    sum = sum.defined() ? sum + value : value;
  }
  return sum;
}

}  // namespace gan::training::losses
