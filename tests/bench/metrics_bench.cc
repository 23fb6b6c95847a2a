// SPDX-License-Identifier: LGPL-2.1-or-later
// What psnrmeter computes against FFmpeg's filters psnr and ssim, on the same frames in memory, and
// against what the machine can do at most. The frames are many enough to come from memory, not from
// a cache. The table of results: tests/bench/README.md.
#include <benchmark/benchmark.h>

#include <atomic>
#include <vector>

#include "core/frame_meter.h"
#include "core/simd.h"
#include "core/workers.h"
#ifdef GAN_HAVE_AVFILTER
#include "tests/bench/ffmpeg_filters.h"
#endif

namespace gan::bench {
namespace {

constexpr Size kSize{1920, 1080};
constexpr int kPairs = 64;  // 400 MB
constexpr double kFrameBytes = 1920 * 1080 * 1.5;

// Pairs of I420 frames with content; both sides alike but for noise.
class Frames {
 public:
  static const Frames& get() {
    static const Frames frames;
    return frames;
  }
  FrameView view(int index, bool processed) const {
    const auto& bytes = bytes_[static_cast<size_t>(index % kPairs * 2 + processed)];
    FrameView frame{PixelFormat::kI420, kSize, {}, {}};
    constexpr ptrdiff_t kArea = ptrdiff_t{kSize.width} * kSize.height;
    frame.planes[0] = {bytes.data(), kSize.width};
    frame.planes[1] = {bytes.data() + kArea, kSize.width / 2};
    frame.planes[2] = {bytes.data() + kArea * 5 / 4, kSize.width / 2};
    return frame;
  }
  const std::vector<uint8_t>& bytes(int index) const {
    return bytes_[static_cast<size_t>(index % (2 * kPairs))];
  }

