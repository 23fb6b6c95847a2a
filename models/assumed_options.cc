// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/assumed_options.h"

#include "core/error.h"

namespace gan {

std::string assumed_text(const std::vector<std::string>& names, Options& options) {
  const OptionValues values = write_options(options);
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name + "=" + values.at(name);
  return text;
}

std::vector<EngineEvent> assumed_events(const EnhancerInfo& info) {
  if (info.assumed.empty()) return {};
  return {{"assumed-options",
           concat(info.model, ": the file does not tell all options of the network ", info.network,
                  ", assumed are ", info.assumed, "; gan-train convert IN OUT --set changes them"),
           {{"network", info.network}, {"options", info.assumed}}}};
}

}  // namespace gan
