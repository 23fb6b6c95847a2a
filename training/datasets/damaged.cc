// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/damaged.h"

#include <algorithm>

#include "core/error.h"
#include "training/datasets/picture_source.h"
#include "training/degradations/everyday.h"
#include "training/degradations/kernels.h"

namespace gan::training {

namespace {

constexpr int kRim = 8;       // damaged pixels beside the patch
constexpr int kJudged = 256;  // pixels a side of what is measured, or of a patch that is larger

}  // namespace

DamagedDataset::DamagedDataset(std::vector<std::string> files, const DamageOptions& options)
    : good_(std::move(files)), options_(options), way_(find_way(options.way)) {
  check(good_.size() > 0, ErrorKind::kData, "the data set holds no pictures");
  check(options.way != "bicubic" || options.scale > 1, ErrorKind::kSettings,
        "degradation=bicubic at scale 1 changes nothing; choose another or a larger scale");
}

Sample DamagedDataset::get(int64_t index, Random& random) const {
  const auto i = static_cast<size_t>(index);
  const auto image = good_.get(i);
  const int scale = options_.scale, shorter = std::min(image->size.width, image->size.height);
  check(shorter >= options_.patch * scale, ErrorKind::kData, good_.file(i), ": ", image->size.width,
        "x", image->size.height, " is smaller than the patch of ", options_.patch * scale);
  // Crapification belongs to the patch: fast.ai damages whole pictures of about its size.
  const int around =
      options_.way == "crapify" ? 0 : std::min(kRim, (shorter / scale - options_.patch) / 2);
  const int seen = (options_.patch + 2 * around) * scale, side = options_.patch * scale;
  const int x = random.below(image->size.width - seen + 1),
            y = random.below(image->size.height - seen + 1);
  Picture good = flipped(crop_picture(*image, x, y, {seen, seen}), random.below(8));
  if (options_.soft > 0 && random.chance(options_.soft)) soften(good, random);
  Sample sample;
  sample.source = good_.file(i);
  sample.input =
      crop(degrade(way_, good, scale, random), around, around, {options_.patch, options_.patch});
  sample.target = crop(good, around * scale, around * scale, {side, side});
  if (options_.sharpened) {
    Picture sharp = good;
    sharpen(sharp);
    sample.target =
        stacked(sample.target, crop(sharp, around * scale, around * scale, {side, side}));
  }
  return sample;
}

RestorationCase damaged_case(const std::string& file, const DamageOptions& options, int number) {
  const int side = options.patch * options.scale;
  // Crapification belongs to the patch.
  const int most = options.way == "crapify" ? side : std::max(side, kJudged);
  RestorationCase one;
  one.truth = crop_to_multiple(centre_patch(read_picture(file), most), options.scale);
  check(one.truth.size.width >= side && one.truth.size.height >= side &&
            side >= 11 + 2 * options.scale,
        ErrorKind::kData, file, ": ", one.truth.size.width, "x", one.truth.size.height,
        " is smaller than the patch of ", side);
  Random random(1, static_cast<uint64_t>(number), 0);
  one.damaged = degrade(find_way(options.way), one.truth, options.scale, random);
  return one;
}

}  // namespace gan::training
