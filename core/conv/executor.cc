// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/executor.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "core/bands.h"
#include "core/conv/normal.h"
#include "core/error.h"

namespace gan::conv {
namespace {

std::vector<int> channels_of(const Layer& layer, const std::vector<Shape>& values) {
  if (layer.kernel == 0) return {layer.out_channels};
  std::vector<int> channels;
  for (const Value value : layer.inputs)
    channels.push_back(values[static_cast<size_t>(value)].channels);
  return channels;
}

Method method_of(const Layer& layer, const ExecutorOptions& options) {
  if (layer.inputs[0] == kPicture) return Method::kPictureRows;
  if (layer.kernel == 0) return Method::kPass;
  if (layer.kernel == 1) return Method::kPoint;
  if (layer.stride > 1) return Method::kTaps;
  const bool few = layer.out_channels <= kMostFewOutputs && layer.inputs.size() <= kMostFewInputs;
  return few && !layer.twice ? Method::kFewOutputs : options.winograd;
}

Storage factors_of(Method method, const ExecutorOptions& options) {
  const bool matrices =
      method != Method::kPictureRows && method != Method::kFewOutputs && method != Method::kPass;
  const bool bf16 = options.precision == Precision::kBf16 && options.kernels->multiply_bf16;
  return bf16 && matrices ? Storage::kBf16 : Storage::kFloat;
}

std::vector<Form> forms_of(const Plan& plan, Precision precision) {
  const Storage usual = precision == Precision::kFloat ? Storage::kFloat : Storage::kBf16;
  std::vector<Form> all(plan.layers.size() + 1, {.storage = usual});
  for (const Layer& layer : plan.layers) {
    for (const Add& add : layer.adds) all[static_cast<size_t>(add.value)].storage = Storage::kFloat;
    if (layer.kernel <= 1) continue;
    for (const Value value : layer.inputs) {
      Form& form = all[static_cast<size_t>(value)];
      form.padding = layer.padding;
      form.margin = std::max(form.margin, layer.kernel / 2);
    }
  }
  return all;
}

}  // namespace

Executor::Executor(Plan plan, const ExecutorOptions& options)
    : plan_(std::move(plan)),
      shapes_(shapes(plan_)),
      forms_(forms_of(plan_, options.precision)),
      options_(options) {
  check(options.threads >= 1, ErrorKind::kFailed, "plan: threads must be at least 1, got ",
        options.threads);
  if (!options_.kernels) options_.kernels = &kernels();
  for (const Layer& layer : plan_.layers) {
    PackedLayer& packed = layers_.emplace_back();
    packed.value = static_cast<Value>(layers_.size());
    packed.last = layers_.size() == plan_.layers.size();
    normals_.emplace_back();
    if (layer.normalise > 0) {
      const auto channels =
          static_cast<size_t>((layer.out_channels + kBlock - 1) / kBlock * kBlock);
      normals_.back() = {std::vector<float>(channels), std::vector<float>(channels)};
    }
  }
  pack_all(plan_, options.interrupt);
  for (Layer& layer : plan_.layers) layer.weight = std::vector<float>();  // frees them
}

void Executor::pack_all(const Plan& plan, const std::atomic<bool>* interrupt) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    check(!interrupt || !*interrupt, ErrorKind::kInterrupted, "the network was given up");
    const Layer& layer = plan.layers[i];
    const Method method = method_of(layer, options_);
    layers_[i].weights =
        pack(layer, channels_of(layer, shapes_), method, factors_of(method, options_));
    layers_[i].layer = layer;
    if (layer.kernel > 0) layers_[i].layer.weight = std::vector<float>();
  }
}

Executor::Prepared Executor::laid_out(Size frame) const {
  const int multiple = size_multiple(shapes_);
  check(frame.width > 0 && frame.height > 0 && frame.width % multiple == 0 &&
            frame.height % multiple == 0,
        ErrorKind::kFailed, "plan: sides must be multiples of ", multiple, ", got ", frame.width,
        "x", frame.height);
  Prepared made = {.frame = frame, .schedule = make_schedule(plan_, shapes_, frame, options_.cut)};
  find_bands(made);
  made.buffers = Buffers(shapes_, forms_, frame, made.schedule);
  for (size_t i = 0; i < plan_.layers.size(); ++i) {
    const Layer& layer = plan_.layers[i];
    const Size size = shapes_[static_cast<size_t>(layer.inputs[0])].of(frame);
    check(
        layer.padding != Padding::kReflect || std::min(size.width, size.height) > layer.kernel / 2,
        ErrorKind::kFailed, "plan: a frame of ", frame.width, "x", frame.height,
        " is too small to be reflected");
  }
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
           .scale = result().up / result().down,
           .result_multiply = plan_.result_multiply,
           .result_add = plan_.result_add,
           .normals = normals_.data()};
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

Executor::Prepared& Executor::prepared() {
  check(!prepared_.empty(), ErrorKind::kFailed,
        "plan: a size must be prepared before a frame runs");
  return prepared_.front();
}

bool Executor::run(PlanesView picture, PlanesSpan result, Workers* workers,
                   const std::atomic<bool>* interrupt) {
  work_.result = result;
  work_.result_rows = this->result().of(prepared().frame).height;
  return run_groups(picture, nullptr, workers, interrupt);
}

