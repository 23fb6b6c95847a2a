// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/walker/picture_pool.h"

#include <algorithm>
#include <system_error>

#include "core/error.h"
#include "models/machine/device.h"

namespace gan {

PicturePool::PicturePool(Draw draw, int threads) : draw_(std::move(draw)) {
  try {
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { work(); });
  } catch (const std::system_error& error) {  // those there are draw the same pictures
    check(!workers_.empty(), ErrorKind::kUnavailable, "no thread can be started: ", error.what());
  }
}

PicturePool::~PicturePool() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (auto& worker : workers_) worker.join();
}

PicturePool::JobPointer PicturePool::find(const LatentPoint& point, double truncation) const {
  const auto found = std::ranges::find_if(jobs_, [&](const JobPointer& job) {
    return job->truncation == truncation && job->point == point;
  });
  return found == jobs_.end() ? nullptr : *found;
}

void PicturePool::work() {
  set_threads_of_this_thread(1);
  std::unique_lock lock(mutex_);
  while (true) {
    JobPointer job;
    changed_.wait(lock, [&] {
      const auto next = std::ranges::find_if(
          jobs_, [](const JobPointer& waiting) { return waiting->state == State::kWaiting; });
      if (next != jobs_.end()) job = *next;
      return ending_ || job;
    });
    if (ending_) return;
    job->state = State::kDrawing;
    lock.unlock();
    try {
      job->picture = draw_(job->point, job->truncation);
    } catch (...) {
      job->error = std::current_exception();
    }
    lock.lock();
    job->state = State::kDone;
    changed_.notify_all();
  }
}

std::vector<torch::Tensor> PicturePool::pictures(std::span<const LatentPoint> points,
                                                 double truncation) {
  std::unique_lock lock(mutex_);
  const size_t foreseen = jobs_.size();
  std::vector<JobPointer> wanted;
  for (const auto& point : points) {
    wanted.push_back(find(point, truncation));
    if (wanted.back()) continue;
    wanted.back() = std::make_shared<Job>(Job{point, truncation});
    jobs_.insert(jobs_.end() - static_cast<ptrdiff_t>(foreseen), wanted.back());
  }
  const auto is_wanted = [&](const JobPointer& job) {
    return std::ranges::find(wanted, job) != wanted.end();
  };
  if (jobs_.size() > foreseen)
    std::erase_if(jobs_, [&](const JobPointer& job) { return !is_wanted(job); });
  changed_.notify_all();
  changed_.wait(lock, [&] {
    return interrupted_ || std::ranges::all_of(wanted, [](const JobPointer& job) {
             return job->state == State::kDone;
           });
  });
  std::erase_if(jobs_, is_wanted);
  if (interrupted_) return {};
  std::vector<torch::Tensor> drawn;
  for (const auto& job : wanted) {
    if (job->error) std::rethrow_exception(job->error);
    drawn.push_back(job->picture);
  }
  return drawn;
}

void PicturePool::foresee(std::span<const LatentPoint> points, double truncation) {
  const std::lock_guard lock(mutex_);
  for (const auto& point : points)
    if (jobs_.size() <= workers_.size() && !find(point, truncation))
      jobs_.push_back(std::make_shared<Job>(Job{point, truncation}));
  changed_.notify_all();
}

void PicturePool::interrupt(bool interrupted) {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = interrupted;
  }
  changed_.notify_all();
}

}  // namespace gan
