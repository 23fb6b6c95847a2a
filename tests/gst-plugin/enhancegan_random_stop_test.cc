// SPDX-License-Identifier: LGPL-2.1-or-later
// A network of 23 blocks, whose frames take seconds, ended at any moment: while it loads, while
// tiles are tried, in a frame.
#include <random>

#include "tests/gst-plugin/allocation_count.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

// RRDBNet as Real-ESRGAN's x4plus has it, but for its weights.
void write_rrdbnet(const std::string& path) {
  constexpr int64_t kFeatures = 64, kGrowth = 32;
  std::vector<NamedTensor> tensors;
  const auto conv = [&](const std::string& name, int64_t in, int64_t out) {
    tensors.push_back({name + ".weight", {out, in, 3, 3}});
    tensors.push_back({name + ".bias", {out}});
  };
  conv("conv_first", 3, kFeatures);
  for (int block = 0; block < 23; ++block)
    for (int dense = 1; dense <= 3; ++dense)
      for (int layer = 1; layer <= 5; ++layer)
        conv("body." + std::to_string(block) + ".rdb" + std::to_string(dense) + ".conv" +
                 std::to_string(layer),
             kFeatures + (layer - 1) * kGrowth, layer == 5 ? kFeatures : kGrowth);
  for (const char* name : {"conv_body", "conv_up1", "conv_up2", "conv_hr"})
    conv(name, kFeatures, kFeatures);
  conv("conv_last", kFeatures, 3);
  write_network(path, "rrdbnet", R"({"blocks": 23, "features": 64, "growth": 32, "scale": 4})",
                tensors);
}

// Of a frame's time, what its longest convolution takes (64 to 64 features at four times the side):
// 3.4 % of the multiplications, and more of the time, since its maps fit no cache.
constexpr double kLongestShare = 0.06;

double expected_seconds(GstElement* element) {
  GstStructure* stats = nullptr;
  double expected_ms = 0;
  g_object_get(element, "stats", &stats, nullptr);
  gst_structure_get_double(stats, "expected-ms", &expected_ms);
  gst_structure_free(stats);
  return expected_ms / 1000;
}

// What a frame of the model takes here, as a small part of it tells.
double frame_seconds(const std::string& text) {
  const UniquePipeline pipeline(
      gst_parse_launch((text + " ! fakesink sync=false").c_str(), nullptr));
  const UniqueElement element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  double expected = 0;
  while ((expected = expected_seconds(element.get())) == 0) g_usleep(20000);
  return expected;
}

// GAN_STOPS: how often; the slow suite does it two hundred times.
TEST(EnhanceGanRandomStop, AtAnyMomentWorkEndsWithinALayer) {
  const char* const wanted = std::getenv("GAN_STOPS");
  const int cycles = wanted ? std::atoi(wanted) : 4;
  Scratch scratch;
  const std::string model = scratch.file("rrdb.safetensors"),
                    small = scratch.file("x4.safetensors");
  write_rrdbnet(model);
  write_compact(small, {.scale = 4});
  const std::string text =
      "videotestsrc ! video/x-raw,format=RGB,width=160,height=96,framerate=25/1 ! "
      "enhancegan name=e threads=1 precision=fp32 model=";
  std::mt19937 random(7);
  const double frame = frame_seconds(text + model), bound = std::max(0.1, kLongestShare * frame);
  double longest = 0, settled = 0;
  int late = 0;
  for (int i = 0; i < cycles; ++i) {
    if (i == cycles / 3) settled = bytes_in_use();
    const int kind = int(random() % 4);
    const UniquePipeline pipeline(gst_parse_launch(
        (text + (kind == 3 ? small : model) + " ! fakesink sync=false").c_str(), nullptr));
    const UniqueElement element(gst_bin_get_by_name(GST_BIN(pipeline.get()), "e"));
    gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
    if (kind == 3) {  // the large one is loaded and tried beside a small one that plays
      gst_element_get_state(pipeline.get(), nullptr, nullptr, 20 * GST_SECOND);
      g_object_set(element.get(), "model", model.c_str(), nullptr);
    }
    g_usleep(random() % 6000000);
    const double took = seconds_of([&] {
      if (kind == 1)
        gst_element_send_event(pipeline.get(),
                               gst_event_new_seek(1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                                  GST_SEEK_TYPE_SET, 0, GST_SEEK_TYPE_NONE, 0));
      else
        gst_element_set_state(pipeline.get(), kind == 2 ? GST_STATE_READY : GST_STATE_NULL);
    });
    longest = std::max(longest, took);
    late += took > bound;
    EXPECT_LT(took, 3 * bound) << i << ", way " << kind << ", a frame takes " << frame << " s";
  }
  std::printf("%d stops: the longest took %.0f ms, %d longer than a layer; a frame takes %.1f s\n",
              cycles, longest * 1000, late, frame);
  EXPECT_LE(late, (cycles + 19) / 20);
  if (settled > 0) EXPECT_LT(bytes_in_use() - settled, 32e6);
}

}  // namespace
}  // namespace gan::test
