// SPDX-License-Identifier: LGPL-2.1-or-later
// The files of one run:
//   checkpoints/step-N.state          everything needed to go on (training only); of the last step
//   checkpoints/step-N.safetensors    the weights that elements load (averaged where there are
//                                     averages)
//   checkpoints/latest.safetensors    the newest of them; replaced by rename, so it can be watched
//   checkpoints/best.safetensors      the one with the best validation so far
//   samples/step-N.png  metrics.csv  events.out.tfevents.*  report.html  log.txt
//   command.txt                       the command lines that began the run and went on with it
//   run.conf                          its configuration, with which --resume needs the folder alone
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gan::training {

// N of "step-N" + suffix, such as "step-200.png".
std::optional<int64_t> step_of(const std::string& name, std::string_view suffix);

class RunFolder {
 public:
  // The folder of a new run, which must hold nothing that a run writes, or with `resume` of one to
  // go on with. Creates the folders. Throws Error(kUnwritable), and Error(kSettings) that says what
  // is there and what can be done; nothing has been touched then.
  RunFolder(std::string path, bool resume);
  // Whether a run has begun there that --resume can go on with.
  static bool has_begun(const std::string& path);
  // Adds to command.txt, and writes run.conf where there is none.
  void begin(const std::string& command, const std::string& configuration) const;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string state(int64_t step) const;
  std::string weights(int64_t step) const;
  std::string sample(int64_t step) const;

  std::optional<int64_t> latest_state() const;  // the largest N of step-N.state
  int64_t kept() const;                         // the number of step-N.safetensors
  // Makes `name` (latest or best) a second name of the file step-N.safetensors, by rename.
  void point(const std::string& name, int64_t step) const;
  // Removes states but the newest, weights but the `keep` newest, and what a killed run left
  // half-written.
  void prune(int keep) const;

 private:
  std::vector<std::string> left_by_a_run() const;  // names of files that a run would replace
  std::vector<std::string> names_in(const std::string& folder) const;
  std::vector<int64_t> steps_with(std::string_view suffix) const;  // in order
  std::string path_;
};

}  // namespace gan::training
