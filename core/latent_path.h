// SPDX-License-Identifier: LGPL-2.1-or-later
// Paths through latent spaces, and where a walk stands on one: the same for latentwalk and
// enhancegan.
#pragma once

#include <cstdint>
#include <vector>

#include "core/latent.h"

namespace gan {

enum class Interpolation {
  kSlerp,
  kLerp,
  kSpline  // smooth through the key points
};
enum class PathShape {
  kLine,   // from the first key point to the last, and there it stays
  kLoop,   // and from the last back to the first
  kRandom  // after the last comes the key point of the next seed, and so on without end
};

struct PathOptions {
  std::vector<Code> keys;   // key points, at least one, all of one length
  std::vector<int> labels;  // their classes; empty: none. The shorter list is repeated
  PathShape shape = PathShape::kLoop;
  Interpolation interpolation = Interpolation::kSlerp;
  uint32_t next_seed = 0;  // random: of the first key point after the last
  int period = 0;          // frames of one round of a loop, or of a whole line; 0: see Pace
};

// The key points of seeds: keys and next_seed. Throws Error(kSettings) when there are none.
PathOptions path_of_seeds(const std::vector<uint32_t>& seeds, int length);

// What moves a walk; the first of these that is set, and the path's period, if any, before speed.
struct Pace {
  double position = -1;  // in key points; below 0: not set
  double speed = 1;      // key points a second
};

using LabelWeights = std::vector<float>;

// Note [Even steps]: with a period, frames are shared out among the stretches between key points by
// their lengths, so that every key point stands on a frame of its own, and within a stretch all
// steps are equally long. Steps then differ by at most a frame's share of a stretch, also from the
// last frame of a loop to its first; and no step cuts a corner, which would shorten it.
class LatentPath {
 public:
  // Throws Error(kSettings) when there are no keys.
  explicit LatentPath(PathOptions options);

  int64_t count() const { return count_; }  // key points

  // The code `ahead` key points after a position in key points, within +-1e9: 0 is the first, 0.5
  // half way to the second. Before 0 a line stays at its first key point, a random path too.
  Code at(double position, int64_t ahead = 0) const;

  // A weight for each class, summing to 1: straight from the label of one key point to the next's.
  // All zero where the path has no labels.
  LabelWeights label_at(double position, int classes, int64_t ahead = 0) const;

  // Where frame 0, 1, ... stands, which is shown at `seconds` of stream time.
  double position(const Pace& pace, int64_t frame, double seconds) const;

 private:
  struct Place;
  Place place(double position, int64_t ahead) const;
  int64_t wrapped(int64_t index) const;
  Code key(int64_t index) const;
  int label(int64_t index) const;
  void share_out_frames();
  double even_position(int64_t frame) const;

  PathOptions options_;
  int64_t count_ = 0;
  int classes_ = 0;                          // one more than the largest label
  int samples_ = 0;                          // of each stretch's length
  std::vector<std::vector<double>> length_;  // of each stretch, up to sample 1, 2, ... samples_
  std::vector<int64_t> first_frame_;         // of each stretch, and the one after the last
};

}  // namespace gan
