// SPDX-License-Identifier: LGPL-2.1-or-later
// The processes of one run: how they meet, add up gradients and agree. By LibTorch's c10d: Gloo
// between CPUs, NCCL between GPUs where the LibTorch has it.
#pragma once

#include <torch/torch.h>

#include <memory>
#include <string>

#include "training/run/place.h"

namespace gan::training {

struct RanksOptions {
  torch::Device device = torch::kCPU;
  std::string folder;  // that all processes see: they meet by a file in it when no master is named
  double limit = 300;  // seconds that one may be silent, or let the others wait
};

// With one process nothing of it does anything. All processes must call the same functions in the
// same order. Whoever waits for a process that is dead, silent or too late gets an
// Error(kUnavailable) that names it; whoever waits for one that has left gets what that one said.
class Ranks {
 public:
  // Returns when all have come. Throws Error(kUnavailable) that names who has not.
  Ranks(Place place, const RanksOptions& options);
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return place_.rank; }
  int ranks() const { return place_.ranks; }
  bool several() const { return place_.ranks > 1; }
  bool first() const { return place_.rank == 0; }  // who validates, logs and saves
  const Place& place() const { return place_; }

  void sum(torch::Tensor& contiguous);        // over all, in place; bit for bit the same to all
  void broadcast(torch::Tensor& contiguous);  // of rank 0
  double most(double value);                  // the largest
  double of_first(double value);              // rank 0's

  // Between two calls of it the others wait for this process without limit.
  void busy(bool is_busy);
  // Before this process ends by an error: tells the others what it was.
  void leave(const std::string& why);
  // Waits for all at the end of the run.
  void part();
  double met_seconds() const { return met_seconds_; }  // in all that was exchanged and waited for

 private:
  struct Group;
  template <class Start>
  void meet(torch::Tensor& tensor, const Start& start);
  [[noreturn]] void give_up(const std::string& why);
  Place place_;
  std::unique_ptr<Group> group_;
  bool busy_ = false;
  double met_seconds_ = 0;
};

// Whether this program can train by several processes, and if not, what is missing.
std::string ranks_missing();

}  // namespace gan::training
