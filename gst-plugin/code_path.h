// SPDX-License-Identifier: LGPL-2.1-or-later
// The code that chooses among the results of a network that has one, along a path of seeds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/engine.h"
#include "core/latent_path.h"

namespace gan {

// The thread of the stream, and others while it stands still.
class CodePath {
 public:
  // seeds: key points of a loop, as latent-seeds has them; empty: the code of zeros. Throws
  // Error(kSettings), also for a network that takes no code; the path then stays as it was, and the
  // same seeds are not tried again.
  void set_seeds(const std::string& seeds, const EnhancerInfo& info);
  bool has_seeds(const std::string& seeds) const { return seeds_ == seeds; }

  // At a stream time in seconds; empty without seeds.
  std::vector<float> at(const Pace& pace, double seconds) const;

 private:
  std::string seeds_;
  std::optional<LatentPath> path_;
};

}  // namespace gan
