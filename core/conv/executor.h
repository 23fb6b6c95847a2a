// SPDX-License-Identifier: LGPL-2.1-or-later
// The fast executor of plans: schedule.h says in which order, kernels.h by which means.
#pragma once

#include <atomic>
#include <functional>
#include <list>
#include <memory>

#include "core/conv/piece.h"
#include "core/conv/plan.h"
#include "core/conv/progress.h"
#include "core/workers.h"

namespace gan::conv {

enum class Precision {
  kFloat,
  kBf16Storage,  // values between layers in bf16, but those that are added to results; products
                 // float
  kBf16,         // products of bf16 factors too, where the processor has them
};

struct ExecutorOptions {
  Precision precision = Precision::kFloat;
  Method winograd = Method::kWinograd4;  // or kWinograd2: slower, rounds less
  int threads = 1;  // that work at once at most, each in memory of its own; other workers wait
  Cut cut = {};
  const std::atomic<bool>* interrupt = nullptr;  // while it is made, as in run()
  const Kernels* kernels = nullptr;              // null: the best
};

class Executor {
 public:
  // Throws Error: kFailed as shapes() does, kInterrupted.
  explicit Executor(Plan plan, const ExecutorOptions& options = {});

  // Those of a plan that is otherwise the same.
  void set_weights(const Plan& plan) { pack_all(plan, nullptr); }

  // Makes ready for frames of this size, whose sides must be multiples of size_multiple(plan). What
  // was made for a few sizes before is kept, until forget().
  void prepare(Size frame);
  void forget();

  // {in_channels, frame} -> {out_channels, frame * scale}. The same bits with any workers, cuts and
  // instruction sets that have fused multiply-add. False where the result has a number that is
  // infinite or NaN. With `interrupt` set by another thread the rest is left out and
  // Error(kInterrupted) thrown. One caller at a time.
  bool run(PlanesView picture, PlanesSpan result, Workers* workers = nullptr,
           const std::atomic<bool>* interrupt = nullptr);

  // The same, without memory for the whole result: rows [begin, end) are given away as soon as they
  // are there, `band` being the first of them, interleaved. Any of the threads calls, for several
  // bands at once; begin is even. What was made before NaN or interrupt was given away.
  using Rows = std::function<void(int begin, int end, PlanesView band)>;
  bool run(PlanesView picture, const Rows& rows, Workers* workers = nullptr,
           const std::atomic<bool>* interrupt = nullptr);

  Shape result() const { return shapes_.back(); }
  // How far an output pixel's bits depend on the picture, in its pixels: reach() and what tiles
  // add, or kWhole. A part of a frame that begins at multiples of `grid` and has as much around it
  // as there is, up to this, comes out as in the whole.
  int exact_reach() const;
  int grid() const;
  // Bytes held: weights, values, the threads' memory.
  size_t memory() const;
  // Bytes that values of frames of that size take.
  size_t memory(Size frame) const;

 private:
  struct Band {
    int begin, end;  // rows of the result
    int tasks;
  };
  struct Prepared {
    Size frame;
    Schedule schedule;
    Buffers buffers = {};
    // Where the result's rows are given away:
    std::vector<Band> bands = {};
    std::vector<int> band_of = {};  // of the last group's tasks; -1: of none
    int rows_kept = 0;
    std::vector<std::atomic<int>> left = {};  // tasks of each band
    std::vector<float> rows = {};
  };
  void pack_all(const Plan& plan, const std::atomic<bool>* interrupt);
  Prepared& prepared();  // for the size of the next frame
  Prepared laid_out(Size frame) const;
  void find_bands(Prepared& made) const;
  bool run_groups(PlanesView picture, const Rows* rows, Workers* workers,
                  const std::atomic<bool>* interrupt);
  void give_rows(size_t task, const Rows& rows);
  void run_task(const Task& task, Scratch& scratch) const;

  Plan plan_;  // without weights
  std::vector<Shape> shapes_;
  std::vector<Form> forms_;
  ExecutorOptions options_;
  std::vector<PackedLayer> layers_;
  std::vector<Normal> normals_;   // of each layer
  std::vector<float> row_sums_;   // of the value that is normalised next
  std::list<Prepared> prepared_;  // the last one first
  FrameWork work_ = {};
  std::vector<std::unique_ptr<Scratch>> scratches_;  // a thread's each
  Progress progress_;
};

}  // namespace gan::conv
