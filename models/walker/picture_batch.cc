// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/walker/picture_batch.h"

#include <algorithm>
#include <exception>

#include "models/machine/host.h"

namespace gan {

PictureBatch::Picture* PictureBatch::find(const LatentPoint& point, double truncation) {
  const auto found = std::ranges::find_if(known_, [&](const Picture& picture) {
    return picture.truncation == truncation && picture.point == point;
  });
  return found == known_.end() ? nullptr : &*found;
}

void PictureBatch::draw(std::span<Picture> pictures) {
  std::vector<LatentPoint> points;
  for (const Picture& picture : pictures) points.push_back(picture.point);
  const auto made = draw_(points, pictures.front().truncation);
  for (size_t i = 0; i < pictures.size(); ++i) {
    const auto place = static_cast<int64_t>(i);
    pictures[i].made = made.slice(0, place, place + 1);
  }
}

std::vector<torch::Tensor> PictureBatch::pictures(std::span<const LatentPoint> points,
                                                  double truncation) {
  // Those that are asked for, then those that are foreseen, unless the walk went elsewhere.
  std::vector<Picture> wanted;
  bool as_foreseen = true;
  for (const auto& point : points) {
    const Picture* const known = find(point, truncation);
    as_foreseen = as_foreseen && known;
    wanted.push_back(known ? *known : Picture{point, truncation, {}});
  }
  if (as_foreseen)
    for (const Picture& picture : known_)
      if (std::ranges::find(points, picture.point) == points.end()) wanted.push_back(picture);
  known_ = std::move(wanted);

  std::vector<torch::Tensor> pictures;
  while (pictures.size() < points.size()) {
    Picture& next = known_[pictures.size()];
    if (next.made.defined()) {
      pictures.push_back(next.made);
      continue;
    }
    if (interrupted_) return {};
    const auto begin = known_.begin() + static_cast<ptrdiff_t>(pictures.size());
    const auto end = std::find_if(begin, known_.end(), [&](const Picture& picture) {
      return picture.made.defined() || picture.truncation != truncation;
    });
    const auto count = std::min<size_t>(static_cast<size_t>(end - begin), size_t(most_));
    try {
      draw({&next, count});
    } catch (const std::exception& error) {
      if (most_ == 1 || memory_error(error).empty())
        std::rethrow_exception(std::current_exception());
      most_ /= 2;
    }
  }
  known_.erase(known_.begin(), known_.begin() + static_cast<ptrdiff_t>(points.size()));
  return pictures;
}

void PictureBatch::foresee(std::span<const LatentPoint> points, double truncation) {
  for (const auto& point : points)
    if (static_cast<int>(known_.size()) < most_ && !find(point, truncation))
      known_.push_back({point, truncation, {}});
}

}  // namespace gan
