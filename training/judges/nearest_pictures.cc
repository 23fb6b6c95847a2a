// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/nearest_pictures.h"

#include <algorithm>
#include <vector>

#include "core/error.h"

namespace gan::training {
namespace {

constexpr int64_t kAtOnce = 256, kJudged = 1000;

}  // namespace

Nearest nearest_pictures(const torch::Tensor& pictures, const torch::Tensor& set, int64_t count) {
  check(pictures.dim() == 4 && set.dim() == 4 &&
            pictures.sizes().slice(1) == set.sizes().slice(1) && count >= 1 && count <= set.size(0),
        ErrorKind::kFailed, "the nearest pictures want sets of one size, got ", pictures.sizes(),
        " and ", set.sizes());
  torch::NoGradGuard no_grad;
  const auto from = pictures.flatten(1), to = set.flatten(1);
  std::vector<torch::Tensor> distances, indices;
  for (int64_t first = 0; first < from.size(0); first += kAtOnce) {
    const auto some = from.narrow(0, first, std::min(kAtOnce, from.size(0) - first));
    // By |a|^2 - 2ab + |b|^2, whose rounding error shows where a = b; so the nearest are measured
    // anew.
    const auto index =
        std::get<1>(at::cdist(some, to, 2, /*compute_mode=*/1).topk(count, 1, /*largest=*/false));
    const auto exact =
        (some.unsqueeze(1) -
         to.index_select(0, index.flatten()).view({some.size(0), count, from.size(1)}))
            .norm(2, 2);
    const auto [distance, order] = exact.sort(1);
    distances.push_back(distance);
    indices.push_back(index.gather(1, order));
  }
  const double size = std::sqrt(static_cast<double>(from.size(1)));
  return {torch::cat(distances) / size, torch::cat(indices)};
}

Novelty novelty(const torch::Tensor& pictures, const torch::Tensor& set) {
  check(set.size(0) >= 2, ErrorKind::kData, "neighbours want at least two pictures");
  const auto median = [](const torch::Tensor& values) { return values.median().item<double>(); };
  // Of a large set some, spread evenly.
  const int64_t step = (set.size(0) + kJudged - 1) / kJudged;
  const auto own = nearest_pictures(set.slice(0, 0, set.size(0), step), set, 2);
  return {median(nearest_pictures(pictures, set, 1).distance), median(own.distance.select(1, 1))};
}

}  // namespace gan::training
