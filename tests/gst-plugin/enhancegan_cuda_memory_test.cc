// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan between elements that keep frames in a GPU's memory. Without a GPU, tests/fake_gpu
// stands in for LibTorch's and for the driver, and counts what crosses to the host.
#include <dlfcn.h>

#include "core/error.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

constexpr int kFrames = 6;

class EnhanceGanInFlightCudaMemory : public testing::Test {
 protected:
  void SetUp() override {
    GstElementFactory* const upload = gst_element_factory_find("cudaupload");
    if (!upload) GTEST_SKIP() << "no CUDA elements: neither a GPU nor libgstgancuda.so's stand-in";
    gst_object_unref(upload);
  }

  std::string text(const std::string& format, const std::string& before, const std::string& after,
                   const std::string& properties = "") {
    return concat("videotestsrc num-buffers=", kFrames,
                  " pattern=ball ! video/x-raw,format=", format,
                  ",width=134,height=62,framerate=25/1 ! ", before,
                  "enhancegan name=e device=cuda precision=fp32 model=", enhancers_.file(model_),
                  " ", properties, after);
  }
  Frames through(const std::string& format, const std::string& before, const std::string& after,
                 const std::string& properties = "") {
    Show show(text(format, before, after, properties));
    const Frames frames = show.play();
    EXPECT_EQ(frames.bytes.size(), size_t{kFrames});
    return frames;
  }
  void expect_same_on_both_sides(const std::string& format, const std::string& properties = "") {
    SCOPED_TRACE(format + " " + properties);
    const Frames host = through(format, "", "", properties);
    for (const auto& [before, after] :
         {std::pair{kUp, kDown}, {kUp, " ! video/x-raw"}, {"", kDown}}) {
      SCOPED_TRACE(concat(before, "...", after));
      const Frames device = through(format, before, after, properties);
      EXPECT_TRUE(device.bytes == host.bytes);
      EXPECT_EQ(device.pts, host.pts);
    }
  }
  // By the driver that stands in; 0 by a real one.
  static unsigned counted(const char* counter) {
    void* const library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    const auto count = reinterpret_cast<unsigned (*)()>(dlsym(library, counter));
    return count ? count() : 0;
  }

  static constexpr char kUp[] = "cudaupload ! video/x-raw(memory:CUDAMemory) ! ",
                        kDown[] = " ! video/x-raw(memory:CUDAMemory) ! cudadownload ! video/x-raw";
  Enhancers enhancers_;
  std::string model_ = "same2";
};

TEST_F(EnhanceGanInFlightCudaMemory, FramesAreThoseOfHostMemory) {
  for (const char* format : {"NV12", "I420", "YUY2", "RGB", "BGRA", "P010_10LE", "GBR"})
    expect_same_on_both_sides(format);
}

TEST_F(EnhanceGanInFlightCudaMemory, EveryLookIsThatOfHostMemory) {
  for (const char* properties : {"split=0.5", "strength=0.5", "tile-size=32"})
    expect_same_on_both_sides("RGBA", properties);
}

// Plain pictures are made by the device where the frames lie there: the rounding is its own.
TEST_F(EnhanceGanInFlightCudaMemory, PlainFramesAreWithinACode) {
  const Frames host = through("RGB", "", "", "strength=0"),
               device = through("RGB", kUp, kDown, "strength=0");
  ASSERT_EQ(device.bytes.size(), host.bytes.size());
  for (size_t i = 0; i < host.bytes.size(); ++i) {
    ASSERT_EQ(device.bytes[i].size(), host.bytes[i].size());
    for (size_t k = 0; k < host.bytes[i].size(); ++k)
      ASSERT_NEAR(uint8_t(device.bytes[i][k]), uint8_t(host.bytes[i][k]), 1) << i << " " << k;
  }
}

TEST_F(EnhanceGanInFlightCudaMemory, NothingChangedGoesThrough) {
  model_ = "same1";
  expect_same_on_both_sides("NV12", "strength=0");
}

TEST_F(EnhanceGanInFlightCudaMemory, TheHostSeesNoFrame) {
  const unsigned before = counted("fake_host_copies");
  through("NV12", kUp, kDown);
  // Two planes of each frame went up, and two came down.
  if (counted("fake_host_copies") > before)
    EXPECT_EQ(counted("fake_host_copies") - before, 4u * kFrames);
}

// Frames of a pipeline that has made a CUDA context of its own.
TEST_F(EnhanceGanInFlightCudaMemory, FramesOfAnotherContextAreCopiedOnTheDevice) {
  const Frames host = through("NV12", "", "");
  const std::string caps = "video/x-raw(memory:CUDAMemory)";
  const UniquePipeline from(gst_parse_launch(concat("videotestsrc num-buffers=", kFrames,
                                                    " pattern=ball ! video/x-raw,format=NV12,width="
                                                    "134,height=62,framerate=25/1 ! cudaupload ! ",
                                                    caps, " ! appsink name=s sync=false")
                                                 .c_str(),
                                             nullptr));
  const UniquePipeline to(gst_parse_launch(
      concat("appsrc name=s format=time ! enhancegan name=e device=cuda precision=fp32 model=",
             enhancers_.file("same2"), kDown, " ! appsink name=out sync=false")
          .c_str(),
      nullptr));
  const auto find = [](const UniquePipeline& pipeline, const char* name) {
    return UniqueElement(gst_bin_get_by_name(GST_BIN(pipeline.get()), name));
  };
  const UniqueElement taken = find(from, "s"), given = find(to, "s"), out = find(to, "out"),
                      enhancer = find(to, "e");
  for (const auto& pipeline : {from.get(), to.get()})
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
  for (int i = 0; i < kFrames; ++i) {
    GstSample* sample = nullptr;
    g_signal_emit_by_name(taken.get(), "pull-sample", &sample);
    ASSERT_TRUE(sample);
    GstFlowReturn flow = GST_FLOW_ERROR;
    g_signal_emit_by_name(given.get(), "push-sample", sample, &flow);
    EXPECT_EQ(flow, GST_FLOW_OK);
    gst_sample_unref(sample);
  }
  GstFlowReturn flow = GST_FLOW_ERROR;
  g_signal_emit_by_name(given.get(), "end-of-stream", &flow);
  const unsigned before = counted("fake_copies_between");
  for (size_t i = 0; i < kFrames; ++i) {
    GstSample* sample = nullptr;
    g_signal_emit_by_name(out.get(), "pull-sample", &sample);
    ASSERT_TRUE(sample);
    EXPECT_TRUE(bytes_of(gst_sample_get_buffer(sample)) == host.bytes[i]);
    gst_sample_unref(sample);
  }
  GstStructure* stats = nullptr;
  g_object_get(enhancer.get(), "stats", &stats, nullptr);
  guint64 copied = 0;
  gst_structure_get_uint64(stats, "copied", &copied);
  gst_structure_free(stats);
  EXPECT_EQ(copied, guint64{kFrames});
  EXPECT_GE(counted("fake_copies_between"), before);
}

TEST_F(EnhanceGanInFlightCudaMemory, OnTheProcessorFramesMustBeTheHosts) {
  const Outcome outcome =
      play(concat("videotestsrc num-buffers=1 ! cudaupload ! video/x-raw("
                  "memory:CUDAMemory) ! enhancegan device=cpu model=",
                  enhancers_.file("same1"), " ! fakesink"));
  EXPECT_FALSE(outcome.errors.empty());
  EXPECT_FALSE(outcome.eos);
}

}  // namespace
}  // namespace gan::test
