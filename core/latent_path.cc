// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/latent_path.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace gan {
namespace {

constexpr double kFarthest = 1e9;  // key points

// Codes of one unit of variance and labels count alike: two random codes are as far from each other
// as two classes.
double squared_distance(const Code& a, const Code& b) {
  double sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
  return sum;
}

}  // namespace

PathOptions path_of_seeds(const std::vector<uint32_t>& seeds, int length) {
  check(!seeds.empty(), ErrorKind::kSettings, "a path wants at least one seed");
  PathOptions options;
  for (const uint32_t seed : seeds) options.keys.push_back(seeded_code(seed, length));
  options.next_seed = seeds.back() + 1;
  return options;
}

LatentPath::LatentPath(PathOptions options) : options_(std::move(options)) {
  check(!options_.keys.empty(), ErrorKind::kSettings, "a path wants at least one key point");
  count_ = static_cast<int64_t>(std::max(options_.keys.size(), options_.labels.size()));
  if (!options_.labels.empty()) classes_ = *std::ranges::max_element(options_.labels) + 1;
  if (options_.period > 0 && options_.shape != PathShape::kRandom) share_out_frames();
}

int64_t LatentPath::wrapped(int64_t index) const {
  if (options_.shape == PathShape::kLoop) return (index % count_ + count_) % count_;
  if (options_.shape == PathShape::kRandom) return std::max<int64_t>(index, 0);
  return std::clamp<int64_t>(index, 0, count_ - 1);
}

Code LatentPath::key(int64_t index) const {
  index = wrapped(index);
  if (index >= count_)
    return seeded_code(options_.next_seed + static_cast<uint32_t>(index - count_),
                       static_cast<int>(options_.keys[0].size()));
  return options_.keys[static_cast<size_t>(index) % options_.keys.size()];
}

int LatentPath::label(int64_t index) const {
  return options_.labels[static_cast<size_t>(wrapped(index)) % options_.labels.size()];
}

// Between key point `index` and the next one.
struct LatentPath::Place {
  int64_t index;
  double t;  // 0 <= t < 1
};

// Whole key points are added to the whole part alone, so that `ahead` never changes t by rounding.
LatentPath::Place LatentPath::place(double position, int64_t ahead) const {
  position = std::isfinite(position) ? std::clamp(position, -kFarthest, kFarthest) : 0;
  const double whole = std::floor(position);
  const int64_t index = static_cast<int64_t>(whole) + ahead;
  if (options_.shape != PathShape::kLoop && index < 0) return {0, 0};
  if (options_.shape == PathShape::kLine && index >= count_ - 1) return {count_ - 1, 0};
  return {index, position - whole};
}

Code LatentPath::at(double position, int64_t ahead) const {
  const auto [index, t] = place(position, ahead);
  if (t == 0) return key(index);
  switch (options_.interpolation) {
    case Interpolation::kLerp: return lerp(key(index), key(index + 1), t);
    case Interpolation::kSlerp: return slerp(key(index), key(index + 1), t);
    case Interpolation::kSpline: break;
  }
  const Code keys[] = {key(index - 1), key(index), key(index + 1), key(index + 2)};
  return spline(keys, t);
}

LabelWeights LatentPath::label_at(double position, int classes, int64_t ahead) const {
  LabelWeights weights(static_cast<size_t>(classes));
  if (options_.labels.empty()) return weights;
  const auto [index, t] = place(position, ahead);
  weights.at(static_cast<size_t>(label(index))) += static_cast<float>(1 - t);
  weights.at(static_cast<size_t>(label(index + 1))) += static_cast<float>(t);
  return weights;
}

void LatentPath::share_out_frames() {
  const int64_t stretches = options_.shape == PathShape::kLoop ? count_ : count_ - 1;
  const int64_t frames = options_.shape == PathShape::kLoop ? options_.period : options_.period - 1;
  samples_ = static_cast<int>(std::clamp<int64_t>(65536 / count_, 4, 64));
  const auto numbers = static_cast<double>(options_.keys[0].size());
  std::vector<double> end_of = {0};  // length of the path up to each key point
  for (int64_t stretch = 0; stretch < stretches; ++stretch) {
    std::vector<double> length = {0};
    Code last = key(stretch);
    auto last_label = label_at(static_cast<double>(stretch), classes_);
    for (int sample = 1; sample <= samples_; ++sample) {
      const double position = static_cast<double>(stretch) + double(sample) / samples_;
      Code code = at(position);
      auto weights = label_at(position, classes_);
      length.push_back(length.back() + std::sqrt(squared_distance(code, last) / numbers +
                                                 squared_distance(weights, last_label)));
      last = std::move(code), last_label = std::move(weights);
    }
    end_of.push_back(end_of.back() + length.back());
    length_.push_back(std::move(length));
  }
  const double whole = end_of.back();
  for (int64_t stretch = 0; stretch <= stretches; ++stretch) {
    const double share = whole > 0 ? end_of[static_cast<size_t>(stretch)] / whole
                                   : static_cast<double>(stretch) /
                                         static_cast<double>(std::max<int64_t>(stretches, 1));
    first_frame_.push_back(std::llround(share * static_cast<double>(frames)));
  }
}

double LatentPath::even_position(int64_t frame) const {
  const int64_t frames = first_frame_.back();
  if (options_.shape == PathShape::kLoop)
    frame = (frame % frames + frames) % frames;
  else if (frame >= frames)
    return static_cast<double>(count_ - 1);
  // The last stretch that begins at or before the frame; empty ones before it are left out.
  const auto stretch =
      static_cast<size_t>(std::ranges::upper_bound(first_frame_, std::max<int64_t>(frame, 0)) -
                          first_frame_.begin() - 1);
  const auto& length = length_[stretch];
  const double wanted = length.back() * static_cast<double>(frame - first_frame_[stretch]) /
                        static_cast<double>(first_frame_[stretch + 1] - first_frame_[stretch]);
  const auto after = std::ranges::upper_bound(length, wanted);
  if (wanted <= 0 || after == length.end()) return static_cast<double>(stretch);
  const double before = *std::prev(after);
  return static_cast<double>(stretch) +
         (static_cast<double>(after - length.begin() - 1) + (wanted - before) / (*after - before)) /
             samples_;
}

double LatentPath::position(const Pace& pace, int64_t frame, double seconds) const {
  if (pace.position >= 0) return pace.position;
  return first_frame_.empty() ? pace.speed * seconds : even_position(frame);
}

}  // namespace gan
