// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/mixture.h"

#include <charconv>

#include "core/error.h"
#include "training/losses/pixel.h"
#include "training/losses/structure.h"

namespace gan::training::losses {
namespace {

using Loss = torch::Tensor (*)(const torch::Tensor&, const torch::Tensor&);

Loss find_loss(std::string_view name) {
  using torch::Tensor;
  if (name == "l1") return l1;
  if (name == "mse") return mse;
  if (name == "charbonnier")
    return [](const Tensor& a, const Tensor& b) { return charbonnier(a, b); };
  if (name == "ssim") return [](const Tensor& a, const Tensor& b) { return 1 - ssim(a, b); };
  if (name == "psnr") return [](const Tensor& a, const Tensor& b) { return -psnr_db(a, b); };
  if (name == "hfenn")
    return [](const Tensor& a, const Tensor& b) { return mse(a, b) + 10 * hfenn(a, b); };
  return nullptr;
}

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
    const Loss loss = find_loss(name);
    check(loss && weight >= 0, ErrorKind::kSettings, "loss must be a sum such as mse+0.5*ssim of ",
          kNames, "; got \"", text, "\", where \"", word, "\" is none of them");
    terms_.push_back({weight, loss});
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

torch::Tensor Mixture::operator()(const torch::Tensor& picture, const torch::Tensor& truth) const {
  torch::Tensor sum;
  for (const auto& term : terms_) {
    const auto value = term.weight * term.loss(picture, truth);
    sum = sum.defined() ? sum + value : value;
  }
  return sum;
}

}  // namespace gan::training::losses
