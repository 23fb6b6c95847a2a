// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/super_resolution.h"

#include <algorithm>

#include "core/error.h"
#include "core/resize.h"
#include "training/datasets/picture_source.h"
#include "training/degradations/camera.h"
#include "training/degradations/noise.h"

namespace gan::training {

Picture shrink_for_training(const Picture& large, int scale) {
  Picture low = resize(large, {large.size.width / scale, large.size.height / scale});
  round_to_8bit(low);
  return low;
}

namespace {

void damage(Picture& small, const LowResolutionOptions& options, Random& random) {
  if (options.noise_sigma > 0)
    add_gaussian_noise(small, options.noise_sigma / 255, NoiseColour::kRgb, random);
  if (options.jpeg_quality > 0) jpeg_round_trip(small, options.jpeg_quality);
}

struct SmallSquare {
  int x, y, side, scale;
};

// The square of the small picture, made of no more of the large one than it depends on.
Picture shrunk_patch(const Bytes8& large, const SmallSquare& square) {
  constexpr int kReach = 4;  // small pixels; the bicubic sees two
  const auto range = [&](int at, int all) {
    const int first = std::max(at - kReach, 0);
    return std::pair(first, std::min(at + square.side + kReach, all / square.scale) - first);
  };
  const auto [x, width] = range(square.x, large.size.width);
  const auto [y, height] = range(square.y, large.size.height);
  const Picture seen = crop_picture(large, x * square.scale, y * square.scale,
                                    {width * square.scale, height * square.scale});
  return crop(shrink_for_training(seen, square.scale), square.x - x, square.y - y,
              {square.side, square.side});
}

}  // namespace

RestorationCase shrunk_case(const std::string& file, const LowResolutionOptions& options,
                            int number) {
  const int scale = options.scale;
  RestorationCase one;
  one.truth = crop_to_multiple(read_picture(file), scale);
  const int least = least_measured_side(scale);
  check(one.truth.size.width >= least && one.truth.size.height >= least, ErrorKind::kData, file,
        ": a picture to measure on needs at least ", least, " pixels a side, has ",
        one.truth.size.width, "x", one.truth.size.height);
  one.damaged = shrink_for_training(one.truth, scale);
  Random random(1, static_cast<uint64_t>(number), 0);
  damage(one.damaged, options, random);
  return one;
}

SuperResolutionDataset::SuperResolutionDataset(std::vector<std::string> files, int patch,
                                               LowResolutionOptions options, size_t budget)
    : large_(std::move(files), {}, budget),
      patch_(patch),
      options_(options),
      small_(large_.size()) {
  check(large_.size() > 0, ErrorKind::kData, "the data set holds no pictures");
}

Size SuperResolutionDataset::small_size(size_t index, const Bytes8& large) const {
  const Size small{large.size.width / options_.scale, large.size.height / options_.scale};
  check(small.width >= patch_ && small.height >= patch_, ErrorKind::kData, large_.file(index), ": ",
        large.size.width, "x", large.size.height, " is smaller than the patch of ",
        patch_ * options_.scale, "x", patch_ * options_.scale);
  return small;
}

std::shared_ptr<const Bytes8> SuperResolutionDataset::small(size_t index,
                                                            const Bytes8& large) const {
  {
    const std::lock_guard lock(mutex_);
    if (small_[index]) return small_[index];
  }
  const Size small = small_size(index, large);
  const Size sides{small.width * options_.scale, small.height * options_.scale};
  auto low = std::make_shared<const Bytes8>(
      to_bytes(shrink_for_training(crop_picture(large, 0, 0, sides), options_.scale)));
  const std::lock_guard lock(mutex_);
  if (!small_[index] && large_.budget().take(low->rgb.size())) small_[index] = low;
  return low;
}

Sample SuperResolutionDataset::get(int64_t index, Random& random) const {
  const auto i = static_cast<size_t>(index);
  const auto high = large_.get(i);
  const Size small_sides = small_size(i, *high);
  const int x = random.below(small_sides.width - patch_ + 1);
  const int y = random.below(small_sides.height - patch_ + 1);
  const int symmetry = random.below(8), scale = options_.scale, side = patch_ * scale;
  const Picture patch = high->size.area() > kLargePixels
                            ? shrunk_patch(*high, {x, y, patch_, scale})
                            : crop_picture(*small(i, *high), x, y, {patch_, patch_});
  Sample sample;
  sample.source = large_.file(i);
  sample.input = flipped(patch, symmetry);
  sample.target = flipped(crop_picture(*high, x * scale, y * scale, {side, side}), symmetry);
  damage(sample.input, options_, random);
  return sample;
}

}  // namespace gan::training
