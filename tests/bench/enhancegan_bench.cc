// SPDX-License-Identifier: LGPL-2.1-or-later
// What enhancegan costs beside its network, and what skip-unchanged saves. Each frame of the one
// way is followed by one of the other, so that both meet the same machine; medians of processor
// time are compared.
//   enhancegan_bench [FRAMES [THREADS]]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "models/builtin.h"
#include "models/enhancer/planned_network.h"
#include "tests/bench/element.h"

namespace {

int frames = 30, threads = 1;

double processor_ms() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) * 1e-6;
}

// Of the processor, of all threads.
double milliseconds(const std::function<void()>& work) {
  const double start = processor_ms();
  work();
  return processor_ms() - start;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + ptrdiff_t(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// Frames of which `moving` is new in every one.
class Moving {
 public:
  Moving(const std::string& properties, const char* format, gan::Size size, gan::Size moving)
      : element_("threads=" + std::to_string(threads) + " " + properties, format, size),
        size_(size),
        moving_(moving) {}

  double frame() {
    for (int y = 0; y < moving_.height; ++y)
      for (int x = 0; x < moving_.width; ++x)
        element_.picture[size_t(y + 50) * size_t(size_.width) + size_t(x + 70)] =
            guint8(g_random_int());
    GstBuffer* const in = element_.frame();
    return milliseconds([&] { element_.run(in); });
  }

 private:
  Element element_;
  gan::Size size_, moving_;
};

// The network alone, run by the same engine on the same picture of floats.
class Bare {
 public:
  Bare(const char* kernel, gan::Size size)
      : workers_(threads),
        network_(*gan::planned_model(gan::open_model(""), "x2"), {.kernel = kernel}, workers_),
        picture_(size, 3) {
    for (float& value : picture_.values) value = float(g_random_double());
    network_.prepare(size, true);
  }
  void run() { network_.run(picture_.view(), {}); }

 private:
  gan::Workers workers_;
  gan::PlannedNetwork network_;
  gan::Picture picture_;
};

void overhead(const char* kernel, const char* format) {
  const gan::Size size{640, 360};
  Moving element(std::string("kernel=") + kernel, format, size, {});
  Bare network(kernel, size);
  std::vector<double> bare, whole;
  for (int i = 0; i < frames + 5; ++i) {
    const double forward = milliseconds([&] { network.run(); });
    const double frame = element.frame();
    if (i < 5) continue;
    bare.push_back(forward);
    whole.push_back(frame);
  }
  const double a = median(bare), b = median(whole);
  std::printf("| %s, %s | %.2f | %.2f | %.1f %% |\n", kernel, format, a, b, 100 * (b - a) / a);
}

void skipping(const char* name, gan::Size size) {
  // A tenth of the frame.
  const gan::Size moving{int(size.width * 0.3162), int(size.height * 0.3162)};
  Moving every("", "GRAY8", size, moving);
  Moving skip("skip-unchanged=true", "GRAY8", size, moving);
  std::vector<double> all, changed;
  for (int i = 0; i < frames / 3 + 2; ++i) {
    const double a = every.frame(), b = skip.frame();
    if (i < 2) continue;
    all.push_back(a);
    changed.push_back(b);
  }
  const double a = median(all), b = median(changed);
  std::printf("| %s | %.1f | %.1f | %.1f |\n", name, a, b, a / b);
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc > 1) frames = std::atoi(argv[1]);
  if (argc > 2) threads = std::atoi(argv[2]);
  std::printf(
      "| x2, 640x360 | network alone, ms | enhancegan, ms | overhead |\n|---|---|---|---|\n");
  for (const char* kernel : {"f4-fp32", "f4-store16"})
    for (const char* format : {"RGB", "I420"}) overhead(kernel, format);
  std::printf(
      "\n| a tenth moves | every tile, ms | skip-unchanged, ms | times as fast "
      "|\n|---|---|---|---|\n");
  skipping("640x360", {640, 360});
  skipping("1280x720", {1280, 720});
  return 0;
}
