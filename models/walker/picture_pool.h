// SPDX-License-Identifier: LGPL-2.1-or-later
// Threads that draw pictures of codes, each a whole one alone.
#pragma once

#include <torch/torch.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "core/engine.h"

namespace gan {

// Note [One picture, one thread]: how LibTorch rounds the sums of a layer depends on the number of
// threads that share it, so a picture would depend on it too. Here each picture is the work of one
// thread, and threads share the pictures instead: the cells of a grid, and those of frames to come.
class PicturePool {
 public:
  using Draw = std::function<torch::Tensor(const LatentPoint&, double truncation)>;
  // Fewer threads where the system grants no more; throws Error(kUnavailable) where it grants none.
  PicturePool(Draw draw, int threads);
  ~PicturePool();  // waits for the pictures that are being drawn
  PicturePool(const PicturePool&) = delete;
  PicturePool& operator=(const PicturePool&) = delete;

  // Pictures in the order of the points; none when interrupted. What `draw` throws is thrown here.
  std::vector<torch::Tensor> pictures(std::span<const LatentPoint> points, double truncation);

  // Lets idle threads draw pictures that will probably be asked for; at most as many wait as there
  // are threads. All are forgotten when another one is asked for.
  void foresee(std::span<const LatentPoint> points, double truncation);

  void interrupt(bool interrupted);  // any thread
  int threads() const { return static_cast<int>(workers_.size()); }

 private:
  enum class State { kWaiting, kDrawing, kDone };
  struct Job {
    LatentPoint point;
    double truncation;
    State state = State::kWaiting;
    torch::Tensor picture;
    std::exception_ptr error;
  };
  using JobPointer = std::shared_ptr<Job>;

  JobPointer find(const LatentPoint& point, double truncation) const;
  void work();

  Draw draw_;
  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  std::deque<JobPointer> jobs_;  // first come, first drawn
  bool interrupted_ = false, ending_ = false;
  std::vector<std::thread> workers_;
};

}  // namespace gan
