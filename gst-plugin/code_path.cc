// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/code_path.h"

#include "core/error.h"

namespace gan {

void CodePath::set_seeds(const std::string& seeds, const EnhancerInfo& info) {
  seeds_ = seeds;
  if (seeds.empty()) {
    path_.reset();
    return;
  }
  check(info.latent > 0, ErrorKind::kSettings,
        "latent-seeds wants a network with a code, augcyclegan; ", info.network, " has none");
  path_.emplace(path_of_seeds(parse_seeds(seeds, "latent-seeds"), info.latent));
}

std::vector<float> CodePath::at(const Pace& pace, double seconds) const {
  return path_ ? path_->at(path_->position(pace, 0, seconds)) : std::vector<float>();
}

}  // namespace gan
