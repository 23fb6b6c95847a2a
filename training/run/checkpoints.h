// SPDX-License-Identifier: LGPL-2.1-or-later
// The checkpoints of one run: saving, the best so far, going on from the newest.
#pragma once

#include <map>
#include <string>

#include "training/meters/metrics_csv.h"
#include "training/recipes/recipe.h"
#include "training/run/configuration.h"
#include "training/run/folder.h"

namespace gan::training {

struct Arithmetic {
  torch::Device device;
  torch::ScalarType precision;
  int processes = 1;
};
// What must be equal for a resumed run to be bit for bit the same, by metadata key "gan.NAME".
std::map<std::string, std::string> circumstances_of(const RunRequest& request,
                                                    const Arithmetic& arithmetic,
                                                    const Dataset& data);

// The precision that a state was trained in.
std::string stored_precision(const std::string& state_file);

// Borrowed, all of it.
struct RunParts {
  const RunRequest& request;
  Recipe& recipe;
  RunState& state;
  const RunFolder& folder;
};

class RunCheckpoints {
 public:
  using Circumstances = std::map<std::string, std::string>;
  RunCheckpoints(RunParts parts, Circumstances circumstances)
      : run_(parts), circumstances_(std::move(circumstances)) {}

  // Restores the state of that step; what differs becomes a note of the run's state. Throws
  // Error(kSettings) for the state of another recipe or of other options.
  void resume(int64_t step, Means& means);

  // Keeps the step, unless it is kept already: its state in the place of the one before, and its
  // weights beside those of `keep` - 1 others. Throws Error(kNotFinite) and writes nothing when a
  // weight is NaN or infinite.
  void save(int64_t step, const Means& means);
  // The same, if no validation before gave a better value; a NaN or infinite one is never better.
  void save_if_best(int64_t step, double value, const Means& means);

  // Throws Error(kUnwritable) when the disk has no room for what the steps after `step` will save.
  void check_disk(int64_t step) const;
  std::string last_good() const;  // path of the newest weights, or "none"

 private:
  void write(int64_t step, const Means& means);
  void save_weights(int64_t step) const;

  RunParts run_;
  Circumstances circumstances_;
  int64_t last_saved_ = 0, best_step_ = 0;  // 0: none
  double best_ = 0;
};

}  // namespace gan::training
