// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/executor.h"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>

#include "core/bands.h"
#include "core/error.h"

namespace gan::conv {
namespace {

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

// Which of a group's tasks are done, and whose memory is free.
class Executor::Progress {
 public:
  void reset(size_t tasks, const std::vector<std::unique_ptr<Scratch>>& scratches) {
    done_.assign(tasks, false);
    first_undone_ = 0;
    free_.clear();
    for (const auto& scratch : scratches) free_.push_back(scratch.get());
  }

  // Waits until tasks 0 .. after - 1 are done and memory is free.
  Scratch* begin(int after) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return first_undone_ >= after && !free_.empty(); });
    Scratch* const scratch = free_.back();
    free_.pop_back();
    return scratch;
  }

  void end(int task, Scratch* scratch) {
    const std::lock_guard lock(mutex_);
    free_.push_back(scratch);
    done_[static_cast<size_t>(task)] = true;
    const int before = first_undone_;
    while (static_cast<size_t>(first_undone_) < done_.size() &&
           done_[static_cast<size_t>(first_undone_)])
      ++first_undone_;
    if (first_undone_ > before || free_.size() == 1) changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<char> done_;
  int first_undone_ = 0;
  std::vector<Scratch*> free_;
};

Executor::Executor(Plan plan, const ExecutorOptions& options)
    : plan_(std::move(plan)),
      shapes_(shapes(plan_)),
      storages_(storages_of(plan_, options.precision)),
      options_(options),
      progress_(std::make_unique<Progress>()) {
  check(options.threads >= 1, ErrorKind::kFailed, "plan: threads must be at least 1, got ",
        options.threads);
  if (!options_.kernels) options_.kernels = &kernels();
  for (Layer& layer : plan_.layers) {
    const Method method = method_of(layer, options_);
    PackedLayer& packed = layers_.emplace_back();
    packed.weights = pack(layer, channels_of(layer, shapes_), method, factors_of(method, options_));
    layer.weight = std::vector<float>();  // frees them
    packed.layer = layer;
    packed.value = static_cast<Value>(layers_.size());
    packed.last = layers_.size() == plan_.layers.size();
  }
}

Executor::~Executor() = default;

Executor::Prepared Executor::laid_out(Size frame) const {
  const int multiple = size_multiple(plan_);
  check(frame.width > 0 && frame.height > 0 && frame.width % multiple == 0 &&
            frame.height % multiple == 0,
        ErrorKind::kFailed, "plan: sides must be multiples of ", multiple, ", got ", frame.width,
        "x", frame.height);
  Prepared made = {frame, make_schedule(plan_, shapes_, frame, options_.cut), {}};
  made.buffers = Buffers(shapes_, storages_, frame, made.schedule);
  return made;
}

void Executor::prepare(Size frame) {
  constexpr size_t kSizes = 9;  // of the tiles of a frame
  const auto known = std::find_if(prepared_.begin(), prepared_.end(),
                                  [&](const Prepared& p) { return p.frame == frame; });
  if (known != prepared_.end()) {
    prepared_.splice(prepared_.begin(), prepared_, known);
  } else {
    Prepared made = laid_out(frame);
    if (prepared_.size() == kSizes) prepared_.pop_back();
    made.buffers.allocate();
    prepared_.push_front(std::move(made));
  }
  work_ = {.kernels = options_.kernels,
           .buffers = &prepared_.front().buffers,
           .frame = frame,
           .subtract = plan_.subtract.empty() ? nullptr : plan_.subtract.data(),
           .multiply = plan_.multiply,
           .picture_channels = plan_.in_channels,
           .scale = result().up / result().down};
  while (static_cast<int>(scratches_.size()) < options_.threads) {
    auto scratch = std::make_unique<Scratch>();
    for (const PackedLayer& packed : layers_) scratch->grow(packed, work_);
    scratches_.push_back(std::move(scratch));
  }
}

void Executor::forget() { prepared_.clear(); }

void Executor::run_task(const Task& task, Scratch& scratch) const {
  run_piece(work_, layers_[static_cast<size_t>(task.layer)], task, scratch);
}

bool Executor::run(PlanesView picture, PlanesSpan result, Workers* workers,
                   const std::atomic<bool>* interrupt) {
  check(!prepared_.empty(), ErrorKind::kFailed,
        "plan: a size must be prepared before a frame runs");
  work_.picture = picture;
  work_.result = result;
  std::atomic<bool> finite{true};
  work_.finite = &finite;
  for (const std::vector<Task>& tasks : prepared_.front().schedule.groups) {
    progress_->reset(tasks.size(), scratches_);
    const auto part = [&](int i) {
      const Task& task = tasks[static_cast<size_t>(i)];
      Scratch* const scratch = progress_->begin(task.after);
      if (!interrupt || !interrupt->load(std::memory_order_relaxed)) run_task(task, *scratch);
      progress_->end(i, scratch);
    };
    run_all(workers, static_cast<int>(tasks.size()), std::ref(part));
  }
  check(!interrupt || !*interrupt, ErrorKind::kInterrupted, "the frame was given up");
  return finite;
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

size_t Executor::memory(Size frame) const { return laid_out(frame).buffers.bytes(); }

size_t Executor::memory() const {
  size_t sum = 0;
  for (const Prepared& made : prepared_) sum += made.buffers.bytes();
  for (const PackedLayer& packed : layers_) sum += packed.weights.right.size();
  for (const auto& scratch : scratches_)
    sum += scratch->left.size() + scratch->products.size() + scratch->pixels.size();
  return sum;
}

}  // namespace gan::conv
