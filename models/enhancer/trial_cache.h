// SPDX-License-Identifier: LGPL-2.1-or-later
// Trials of kernels, kept in files, so that the next start need not wait for them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/enhancer/kernel_trial.h"

namespace gan {

class TrialCache {
 public:
  // folder: "$XDG_CACHE_HOME/gst-plugins-gan", or beneath $HOME/.cache; empty where neither is set:
  // then nothing is kept.
  TrialCache() : TrialCache(default_folder()) {}
  explicit TrialCache(std::string folder) : folder_(std::move(folder)) {}

  // The trial of these kernels that was kept under the key, one line that names all that its result
  // depends on; none where there is none, or where the file is broken, of another key or of other
  // kernels.
  std::optional<KernelTrial> find(const std::string& key,
                                  const std::vector<std::string>& kernels) const;
  // What cannot be written is not kept.
  void keep(const std::string& key, const KernelTrial& trial) const;

 private:
  static std::string default_folder();
  std::string path_of(const std::string& key) const;
  std::string folder_;
};

}  // namespace gan
