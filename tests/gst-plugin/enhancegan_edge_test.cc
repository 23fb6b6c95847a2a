// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan at its edges: padded frames, refused sizes, shipped presets, the threads of others.
#include <dlfcn.h>

#include "tests/gst-plugin/enhance_stream.h"

namespace gan::test {
namespace {

class EnhanceGanEdge : public EnhanceStream {
 protected:
  GstBuffer* padded(int width, int height) {
    GstBuffer* const buffer = padded_grey(50, {width, height, width, 0});
    GST_BUFFER_PTS(buffer) = frame_++ * 40 * GST_MSECOND;
    return buffer;
  }
  void expect_plain_grey(GstBuffer* in) {
    GstBuffer* const out = gst_harness_push_and_pull(harness_, in);
    ASSERT_TRUE(out);
    EXPECT_EQ(bytes_of(out), std::string(256, 50));
    gst_buffer_unref(out);
  }
};

TEST_F(EnhanceGanEdge, AMetaLargerThanTheCapsIsPadding) {
  begin("same1");
  for (const auto& [width, height] : {std::pair{24, 16}, {16, 48}, {4000, 200}})
    expect_plain_grey(padded(width, height));
}

// Let through, padded rows would reach an element that does not know of them.
TEST_F(EnhanceGanEdge, PaddingGoesThroughOnlyToElementsThatTakeIt) {
  begin("same1", "strength=0");
  expect_plain_grey(padded(24, 20));
  expect_plain_grey(grey());
  expect_plain_grey(padded(24, 20));
}

TEST_F(EnhanceGanEdge, AnElementThatTakesPaddingGetsTheBufferItself) {
  begin("same1", "strength=0");
  gst_harness_add_propose_allocation_meta(harness_, GST_VIDEO_META_API_TYPE, nullptr);
  gst_harness_set_src_caps_str(harness_,
                               "video/x-raw,format=GRAY8,width=16,height=16,framerate=30/1");
  GstBuffer* const in = padded(24, 20);
  GstBuffer* const out = gst_harness_push_and_pull(harness_, in);
  EXPECT_EQ(out, in);
  gst_buffer_unref(out);
}

TEST_F(EnhanceGanEdge, ARefusedSizeIsOneError) {
  begin("same1", "memory-limit=1000");
  for (int i = 0; i < 3; ++i) gst_harness_push(harness_, grey());
  int errors = 0;
  while (const UniqueMessage message{gst_bus_pop_filtered(bus_, GST_MESSAGE_ERROR)}) ++errors;
  EXPECT_EQ(errors, 1);
}

// "property=value" of each, as gst-launch-1.0 writes them.
std::string values_of(GstElement* element, std::initializer_list<const char*> names) {
  std::string text;
  for (const char* const name : names) {
    GValue value = G_VALUE_INIT;
    g_object_get_property(G_OBJECT(element), name, &value);
    gchar* const word = gst_value_serialize(&value);
    text += std::string(name) + "=" + word + " ";
    g_free(word);
    g_value_unset(&value);
  }
  return text;
}

TEST(EnhanceGan, ShippedPresetsSetWhatTheyName) {
  const UniqueElement element(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make("enhancegan", nullptr))));
  const auto loaded = [&](const char* name) {
    EXPECT_TRUE(gst_preset_load_preset(GST_PRESET(element.get()), name)) << name;
    return values_of(element.get(), {"on-late", "skip-unchanged", "precision", "qos", "split"});
  };
  EXPECT_EQ(loaded("fast webcam"),
            "on-late=plain skip-unchanged=true precision=auto qos=true split=0 ");
  EXPECT_EQ(loaded("best file"),
            "on-late=drop skip-unchanged=true precision=fp32 qos=false split=0 ");
  EXPECT_EQ(loaded("compare"),
            "on-late=drop skip-unchanged=true precision=fp32 qos=false split=0.5 ");
}

// The number of OpenMP threads belongs to a thread: an application's stays, and the stream's is set
// by each element for each frame.
class OpenMp {
 public:
  int threads() const {
    return reinterpret_cast<int (*)()>(dlsym(library_, "omp_get_max_threads"))();
  }
  void set_threads(int n) const {
    reinterpret_cast<void (*)(int)>(dlsym(library_, "omp_set_num_threads"))(n);
  }
  bool is_there() const { return library_; }

 private:
  void* library_ = dlopen("libgomp.so.1", RTLD_NOW);
};

// Large enough that LibTorch loads it in parallel.
TEST(EnhanceGan, AnApplicationsThreadKeepsItsNumberOfThreads) {
  const OpenMp openmp;
  if (!openmp.is_there()) GTEST_SKIP() << "no libgomp.so.1";
  const Scratch scratch;
  const std::string model = scratch.file("wide.safetensors");
  write_network(model, "compact", R"({"features": 64, "convs": 1, "scale": 1})",
                {{"body.0.weight", {64, 3, 3, 3}},
                 {"body.0.bias", {64}},
                 {"body.1.weight", {64}},
                 {"body.2.weight", {64, 64, 3, 3}},
                 {"body.2.bias", {64}},
                 {"body.3.weight", {64}},
                 {"body.4.weight", {3, 64, 3, 3}},
                 {"body.4.bias", {3}}});
  const int before = openmp.threads();
  openmp.set_threads(7);
  for (const std::string& element : {"videotestsrc ! enhancegan threads=1 model=" + model,
                                     std::string("latentwalk threads=1")}) {
    const UniquePipeline pipeline(gst_parse_launch((element + " ! fakesink").c_str(), nullptr));
    gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
    gst_element_get_state(pipeline.get(), nullptr, nullptr, 20 * GST_SECOND);
    EXPECT_EQ(openmp.threads(), 7) << element;
  }
  openmp.set_threads(before);
}

TEST(EnhanceGan, EachFrameHasItsElementsThreadsWhicheverThreadBringsIt) {
  static const OpenMp openmp;
  if (!openmp.is_there()) GTEST_SKIP() << "no libgomp.so.1";
  static std::string seen;
  seen.clear();
  const std::string source =
      " videotestsrc num-buffers=2 ! video/x-raw,format=RGB,width=32,height=24,framerate=25/1 ! c.";
  const UniquePipeline pipeline(gst_parse_launch(
      // By LibTorch, which OpenMP gives its threads.
      ("concat name=c ! enhancegan name=a kernel=fp32 threads=3 ! "
       "enhancegan name=b kernel=fp32 threads=2 ! fakesink" +
       source + source)
          .c_str(),
      nullptr));
  for (const char* const name : {"a", "b"}) {
    const UniqueElement element(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
    GstPad* const pad = gst_element_get_static_pad(element.get(), "src");
    const auto note = +[](GstPad*, GstPadProbeInfo*, gpointer) {
      seen += std::to_string(openmp.threads());
      return GST_PAD_PROBE_OK;
    };
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, note, nullptr, nullptr);
    gst_object_unref(pad);
  }
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const UniqueMessage end(gst_bus_timed_pop_filtered(
      bus, 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS);
  gst_object_unref(bus);
  EXPECT_EQ(seen, "32323232");
}

}  // namespace
}  // namespace gan::test
