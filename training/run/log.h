// SPDX-License-Identifier: LGPL-2.1-or-later
// Everything that a run tells: lines on the terminal and in log.txt, metrics.csv, TensorBoard
// events, sample grids and report.html.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "training/meters/event_file.h"
#include "training/meters/metrics_csv.h"
#include "training/meters/progress.h"
#include "training/meters/report.h"
#include "training/run/folder.h"

namespace gan::training {

struct RunPlace {
  int64_t step = 0;   // the last one done; -1: none, not even the look before the first
  int64_t steps = 0;  // of the whole run
  double limit = 0;   // seconds; 0: none
};

class RunLog {
 public:
  using Facts = std::vector<std::pair<std::string, std::string>>;
  // Whatever a run has left in the folder about later steps is removed. Throws Error(kUnwritable).
  RunLog(const RunFolder& folder, const RunPlace& place, std::string recipe, Facts facts);

  void line(const std::string& text) { progress_.line(text); }
  void step(int64_t step, double waited) { progress_.step(step, waited); }
  // A row of numbers: file, events, and a line.
  void row(int64_t step, const std::map<std::string, double>& values);
  // A grid of samples: picture and events; then the report anew.
  void samples(int64_t step, const Picture& grid, const ReportWords& words);

 private:
  std::vector<std::string> sample_files() const;

  const RunFolder& folder_;
  int64_t steps_;
  std::string recipe_;
  Facts facts_;
  MetricsCsv csv_;
  EventFile events_;
  Progress progress_;
};

}  // namespace gan::training
