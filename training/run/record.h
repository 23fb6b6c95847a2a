// SPDX-License-Identifier: LGPL-2.1-or-later
// What a run leaves and shows: its folder, checkpoints, log and pictures. Of several processes the
// first alone has one.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "training/run/checkpoints.h"
#include "training/run/log.h"

namespace gan::training {

// What the report and the dry run tell about a run.
RunLog::Facts facts_of(const RunRequest& request, Recipe& recipe, const RunState& state,
                       const RunCheckpoints::Circumstances& circumstances);

class RunRecord {
 public:
  // The folder of a new run, or with `resume` of one to go on with; touches no file in it yet.
  RunRecord(const RunRequest& request, Recipe& recipe, RunState& state);
  std::optional<int64_t> latest_state() const { return folder_.latest_state(); }
  std::string state_file(int64_t step) const { return folder_.state(step); }
  // Writes the configuration; restores the state of that step.
  void begin(RunCheckpoints::Circumstances circumstances, std::optional<int64_t> resumed);

  // From here on there is a log. step: the last one done; -1: none.
  void open_log(int64_t step, const RunCheckpoints::Circumstances& circumstances);
  RunLog& log() { return *log_; }
  RunCheckpoints& checkpoints() { return *checkpoints_; }
  const RunFolder& folder() const { return folder_; }
  std::string last_good() const { return checkpoints_ ? checkpoints_->last_good() : "none"; }

  Means& means() { return means_; }  // since the last row
  // Writes the row, with the values of the held-out data and samples when it validates, and keeps
  // the checkpoint when none before was better.
  void row(int64_t step, std::map<std::string, double> row, bool validates);
  // What there is to see so far, in columns of its own, by the clock: nothing else depends on it.
  void look(int64_t step);
  void save(int64_t step) { checkpoints_->save(step, means_); }
  // The end of the run; why: what has ended it early, which then is saved and validated; or empty.
  void finish(int64_t step, const std::string& why);

 private:
  template <class Function>
  auto evaluated(const Function& function);

  const RunRequest& request_;
  Recipe& recipe_;
  RunState& state_;
  RunFolder folder_;
  std::optional<RunCheckpoints> checkpoints_;
  std::optional<RunLog> log_;
  Means means_;
};

}  // namespace gan::training
