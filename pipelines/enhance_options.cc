// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/enhance_options.h"

#include <glib.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/error.h"

namespace gan {

namespace fs = std::filesystem;

int threads_of(const EnhanceOptions& options) {
  return options.threads > 0 ? options.threads : static_cast<int>(g_get_num_processors());
}

JobFolder::Start start_of(const EnhanceOptions& options) {
  if (options.parts > 0) return JobFolder::Start::kShare;
  if (options.resume) return JobFolder::Start::kResume;
  return options.overwrite ? JobFolder::Start::kAnew : JobFolder::Start::kFresh;
}

bool may_replace(const EnhanceOptions& options, const std::string& output) {
  return options.overwrite || JobFolder::is_begun(output);
}

std::map<std::string, std::string> settings_of(const EnhanceOptions& options,
                                               const std::string& encoder) {
  std::error_code ignored;
  std::map<std::string, std::string> words;
  words["input"] = fs::absolute(options.input).string();
  words["bytes"] = concat(fs::file_size(options.input, ignored));
  words["changed"] = concat(fs::last_write_time(options.input, ignored).time_since_epoch().count());
  words["part"] = concat(options.from_s, "-", options.to_s, options.split ? " split" : "");
  words["encoder"] = encoder;
  words["size"] = concat(options.width, "x", options.height, " ", options.scale);
  words["rate"] = options.frame_rate;
  for (const std::string& each : options.properties) words["properties"] += each + " ";
  return words;
}

std::vector<std::string> properties_with(const EnhanceOptions& options,
                                         const std::map<std::string, std::string>& choices) {
  const auto threads = choices.find("threads");
  std::vector<std::string> all = {
      concat("threads=", threads == choices.end() ? concat(threads_of(options)) : threads->second)};
  all.insert(all.end(), options.properties.begin(), options.properties.end());
  for (const char* name : kMeasured)
    if (const auto chosen = choices.find(name); chosen != choices.end())
      all.push_back(concat(name, "=", chosen->second));
  return all;
}

Size output_size(const EnhanceOptions& options, Size enhanced, double network_scale, int multiple) {
  double width = options.width, height = options.height;
  if (options.scale > 0) {
    width = enhanced.width / network_scale * options.scale;
    height = enhanced.height / network_scale * options.scale;
  }
  if (width == 0 && height == 0) return enhanced;
  if (width == 0) width = double(enhanced.width) * height / enhanced.height;
  if (height == 0) height = double(enhanced.height) * width / enhanced.width;
  const auto fit = [&](double side) {
    const long rounded = (std::lround(side) + multiple - 1) / multiple * multiple;
    return std::max(multiple, static_cast<int>(rounded));
  };
  return {fit(width), fit(height)};
}

}  // namespace gan
