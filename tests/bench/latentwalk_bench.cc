// SPDX-License-Identifier: LGPL-2.1-or-later
// What a pipeline costs beside the network: frames a second of latentwalk into a fakesink, and of
// the bare forward of the same DCGAN of 64x64 pictures, in one process.
#include <benchmark/benchmark.h>
#include <gst/gst.h>

#include <filesystem>

#include "core/latent.h"
#include "models/checkpoint.h"
#include "models/generators/dcgan.h"
#include "models/machine/device.h"

namespace {

constexpr int kFrames = 200;

std::string checkpoint() {
  static const std::string path = [] {
    gan::DcganOptions options;
    torch::manual_seed(1);
    gan::Dcgan network(options);
    const auto file = std::filesystem::temp_directory_path() / "gan-bench-dcgan.safetensors";
    gan::save_network(file, network, "dcgan", options, {});
    return file.string();
  }();
  return path;
}

void bare_forward(benchmark::State& state) {
  torch::InferenceMode inference;
  gan::set_threads_of_this_thread(static_cast<int>(state.range(0)));
  const auto loaded = gan::load_network(gan::open_tensor_file(checkpoint()));
  const auto code = torch::tensor(gan::seeded_code(1, 100)).unsqueeze(0);
  for (int i = 0; i < 20; ++i) loaded.network->run({.latent = code});
  for (auto _ : state)
    for (int i = 0; i < kFrames; ++i)
      benchmark::DoNotOptimize(loaded.network->run({.latent = code}));
  state.SetItemsProcessed(state.iterations() * kFrames);
}

// Times of the first and the last frame that reached the sink.
struct Times {
  gint64 first = 0, last = 0;
  int frames = 0;
};

void pipeline(benchmark::State& state) {
  const std::string text = "latentwalk num-buffers=" + std::to_string(kFrames + 1) +
                           " threads=" + std::to_string(state.range(0)) + " model=" + checkpoint() +
                           " ! video/x-raw,format=RGB ! fakesink name=sink sync=false "
                           "signal-handoffs=true";
  for (auto _ : state) {
    GstElement* const whole = gst_parse_launch(text.c_str(), nullptr);
    GstElement* const sink = gst_bin_get_by_name(GST_BIN(whole), "sink");
    Times times;
    const auto note = +[](GstElement*, GstBuffer*, GstPad*, gpointer data) {
      auto& noted = *static_cast<Times*>(data);
      noted.last = g_get_monotonic_time();
      if (noted.frames++ == 0) noted.first = noted.last;
    };
    g_signal_connect(sink, "handoff", G_CALLBACK(note), &times);
    GstBus* const bus = gst_element_get_bus(whole);
    gst_element_set_state(whole, GST_STATE_PLAYING);
    GstMessage* const end = gst_bus_timed_pop_filtered(
        bus, GST_CLOCK_TIME_NONE, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
    if (GST_MESSAGE_TYPE(end) != GST_MESSAGE_EOS || times.frames != kFrames + 1)
      state.SkipWithError("the pipeline failed");
    gst_message_unref(end);
    gst_element_set_state(whole, GST_STATE_NULL);
    gst_object_unref(bus);
    gst_object_unref(sink);
    gst_object_unref(whole);
    state.SetIterationTime(static_cast<double>(times.last - times.first) / 1e6);
  }
  state.SetItemsProcessed(state.iterations() * kFrames);
}

BENCHMARK(bare_forward)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(pipeline)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseManualTime();

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  std::filesystem::remove(checkpoint());
  return 0;
}
