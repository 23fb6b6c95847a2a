// SPDX-License-Identifier: LGPL-2.1-or-later
// How long frames of each format take to become RGB floats and to be written again, on one thread.
#include <benchmark/benchmark.h>

#include "core/frame_rows.h"
#include "tests/core/test_frame.h"

namespace gan::bench {
namespace {

constexpr Size kSize{1920, 1080};

test::TestFrame random_frame(PixelFormat format) {
  const bool yuv = info(format).family == Family::kYuv;
  test::TestFrame frame(format, kSize, {yuv ? Matrix::kBt709 : Matrix::kRgb, Range::kFull});
  frame.fill_random(1);
  return frame;
}

void read(benchmark::State& state, PixelFormat format) {
  const test::TestFrame frame = random_frame(format);
  Picture rgb(kSize, 3);
  RowReader reader(format, kSize, frame.colorimetry);
  for (auto _ : state) {
    reader.read(frame.view(), 0, kSize.height, rgb.span());
    benchmark::ClobberMemory();
  }
}

void write(benchmark::State& state, PixelFormat format) {
  test::TestFrame frame = random_frame(format);
  Picture rgb(kSize, 3);
  RowReader(format, kSize, frame.colorimetry).read(frame.view(), 0, kSize.height, rgb.span());
  RowWriter writer(format, kSize, frame.colorimetry);
  for (auto _ : state) {
    writer.write(rgb.view(), 0, kSize.height, frame.span());
    benchmark::ClobberMemory();
  }
}

}  // namespace
}  // namespace gan::bench

int main(int argc, char** argv) {
  for (int i = 0; i < gan::kPixelFormatCount; ++i) {
    const auto format = static_cast<gan::PixelFormat>(i);
    const std::string name(gan::info(format).name);
    for (const auto& [way, function] :
         {std::pair{"read/", &gan::bench::read}, {"write/", &gan::bench::write}})
      benchmark::RegisterBenchmark((way + name).c_str(), function, format)
          ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