bool Executor::run(PlanesView picture, const Rows& rows, Workers* workers,
                   const std::atomic<bool>* interrupt) {
  Prepared& now = prepared();
  const Shape shape = result();
  const ptrdiff_t row = ptrdiff_t{shape.of(now.frame).width} * shape.channels;
  now.rows.resize(static_cast<size_t>(now.rows_kept * row));  // once
  work_.result = {now.rows.data(), 1, row, shape.channels};
  work_.result_rows = now.rows_kept;
  return run_groups(picture, &rows, workers, interrupt);
}

// Finds the bands of the last layer, tasks of the same rows. So many of the result's rows are kept
// as a few bands have: a band's tasks wait until those are given away whose rows they write over.
void Executor::find_bands(Prepared& made) const {
  const int last = static_cast<int>(layers_.size()) - 1, up = layers_.back().layer.shuffle;
  std::vector<Task>& tasks = made.schedule.groups.back();
  made.band_of.assign(tasks.size(), -1);
  std::vector<int> after;  // of each band: 1 + its last task
  int most = 0;
  for (size_t i = 0; i < tasks.size(); ++i) {
    const Task& task = tasks[i];
    if (task.layer != last) continue;
    if (made.bands.empty() || made.bands.back().begin != task.y * up) {
      made.bands.push_back({task.y * up, task.y_end * up, 0});
      after.push_back(0);
      most = std::max(most, made.bands.back().end - made.bands.back().begin);
    }
    ++made.bands.back().tasks;
    after.back() = static_cast<int>(i) + 1;
    made.band_of[i] = static_cast<int>(made.bands.size()) - 1;
  }
  constexpr int kBandsKept = 4;
  const int grid = kGrid * up;  // where bands begin
  made.rows_kept = kBandsKept * ((most + grid - 1) / grid * grid);
  for (size_t i = 0; i < tasks.size(); ++i)
    for (int band = made.band_of[i] - 1; band >= 0; --band)
      if (made.bands[static_cast<size_t>(band)].begin < tasks[i].y_end * up - made.rows_kept) {
        tasks[i].after = std::max(tasks[i].after, after[static_cast<size_t>(band)]);
        break;
      }
  made.left = std::vector<std::atomic<int>>(made.bands.size());
}

// After a task of the last group: where that completes a band, gives its rows away, in two parts
// where memory ends within it.
void Executor::give_rows(size_t task, const Rows& rows) {
  Prepared& now = prepared_.front();
  if (now.band_of[task] < 0) return;
  const auto index = static_cast<size_t>(now.band_of[task]);
  if (--now.left[index] > 0) return;
  const Band& band = now.bands[index];
  for (int begin = band.begin; begin < band.end;) {
    const int place = begin % now.rows_kept;
    const int end = std::min(band.end, begin + now.rows_kept - place);
    const PlanesSpan& kept = work_.result;
    rows(begin, end, {kept.data + place * kept.row, kept.plane, kept.row, kept.pixel});
    begin = end;
  }
}

bool Executor::run_groups(PlanesView picture, const Rows* rows, Workers* workers,
                          const std::atomic<bool>* interrupt) {
  work_.picture = picture;
  Prepared& now = prepared_.front();
  for (size_t band = 0; rows && band < now.left.size(); ++band)
    now.left[band] = now.bands[band].tasks;
  const auto stopped = [&] { return interrupt && interrupt->load(std::memory_order_relaxed); };
  std::atomic<bool> finite{true};
  work_.finite = &finite;
  for (const std::vector<Task>& tasks : now.schedule.groups) {
    const auto first = static_cast<size_t>(tasks.front().layer);
    if (layers_[first].layer.normalise > 0)
      find_normal(work_, layers_[first], workers, row_sums_, normals_[first]);
    progress_.reset(tasks.size(), scratches_);
    const auto part = [&](int i) {
      const Task& task = tasks[static_cast<size_t>(i)];
      Scratch* const scratch = progress_.begin(task.after);
      if (!stopped()) {
        run_task(task, *scratch);
        if (rows && &tasks == &now.schedule.groups.back()) give_rows(static_cast<size_t>(i), *rows);
      }
      progress_.end(i, scratch);
    };
    run_all(workers, static_cast<int>(tasks.size()), std::ref(part));
  }
  check(!stopped(), ErrorKind::kInterrupted, "the frame was given up");
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
  return reach(plan_, shapes_, [&](size_t i) {
    return layers_[i].layer.kernel / 2 + tile_out(layers_[i].weights.method) - 1;
  });
}

size_t Executor::memory(Size frame) const { return laid_out(frame).buffers.bytes(); }

size_t Executor::memory() const {
  size_t sum = 0;
  for (const Prepared& made : prepared_)
    sum += made.buffers.bytes() + made.rows.size() * sizeof(float);
  for (const PackedLayer& packed : layers_) sum += packed.weights.right.size();
  for (const auto& scratch : scratches_)
    sum += scratch->left.size() + scratch->products.size() + scratch->pixels.size();
  return sum;
}

}  // namespace gan::conv
