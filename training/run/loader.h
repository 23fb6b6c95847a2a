// SPDX-License-Identifier: LGPL-2.1-or-later
// Batches made ahead of time by worker threads. A sample depends on the seed and on its place in
// the sequence of all samples alone, so that two batches are one of twice the size.
#pragma once

#include <torch/torch.h>

#include <condition_variable>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "training/datasets/dataset.h"

namespace gan::training {

struct Batch {
  torch::Tensor input;   // {N, C, H, W} float, [0, 1], channels_last
  torch::Tensor target;  // the same, other sizes; undefined when the data set has none
  torch::Tensor label;   // {N} int64
  std::vector<std::string> sources;
};

// Which sample stands at which place: every epoch is a permutation of the data set drawn from
// (seed, epoch). Batches run on over the end of an epoch.
class Sampler {
 public:
  Sampler(int64_t size, uint64_t seed) : size_(size), seed_(seed) {}
  int64_t index(int64_t position);  // position = step * batch + place
  int64_t epoch(int64_t position) const { return position / size_; }

 private:
  int64_t size_;
  uint64_t seed_;
  std::map<int64_t, std::vector<int32_t>> epochs_;  // the two latest
};

struct LoaderOptions {
  int batch = 16;  // samples, of all processes
  uint64_t seed = 0;
  int workers = 1;  // threads, at least 1
  int64_t first_step = 1;
  bool pinned = false;      // in memory that a GPU reads by itself
  int part = 0, parts = 1;  // of each batch, what is made here; batch is a multiple of parts
};

class Loader {
 public:
  // Throws Error(kUnavailable) where the system grants fewer threads.
  Loader(const Dataset& dataset, LoaderOptions options);
  ~Loader();

  // The batches in the order of their steps, from first_step on. Rethrows a worker's Error.
  Batch next();
  // Called from next() when it has waited kStallSeconds for data, and again after each such time.
  static constexpr int kStallSeconds = 30;
  std::function<void(const std::string& text)> on_stall;
  double waited_seconds() const { return waited_; }  // by next(), in all

 private:
  void stop();
  void work(size_t worker);
  std::string stall_text() const;  // the caller holds the lock
  Batch make_batch(int64_t step);
  void check_memory(const Sample& sample) const;
  int count() const { return options_.batch / options_.parts; }  // of a batch, made here

  const Dataset& dataset_;
  LoaderOptions options_;
  Sampler sampler_;
  std::mutex mutex_;
  std::condition_variable ready_, room_;
  std::map<int64_t, Batch> batches_;
  std::exception_ptr error_;
  int64_t next_to_make_, next_to_take_;
  bool stopping_ = false;
  double waited_ = 0;
  struct Reading {
    mutable std::mutex mutex;
    std::string file;
  };
  std::vector<std::unique_ptr<Reading>> reading_;  // a worker's present file
  std::vector<std::thread> threads_;
};

}  // namespace gan::training
