// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/loader.h"

#include <chrono>
#include <cstring>
#include <numeric>

#include "core/error.h"
#include "models/machine/device.h"

namespace gan::training {
namespace {

thread_local std::function<void(const std::string&)> report_reading;

constexpr int64_t kAhead = 8;  // batches made before they are asked for

// {N, H, W, C} memory seen as {N, C, H, W}: channels_last without a copy.
torch::Tensor stack(const std::vector<Sample>& samples, Picture Sample::*member) {
  const Picture& first = samples[0].*member;
  if (first.values.empty()) return {};
  auto tensor = torch::empty(
      {static_cast<int64_t>(samples.size()), first.size.height, first.size.width, first.channels});
  float* to = tensor.data_ptr<float>();
  for (const auto& sample : samples) {
    const Picture& picture = sample.*member;
    check(picture.size == first.size && picture.channels == first.channels, ErrorKind::kData,
          sample.source, ": ", picture.size.width, "x", picture.size.height, " in a batch of ",
          first.size.width, "x", first.size.height);
    std::memcpy(to, picture.values.data(), picture.values.size() * sizeof(float));
    to += picture.values.size();
  }
  return tensor.permute({0, 3, 1, 2});
}

}  // namespace

void reading(const std::string& file) {
  if (report_reading) report_reading(file);
}

int64_t Sampler::index(int64_t position) {
  const int64_t at = epoch(position);
  auto found = epochs_.find(at);
  if (found == epochs_.end()) {
    std::vector<int32_t> order(static_cast<size_t>(size_));
    std::iota(order.begin(), order.end(), 0);
    Random random(seed_, 0x5a17, static_cast<uint64_t>(at));
    for (size_t i = order.size(); i > 1; --i)
      std::swap(order[i - 1], order[static_cast<size_t>(random.below(static_cast<int>(i)))]);
    while (epochs_.size() >= 2) epochs_.erase(epochs_.begin());
    found = epochs_.emplace(at, std::move(order)).first;
  }
  return found->second[static_cast<size_t>(position % size_)];
}

Loader::Loader(const Dataset& dataset, LoaderOptions options)
    : dataset_(dataset),
      options_(options),
      sampler_(dataset.size(), options.seed),
      next_to_make_(options.first_step),
      next_to_take_(options.first_step) {
  for (int i = 0; i < options.workers; ++i) reading_.push_back(std::make_unique<Reading>());
  try {
    for (size_t i = 0; i < reading_.size(); ++i) threads_.emplace_back([this, i] { work(i); });
  } catch (const std::system_error& error) {
    const size_t started = threads_.size();
    stop();
    fail(ErrorKind::kUnavailable, "workers=", options.workers, ": only ", started,
         " threads can be started: ", error.what());
  }
}

Loader::~Loader() { stop(); }

void Loader::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  room_.notify_all();
  for (auto& thread : threads_) thread.join();
}

// The pictures of the batches in the making may take the quarter of the free memory that tensors
// leave (trainer.cc).
void Loader::check_memory(const Sample& sample) const {
  const size_t bytes = (sample.input.values.size() + sample.target.values.size()) * sizeof(float) *
                       static_cast<size_t>(count()) * static_cast<size_t>(options_.workers);
  if (bytes < size_t{1} << 28) return;  // not worth the question
  const size_t available = available_host_memory();
  check(bytes <= available / 4, ErrorKind::kNoMemory, "out of memory: the pictures of ",
        options_.workers, " batches of ", count(), " samples want ", bytes >> 20,
        " MiB, and a quarter of the ", available >> 20, " MiB that are free is theirs");
}

Batch Loader::make_batch(int64_t step) {
  std::vector<Sample> samples;
  const int64_t first = (step - 1) * options_.batch + options_.part * count();
  for (int64_t position = first; position < first + count(); ++position) {
    int64_t index = 0;
    {
      const std::lock_guard lock(mutex_);
      index = sampler_.index(position);
    }
    Random random(options_.seed, static_cast<uint64_t>(position), 1);
    samples.push_back(dataset_.get(index, random));
    if (position == first) check_memory(samples[0]);
  }
  Batch batch{stack(samples, &Sample::input),
              stack(samples, &Sample::target),
              torch::empty({count()}, torch::kLong),
              {}};
  for (int i = 0; i < count(); ++i) {
    batch.label.data_ptr<int64_t>()[i] = samples[static_cast<size_t>(i)].label;
    batch.sources.push_back(std::move(samples[static_cast<size_t>(i)].source));
  }
  if (options_.pinned)
    for (torch::Tensor* tensor : {&batch.input, &batch.target, &batch.label})
      if (tensor->defined()) *tensor = tensor->pin_memory();
  return batch;
}

void Loader::work(size_t worker) {
  report_reading = [&slot = *reading_[worker]](const std::string& file) {
    const std::lock_guard lock(slot.mutex);
    slot.file = file;
  };
  while (true) {
    int64_t step = 0;
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return stopping_ || next_to_make_ < next_to_take_ + kAhead; });
      if (stopping_) return;
      step = next_to_make_++;
    }
    Batch batch;
    std::exception_ptr error;
    try {
      batch = make_batch(step);
    } catch (...) {
      error = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (error)
      error_ = error;
    else
      batches_[step] = std::move(batch);
    ready_.notify_all();
    if (error) return;
  }
}

std::string Loader::stall_text() const {
  std::string text = concat("warning: waiting for data for ", kStallSeconds, " s;");
  for (size_t i = 0; i < reading_.size(); ++i) {
    const std::lock_guard lock(reading_[i]->mutex);
    text += concat(" loader ", i, " reads ",
                   reading_[i]->file.empty() ? "nothing yet" : reading_[i]->file, ";");
  }
  text.pop_back();
  return text;
}

Batch Loader::next() {
  const auto start = std::chrono::steady_clock::now();
  std::unique_lock lock(mutex_);
  const auto there = [this] { return error_ || batches_.contains(next_to_take_); };
  while (!ready_.wait_for(lock, std::chrono::seconds(kStallSeconds), there))
    if (on_stall) on_stall(stall_text());
  waited_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (error_) std::rethrow_exception(error_);
  Batch batch = std::move(batches_.extract(next_to_take_).mapped());
  ++next_to_take_;
  room_.notify_all();
  return batch;
}

}  // namespace gan::training
