// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/enlarged_pairs.h"

#include "core/error.h"
#include "training/datasets/scan.h"
#include "training/datasets/two_domains.h"

namespace gan::training {
namespace {

PairFiles checked_pairs(const std::string& folder, int scale, int patch,
                        std::vector<std::string>& warnings) {
  const TwoDomains found = find_domains(folder, /*paired=*/true);
  const auto scan = [&](const std::vector<std::string>& files, int side, const char* split) {
    const ScanResult result =
        scan_pictures(files, {split, {side, side}, concat("patch=", patch, " at scale=", scale)});
    if (!result.warning.empty()) warnings.push_back(result.warning);
    check(result.files.size() == files.size(), ErrorKind::kData, folder,
          ": a pair has a picture that cannot be read");
    return result;
  };
  const ScanResult damaged = scan(found.a, patch, "damaged"),
                   good = scan(found.b, patch * scale, "good");
  for (size_t i = 0; i < good.files.size(); ++i)
    check(good.sizes[i] == scaled(damaged.sizes[i], scale), ErrorKind::kData, good.files[i], ": ",
          good.sizes[i].width, "x", good.sizes[i].height, " is not ", scale, " times the ",
          damaged.sizes[i].width, "x", damaged.sizes[i].height, " of ", damaged.files[i]);
  return {damaged.files, good.files};
}

}  // namespace

EnlargedPairs::EnlargedPairs(const std::string& folder, int scale, int patch,
                             std::vector<std::string>& warnings)
    : EnlargedPairs(checked_pairs(folder, scale, patch, warnings), scale, patch) {}

EnlargedPairs::EnlargedPairs(PairFiles files, int scale, int patch)
    : damaged_(std::move(files.damaged)),
      good_(std::move(files.good)),
      scale_(scale),
      patch_(patch) {}

Sample EnlargedPairs::get(int64_t index, Random& random) const {
  const auto i = static_cast<size_t>(index);
  const auto damaged = damaged_.get(i), good = good_.get(i);
  const int x = random.below(damaged->size.width - patch_ + 1),
            y = random.below(damaged->size.height - patch_ + 1);
  const int symmetry = random.below(8), side = patch_ * scale_;
  Sample sample;
  sample.source = damaged_.file(i);
  sample.input = flipped(crop_picture(*damaged, x, y, {patch_, patch_}), symmetry);
  sample.target = flipped(crop_picture(*good, x * scale_, y * scale_, {side, side}), symmetry);
  return sample;
}

Sample MixedDataset::get(int64_t index, Random& random) const {
  if (!random.chance(share_)) return main_->get(index, random);
  return others_->get(random.below(static_cast<int>(others_->size())), random);
}

}  // namespace gan::training
