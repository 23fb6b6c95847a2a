// SPDX-License-Identifier: LGPL-2.1-or-later
// Where the convolution engine's time goes: of each layer the shares of its three steps, and how
// much of the processor's multiplications the middle one reaches. One thread, the least of ROUNDS.
//   conv_steps_bench [ROUNDS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

#include "tests/core/conv/plans.h"

namespace {

using namespace gan::conv;

double now_ms() {
  timespec t;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

// The kernels, with a clock around each.
struct Spent {
  double gather_ms = 0, multiply_ms = 0, finish_ms = 0, multiplications = 0;
} spent;

template <class Work>
void timed(double& sum, const Work& work) {
  const double start = now_ms();
  work();
  sum += now_ms() - start;
}

Kernels timed_kernels() {
  Kernels timed_ones = kernels();
  timed_ones.gather = [](Method method, const Gather& g) {
    timed(spent.gather_ms, [&] { kernels().gather(method, g); });
  };
  timed_ones.multiply = [](const Multiply& m) {
    timed(spent.multiply_ms, [&] { kernels().multiply(m); });
    spent.multiplications +=
        double(m.matrices) * m.panels * m.tiles * kBlock * m.segments * m.length;
  };
  timed_ones.finish = [](Method method, const Finish& f) {
    timed(spent.finish_ms, [&] { kernels().finish(method, f); });
  };
  timed_ones.few_outputs = [](const FewOutputs& f) {
    timed(spent.multiply_ms, [&] { kernels().few_outputs(f); });
    spent.multiplications += double(f.pixels) * f.outputs * f.kernel * f.kernel *
                             f.inputs[0].blocks * kBlock * f.input_count;
  };
  return timed_ones;
}

// Multiplications and additions a millisecond of matrices that stay in the L1 cache: what the
// processor can.
double peak(int rounds) {
  constexpr int kTiles = 48, kLength = kBlock, kSegments = 4;
  std::vector<float> left(kTiles * kLength * kSegments, 1), right(kLength * kSegments * kBlock * 2),
      products(kTiles * kBlock * 2);
  const int panels = kernels().panels;
  const Multiply m = {.left = left.data(),
                      .left_segment = kTiles * kBlock,
                      .left_tile = kBlock,
                      .length = kLength,
                      .segments = kSegments,
                      .tiles = kTiles,
                      .matrices = 1,
                      .panels = panels,
                      .right = right.data(),
                      .right_panel = kLength * kSegments * kBlock,
                      .products = products.data(),
                      .product_panel = kTiles * kBlock};
  double best = 1e9;
  constexpr int kTimes = 20000;
  for (int i = 0; i < rounds; ++i) {
    const double start = now_ms();
    for (int k = 0; k < kTimes; ++k) kernels().multiply(m);
    best = std::min(best, now_ms() - start);
  }
  return 2.0 * kTiles * kLength * kSegments * kBlock * panels * kTimes / best;
}

void row(const std::string& name, const Plan& plan, gan::Size size, int rounds, double peak) {
  static const Kernels with_clocks = timed_kernels();
  const Channels picture = random_picture(3, size);
  double whole = 1e9;
  Spent least;
  for (const bool clocks : {false, true}) {
    Executor executor(plan, {.kernels = clocks ? &with_clocks : nullptr});
    executor.prepare(size);
    Channels out(executor.result().channels, executor.result().of(size));
    double best = 1e9;
    for (int i = 0; i < rounds; ++i) {
      spent = {};
      const double start = now_ms();
      executor.run(view(picture), span(out));
      const double took = now_ms() - start;
      if (took >= best) continue;
      best = took;
      if (clocks) least = spent;
    }
    whole = clocks ? whole : best;
  }
  const double sum = least.gather_ms + least.multiply_ms + least.finish_ms;
  std::printf("| %s | %.1f | %.0f | %.0f %% | %.0f %% | %.0f %% | %.0f %% |\n", name.c_str(), whole,
              flops(plan, size) * 1e-6 / whole, 100 * least.gather_ms / sum,
              100 * least.multiply_ms / sum, 100 * least.finish_ms / sum,
              100 * 2 * least.multiplications / least.multiply_ms / peak);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::max(1, std::atoi(argv[1])) : 7;
  const double most = peak(rounds);
  std::printf("%s: %.0f GF/s in the L1 cache\n\n", kernels().name, most * 1e-6);
  std::printf(
      "| | ms | GF/s | gather | multiply | finish | of the peak, multiply |\n"
      "|---|---|---|---|---|---|---|\n");
  const gan::Size size = {640, 96};
  const auto only = [&](const std::string& name, int in, const Layer& layer) {
    row(name, {.layers = {conv({0}, 3, in), layer}}, size, rounds, most);
  };
  row("3 to 32", {.layers = {conv({0}, 3, 32)}}, size, rounds, most);
  for (const auto& [in, out] :
       {std::pair{32, 32}, {64, 64}, {96, 32}, {160, 32}, {192, 64}, {64, 3}})
    only("3 to " + std::to_string(in) + ", to " + std::to_string(out), in,
         leaky(conv({1}, in, out)));
  Layer shuffle = conv({1}, 32, 12);
  shuffle.shuffle = 2;
  only("3 to 32, to 12 shuffled", 32, shuffle);
  only("3 to 64, to 64 by 1x1", 64, conv({1}, 64, 64, 1));
  row("x2 640x360", compact_plan(32, 5, 2), {640, 360}, rounds, most);
  row("SRVGG 64x16 x4 320x180", compact_plan(64, 16, 4), {320, 180}, rounds, most);
  row("RRDBNet 2 blocks x4 320x180", rrdb_plan(64, 32, 2, 1), {320, 180}, rounds, most);
}
