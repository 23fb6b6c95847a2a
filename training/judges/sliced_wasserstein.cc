// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/sliced_wasserstein.h"

#include "core/error.h"
#include "training/random.h"

namespace gan::training {
namespace {

constexpr int kPatch = 7, kPatchesAPicture = 64, kDirections = 256;

// {N * kPatchesAPicture, C * 49}
torch::Tensor patches(const torch::Tensor& pictures, uint64_t seed) {
  Random random(seed);
  std::vector<torch::Tensor> all;
  const auto height = static_cast<int>(pictures.size(2)),
             width = static_cast<int>(pictures.size(3));
  for (int i = 0; i < kPatchesAPicture; ++i) {
    const int y = random.below(height - kPatch + 1), x = random.below(width - kPatch + 1);
    all.push_back(pictures.narrow(2, y, kPatch).narrow(3, x, kPatch).flatten(2));
  }
  auto stacked = torch::cat(all);  // {N', C, 49}
  const auto [variance, mean] =
      at::var_mean(stacked, at::IntArrayRef({0, 2}), /*unbiased=*/false, /*keepdim=*/true);
  const auto deviation = variance.sqrt();
  return ((stacked - mean) / deviation.clamp_min(1e-6)).flatten(1);
}

}  // namespace

double sliced_wasserstein(const torch::Tensor& a, const torch::Tensor& b, uint64_t seed) {
  check(a.sizes() == b.sizes() && a.size(2) >= kPatch && a.size(3) >= kPatch, ErrorKind::kFailed,
        "the sliced Wasserstein distance wants sets of equal size, got ", a.sizes(), " and ",
        b.sizes());
  torch::NoGradGuard no_grad;
  const auto from = patches(a.to(torch::kCPU, torch::kFloat), seed),
             to = patches(b.to(torch::kCPU, torch::kFloat), seed);
  Random random(mix(seed, 1));
  auto directions = torch::empty({from.size(1), kDirections});
  auto* const values = directions.data_ptr<float>();
  for (int64_t i = 0; i < directions.numel(); ++i) values[i] = static_cast<float>(random.normal());
  directions = directions / directions.norm(2, 0, true);
  const auto sorted = [&](const torch::Tensor& set) {
    return std::get<0>(at::matmul(set, directions).sort(0));
  };
  return 1000 * (sorted(from) - sorted(to)).abs().mean().item<double>();
}

}  // namespace gan::training
