// SPDX-License-Identifier: LGPL-2.1-or-later
// What enhancegan costs beside its network, and what skip-unchanged saves. Each frame of the one
// way is followed by one of the other, so that both meet the same machine; medians are compared.
//   enhancegan_bench [FRAMES [THREADS]]
#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/frames/frame_tensor.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"

namespace {

int frames = 30, threads = 1;

double milliseconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
      .count();
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + ptrdiff_t(values.size() / 2), values.end());
  return values[values.size() / 2];
}

// Frames of noise through enhancegan, of which `moving` is new in every one.
class Element {
 public:
  Element(const std::string& properties, const char* format, gan::Size size, gan::Size moving)
      : size_(size), moving_(moving) {
    const std::string text = "enhancegan threads=" + std::to_string(threads) + " " + properties;
    harness_ = gst_harness_new_parse(text.c_str());
    const std::string caps = "video/x-raw,framerate=25/1,format=" + std::string(format) +
                             ",width=" + std::to_string(size.width) +
                             ",height=" + std::to_string(size.height);
    gst_harness_set_src_caps_str(harness_, caps.c_str());
    GstVideoInfo info;
    GstCaps* const parsed = gst_caps_from_string(caps.c_str());
    gst_video_info_from_caps(&info, parsed);
    gst_caps_unref(parsed);
    picture_.resize(GST_VIDEO_INFO_SIZE(&info));
    for (auto& byte : picture_) byte = guint8(g_random_int());
  }
  ~Element() { gst_harness_teardown(harness_); }

  double frame() {
    for (int y = 0; y < moving_.height; ++y)
      for (int x = 0; x < moving_.width; ++x)
        picture_[size_t(y + 50) * size_t(size_.width) + size_t(x + 70)] = guint8(g_random_int());
    GstBuffer* const in = gst_harness_create_buffer(harness_, picture_.size());
    gst_buffer_fill(in, 0, picture_.data(), picture_.size());
    return milliseconds([&] { gst_buffer_unref(gst_harness_push_and_pull(harness_, in)); });
  }

 private:
  gan::Size size_, moving_;
  GstHarness* harness_;
  std::vector<guint8> picture_;
};

void overhead(const char* precision, const char* format) {
  const gan::Size size{640, 360};
  Element element(std::string("precision=") + precision, format, size, {});
  auto network = gan::load_network(gan::open_model("")).network;
  network->eval();
  const auto type = gan::precision_from_name(precision, torch::kCPU);
  network->to(type);
  gan::to_channels_last(*network);
  auto input = gan::empty_picture_tensor(size);
  input.uniform_(0, 1);
  input = input.to(type);
  gan::set_threads_of_this_thread(threads);
  torch::InferenceMode inference;
  std::vector<double> bare, whole;
  for (int i = 0; i < frames + 5; ++i) {
    const double forward = milliseconds([&] { network->run({.image = input}); });
    const double frame = element.frame();
    if (i < 5) continue;
    bare.push_back(forward);
    whole.push_back(frame);
  }
  const double a = median(bare), b = median(whole);
  std::printf("| %s, %s | %.2f | %.2f | %.1f %% |\n", precision, format, a, b, 100 * (b - a) / a);
}

void skipping(const char* name, gan::Size size) {
  // A tenth of the frame.
  const gan::Size moving{int(size.width * 0.3162), int(size.height * 0.3162)};
  Element every("", "GRAY8", size, moving);
  Element skip("skip-unchanged=true", "GRAY8", size, moving);
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
  gan::install_host_allocator();
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc > 1) frames = std::atoi(argv[1]);
  if (argc > 2) threads = std::atoi(argv[2]);
  std::printf(
      "| x2, 640x360 | bare forward, ms | enhancegan, ms | overhead |\n|---|---|---|---|\n");
  for (const char* precision : {"fp32", "bf16"})
    for (const char* format : {"RGB", "I420"}) overhead(precision, format);
  std::printf(
      "\n| a tenth moves | every tile, ms | skip-unchanged, ms | times as fast "
      "|\n|---|---|---|---|\n");
  skipping("640x360", {640, 360});
  skipping("1280x720", {1280, 720});
  return 0;
}
