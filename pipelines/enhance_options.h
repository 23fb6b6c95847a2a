// SPDX-License-Identifier: LGPL-2.1-or-later
// What gan-enhance was asked for.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/frame.h"
#include "pipelines/job_folder.h"

namespace gan {

struct EnhanceOptions {
  std::string input, output;
  std::string codec;          // empty: the container's default
  int quality = -1;           // -1: the codec's default
  int width = 0, height = 0;  // of the output; one alone may be 0: in proportion; both: by `scale`
  double scale = 0;           // 0: the network's
  double from_s = 0, to_s = 0;  // --preview; to_s 0: all
  int threads = 0;              // 0: all processors
  int part = 0, parts = 0;      // --segment: 1 to parts; parts 0: all
  std::string frame_rate;       // of raw streams; empty: 25
  bool split = false;           // a new file where frames change their kind
  bool overwrite = false, resume = false, json = false;
  double stall_s = 600;                 // 0: for ever
  std::vector<std::string> properties;  // of enhancegan, PROPERTY=VALUE
};

int threads_of(const EnhanceOptions& options);  // those to use

JobFolder::Start start_of(const EnhanceOptions& options);

// Whether `output` may be there already: it is to be replaced, or a run that was to do so was
// interrupted.
bool may_replace(const EnhanceOptions& options, const std::string& output);

// What a job that goes on must have been begun with; `encoder`: all that sets its result.
std::map<std::string, std::string> settings_of(const EnhanceOptions& options,
                                               const std::string& encoder);

// What enhancegan chooses by measuring, which a job that goes on must not choose otherwise: fields
// of its stats and properties.
inline constexpr const char* kMeasured[] = {"precision", "kernel", "tile-size"};

// Of enhancegan: those asked for, threads, and what was chosen before.
std::vector<std::string> properties_with(const EnhanceOptions& options,
                                         const std::map<std::string, std::string>& choices);

// Of a frame that the network made `network_scale` times as large. Sides asked for become
// multiples, such as encoders want them.
Size output_size(const EnhanceOptions& options, Size enhanced, double network_scale, int multiple);

}  // namespace gan