 private:
  Frames() : bytes_(2 * kPairs) {
    uint32_t random = 1;
    for (size_t i = 0; i < bytes_.size(); ++i) {
      bytes_[i].resize(static_cast<size_t>(kFrameBytes));
      for (size_t k = 0; k < bytes_[i].size(); ++k) {
        random = random * 1664525 + 1013904223;
        bytes_[i][k] = static_cast<uint8_t>((k / 7 + k / 1920 * 3) % 200 + 20 + (random >> 28));
      }
    }
  }
  std::vector<std::vector<uint8_t>> bytes_;
};

void report(benchmark::State& state) {
  state.counters["frames/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["GB/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * 2 * kFrameBytes / 1e9, benchmark::Counter::kIsRate);
}

GAN_SIMD uint64_t read_all(const uint64_t* words, size_t count) {
  uint64_t all = 0;
  for (size_t i = 0; i < count; ++i) all |= words[i];
  return all;
}

// The physical limit of every measure: both frames once from memory.
void BM_ReadBothFrames(benchmark::State& state) {
  Workers workers(static_cast<int>(state.range(0)));
  const Frames& frames = Frames::get();
  int index = 0;
  for (auto _ : state) {
    constexpr int kParts = 32;
    const auto& a = frames.bytes(index++);
    const auto& b = frames.bytes(index++);
    std::atomic<uint64_t> all{0};
    workers.run(kParts, [&](int part) {
      const size_t words = a.size() / 8 / kParts, at = words * static_cast<size_t>(part);
      all |= read_all(reinterpret_cast<const uint64_t*>(a.data()) + at, words) |
             read_all(reinterpret_cast<const uint64_t*>(b.data()) + at, words);
    });
    benchmark::DoNotOptimize(all.load());
  }
  report(state);
}

// The other limit of the Gaussian window: as many multiplications with additions as the processor
// does in registers.
GAN_SIMD void multiply_add(float* lanes, int rounds) {
  constexpr int kLanes = 16 * 12;
  float sums[kLanes];
  for (int i = 0; i < kLanes; ++i) sums[i] = lanes[i];
  for (int round = 0; round < rounds; ++round)
    for (int i = 0; i < kLanes; ++i) sums[i] = sums[i] * 0.999f + 0.001f;
  for (int i = 0; i < kLanes; ++i) lanes[i] = sums[i];
}

void BM_MultiplyAdd(benchmark::State& state) {
  Workers workers(static_cast<int>(state.range(0)));
  constexpr int kRounds = 100000;
  for (auto _ : state)
    workers.run(static_cast<int>(state.range(0)), [](int) {
      alignas(64) float lanes[16 * 12] = {};
      multiply_add(lanes, kRounds);
      benchmark::DoNotOptimize(lanes);
    });
  state.counters["GFLOP/s"] = benchmark::Counter(
      static_cast<double>(state.iterations() * state.range(0)) * kRounds * 16 * 12 * 2 / 1e9,
      benchmark::Counter::kIsRate);
}

void measure(benchmark::State& state, const MeterOptions& options) {
  Workers workers(static_cast<int>(state.range(0)));
  FrameMeter meter(options);
  Frames::get();  // made before the clock runs
  int index = 0;
  for (auto _ : state) {
    meter.add(Frames::get().view(index, false), Frames::get().view(index, true), &workers);
    ++index;
  }
  report(state);
}

void BM_Psnr(benchmark::State& state) { measure(state, {.ssim = false}); }
void BM_PsnrSsimFfmpeg(benchmark::State& state) {
  measure(state, {.ssim_window = SsimWindow::kFfmpeg});
}
void BM_PsnrSsimGaussian(benchmark::State& state) {
  measure(state, {});
  // Four maps, two directions, 11 multiplications with addition each; 24 more for
  // the products and the formula.
  state.counters["GFLOP/s"] = benchmark::Counter(
      static_cast<double>(state.iterations()) * kFrameBytes * (4 * 2 * 2 * 11 + 24) / 1e9,
      benchmark::Counter::kIsRate);
}
void BM_MsSsim(benchmark::State& state) { measure(state, {.ssim = false, .ms_ssim = true}); }
void BM_Flicker(benchmark::State& state) { measure(state, {.ssim = false, .flicker = true}); }

#ifdef GAN_HAVE_AVFILTER
void filter(benchmark::State& state, const char* filters) {
  av_log_set_level(AV_LOG_ERROR);
  std::vector<AVFrame*> frames;
  for (int i = 0; i < 2 * kPairs; ++i)
    frames.push_back(borrowed_frame(Frames::get().view(i / 2, i % 2)));
  {
    FfmpegFilters graph(kSize, filters, static_cast<int>(state.range(0)));
    size_t index = 0;
    for (auto _ : state) {
      graph.measure(frames[2 * index], frames[2 * index + 1]);
      index = (index + 1) % kPairs;
    }
  }
  for (AVFrame* frame : frames) av_frame_free(&frame);
  report(state);
}

void BM_FfmpegPsnr(benchmark::State& state) { filter(state, "[processed][reference]psnr[out]"); }
void BM_FfmpegPsnrSsim(benchmark::State& state) {
  filter(state, "[reference]split[r1][r2];[processed][r1]psnr[p];[p][r2]ssim[out]");
}
#endif

#define GAN_BENCH(name) \
  BENCHMARK(name)->Arg(1)->Arg(2)->ArgName("threads")->Unit(benchmark::kMillisecond)->UseRealTime()
GAN_BENCH(BM_ReadBothFrames);
GAN_BENCH(BM_MultiplyAdd);
GAN_BENCH(BM_Psnr);
GAN_BENCH(BM_PsnrSsimFfmpeg);
GAN_BENCH(BM_PsnrSsimGaussian);
GAN_BENCH(BM_MsSsim);
GAN_BENCH(BM_Flicker);
#ifdef GAN_HAVE_AVFILTER
GAN_BENCH(BM_FfmpegPsnr);
GAN_BENCH(BM_FfmpegPsnrSsim);
#endif

}  // namespace
}  // namespace gan::bench

BENCHMARK_MAIN();
