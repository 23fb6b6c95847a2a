// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/executor.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "core/bands.h"
#include "core/error.h"

namespace gan::conv {
namespace {

// Which of a group's tasks are done, and the memory of the threads that do them.
class Progress {
 public:
  Progress(size_t tasks, std::vector<std::unique_ptr<Scratch>>& free) : done_(tasks), free_(free) {}

  // Waits until tasks 0 .. after - 1 are done.
  std::unique_ptr<Scratch> begin(int after) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return first_undone_ >= after; });
    if (free_.empty()) return std::make_unique<Scratch>();
    auto scratch = std::move(free_.back());
    free_.pop_back();
    return scratch;
  }

  void end(int task, std::unique_ptr<Scratch> scratch) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(scratch));
    done_[static_cast<size_t>(task)] = true;
    const int before = first_undone_;
    while (first_undone_ < static_cast<int>(done_.size()) &&
           done_[static_cast<size_t>(first_undone_)])
      ++first_undone_;
    if (first_undone_ > before) changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<char> done_;
  int first_undone_ = 0;
  std::vector<std::unique_ptr<Scratch>>& free_;
};

std::vector<int> channels_of(const Layer& layer, const std::vector<Shape>& values) {
  std::vector<int> channels;
  for (const Value value : layer.inputs)
    channels.push_back(values[static_cast<size_t>(value)].channels);
  return channels;
}

Method method_of(const Layer& layer, const ExecutorOptions& options) {
  if (layer.inputs[0] == kPicture) return Method::kPictureRows;
  if (layer.kernel == 1) return Method::kPoint;
  const bool few = layer.out_channels <= kMostFewOutputs && layer.inputs.size() <= kMostFewInputs;
  return few && !layer.twice ? Method::kFewOutputs : options.winograd;
}

Storage factors_of(Method method, const ExecutorOptions& options) {
  const bool matrices = method != Method::kPictureRows && method != Method::kFewOutputs;
  const bool bf16 = options.precision == Precision::kBf16 && options.kernels->multiply_bf16;
  return bf16 && matrices ? Storage::kBf16 : Storage::kFloat;
}

std::vector<Storage> storages_of(const Plan& plan, Precision precision) {
  std::vector<Storage> all(plan.layers.size() + 1,
                           precision == Precision::kFloat ? Storage::kFloat : Storage::kBf16);
  for (const Layer& layer : plan.layers)
    for (const Add& add : layer.adds) all[static_cast<size_t>(add.value)] = Storage::kFloat;
  return all;
}

}  // namespace

Executor::Executor(const Plan& plan, const ExecutorOptions& options)
    : plan_(plan),
      shapes_(shapes(plan)),
      storages_(storages_of(plan, options.precision)),
      options_(options) {
  if (!options_.kernels) options_.kernels = &kernels();
  for (size_t i = 0; i < plan.layers.size(); ++i) {
    const Method method = method_of(plan.layers[i], options_);
    PackedLayer& packed = layers_.emplace_back();
    packed.weights = pack(plan.layers[i], channels_of(plan.layers[i], shapes_), method,
                          factors_of(method, options_));
    plan_.layers[i].weight.clear();
    packed.layer = plan_.layers[i];
    packed.value = static_cast<Value>(i + 1);
    packed.last = i + 1 == plan.layers.size();
  }
}

void Executor::prepare(Size frame) {
  if (frame == frame_) return;
  const int multiple = size_multiple(plan_);
  check(frame.width > 0 && frame.height > 0 && frame.width % multiple == 0 &&
            frame.height % multiple == 0,
        ErrorKind::kFailed, "plan: sides must be multiples of ", multiple, ", got ", frame.width,
        "x", frame.height);
  frame_ = {};
  buffers_ = {};
  schedule_ = make_schedule(plan_, shapes_, frame, options_.cut);
  buffers_ = Buffers(shapes_, storages_, frame, schedule_);
  for (PackedLayer& packed : layers_) packed.size = input_shape(packed.layer, shapes_).of(frame);
  work_ = {.kernels = options_.kernels,
           .buffers = &buffers_,
           .picture_channels = plan_.in_channels,
           .scale = result().up / result().down};
  frame_ = frame;
}

void Executor::run_group(const std::vector<Task>& tasks, Workers* workers,
                         const std::atomic<bool>* interrupt) {
  Progress progress(tasks.size(), scratches_);
  run_all(workers, static_cast<int>(tasks.size()), [&](int i) {
    const Task& task = tasks[static_cast<size_t>(i)];
    const PackedLayer& packed = layers_[static_cast<size_t>(task.layer)];
    auto scratch = progress.begin(task.after);
    if (!interrupt || !interrupt->load(std::memory_order_relaxed)) {
      scratch->grow(packed, work_);
      run_piece(work_, packed, task, *scratch);
    }
    progress.end(i, std::move(scratch));
  });
}

void Executor::run(PlanesView picture, PlanesSpan result, Workers* workers,
                   const std::atomic<bool>* interrupt) {
  check(frame_.width > 0, ErrorKind::kFailed, "plan: a size must be prepared before a frame runs");
  work_.picture = picture;
  work_.result = result;
  for (const auto& group : schedule_.groups) run_group(group, workers, interrupt);
  check(!interrupt || !*interrupt, ErrorKind::kInterrupted, "the frame was given up");
}

int Executor::grid() const {
  int grid = 1;
  for (const PackedLayer& packed : layers_) {
    const Shape in = input_shape(packed.layer, shapes_);
    grid = std::max(grid, kGrid * std::max(1, in.down / in.up));
  }
  return grid;
}

int Executor::exact_reach() const {
  std::vector<double> seen(shapes_.size());
  for (const PackedLayer& packed : layers_) {
    const Shape in = input_shape(packed.layer, shapes_);
    const int around = packed.layer.kernel / 2 + tile_out(packed.weights.method) - 1;
    double& most = seen[static_cast<size_t>(packed.value)];
    for (const Value value : packed.layer.inputs)
      most = std::max(most, seen[static_cast<size_t>(value)]);
    most += around * static_cast<double>(in.down) / in.up + packed.layer.unshuffle - 1;
    for (const Add& add : packed.layer.adds)
      most = std::max(most, seen[static_cast<size_t>(add.value)]);
    if (packed.layer.gate != kNoValue)
      most = std::max(most, seen[static_cast<size_t>(packed.layer.gate)]);
  }
  return static_cast<int>(seen.back() + 0.999);
}

size_t Executor::memory() const {
  size_t sum = buffers_.bytes();
  for (const PackedLayer& packed : layers_) sum += packed.weights.right.size();
  for (const auto& scratch : scratches_)
    sum += scratch->left.size() + scratch->products.size() + scratch->pixels.size();
  return sum;
}

}  // namespace gan::conv
