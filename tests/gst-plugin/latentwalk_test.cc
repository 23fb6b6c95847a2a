// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/safetensors.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/golden/golden.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

// A generator of 8x8 grey pictures of a code of 4 numbers (network mlpgan).
class LatentWalk : public testing::Test {
 protected:
  void SetUp() override {
    const auto values = [](int count) {
      std::vector<float> all(static_cast<size_t>(count));
      for (int i = 0; i < count; ++i) all[i] = 0.1f * static_cast<float>((i * 7) % 11 - 5);
      return all;
    };
    const auto w0 = values(8 * 4), b0 = values(8), w2 = values(8 * 8), b2 = values(8),
               w4 = values(64 * 8), b4 = values(64);
    const auto tensor = [](const char* name, std::vector<int64_t> shape,
                           const std::vector<float>& data) {
      return TensorToWrite{name, Dtype::kF32, std::move(shape), std::as_bytes(std::span(data))};
    };
    write_safetensors(
        model(),
        {tensor("0.weight", {8, 4}, w0), tensor("0.bias", {8}, b0), tensor("2.weight", {8, 8}, w2),
         tensor("2.bias", {8}, b2), tensor("4.weight", {64, 8}, w4), tensor("4.bias", {64}, b4)},
        {});
  }
  std::string model() const { return scratch_.file("generator.safetensors"); }
  std::string launch(const std::string& properties) const {
    return "latentwalk model=" + model() + " " + properties + " ";
  }

  Scratch scratch_;
};

struct Frames {
  std::vector<std::string> bytes;
  std::vector<GstClockTime> pts;
};

// The frames that a pipeline with a fakesink named `sink` shows, from a seek on when one is given.
Frames frames_of(const std::string& text, const std::function<void(GstElement*)>& seek = {}) {
  Frames frames;
  UniqueElement pipeline(gst_parse_launch(
      (text + " ! fakesink name=sink signal-handoffs=true sync=false").c_str(), nullptr));
  UniqueElement sink(gst_bin_get_by_name(GST_BIN(pipeline.get()), "sink"));
  if (seek) {
    gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
    gst_element_get_state(pipeline.get(), nullptr, nullptr, 10 * GST_SECOND);
    seek(pipeline.get());
    gst_element_get_state(pipeline.get(), nullptr, nullptr, 10 * GST_SECOND);
  }
  const auto keep = +[](GstElement*, GstBuffer* buffer, GstPad*, gpointer data) {
    auto& kept = *static_cast<Frames*>(data);
    GstMapInfo map;
    gst_buffer_map(buffer, &map, GST_MAP_READ);
    kept.bytes.emplace_back(reinterpret_cast<const char*>(map.data), map.size);
    kept.pts.push_back(GST_BUFFER_PTS(buffer));
    gst_buffer_unmap(buffer, &map);
  };
  g_signal_connect(sink.get(), "handoff", G_CALLBACK(keep), &frames);
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const UniqueMessage end(gst_bus_timed_pop_filtered(
      bus, 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR)));
  EXPECT_TRUE(end && GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS);
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  gst_object_unref(bus);
  return frames;
}

TEST_F(LatentWalk, MakesFramesOfTheModelsSizeAt30ASecond) {
  const Frames frames = frames_of(launch("num-buffers=5 seeds=1,2") + "! video/x-raw,format=RGB");
  ASSERT_EQ(frames.bytes.size(), 5u);
  EXPECT_EQ(frames.bytes[0].size(), 8u * 8 * 3);
  EXPECT_EQ(frames.pts[3], 100 * GST_MSECOND);
  EXPECT_NE(frames.bytes[0], frames.bytes[4]);
}

TEST_F(LatentWalk, StartingAgainAndOtherThreadsGiveTheSameFrames) {
  const auto run = [&](const char* more) {
    return frames_of(launch(std::string("num-buffers=20 seeds=1-4 interpolation=spline ") + more))
        .bytes;
  };
  EXPECT_EQ(run(""), run(""));
  EXPECT_EQ(run("threads=1"), run("threads=2"));
}

TEST_F(LatentWalk, SeekingAndReverseGiveTheSameFrames) {
  const std::string text = launch("seeds=1-4") + "! video/x-raw,format=GRAY8,framerate=10/1";
  const auto between = [](double rate) {
    return [rate](GstElement* pipeline) {
      EXPECT_TRUE(gst_element_seek(pipeline, rate, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH,
                                   GST_SEEK_TYPE_SET, GST_SECOND, GST_SEEK_TYPE_SET,
                                   2 * GST_SECOND));
    };
  };
  const Frames whole =
      frames_of(launch("seeds=1-4 num-buffers=21") + "! video/x-raw,format=GRAY8,framerate=10/1");
  const Frames forward = frames_of(text, between(1));
  Frames reverse = frames_of(text, between(-1));
  ASSERT_GE(forward.bytes.size(), 9u);
  for (size_t i = 0; i < forward.bytes.size(); ++i)
    EXPECT_EQ(forward.bytes[i], whole.bytes[forward.pts[i] / (100 * GST_MSECOND)]);
  ASSERT_GE(reverse.bytes.size(), 9u);
  for (size_t i = 0; i < reverse.bytes.size(); ++i)
    EXPECT_EQ(reverse.bytes[i], whole.bytes[reverse.pts[i] / (100 * GST_MSECOND)]);
  EXPECT_GT(reverse.pts.front(), reverse.pts.back());
}

TEST_F(LatentWalk, SaysWhatIsWrong) {
  const auto error = [](const std::string& text) {
    const Outcome outcome = play(text + " ! fakesink");
    return outcome.errors.empty() ? "" : outcome.errors[0];
  };
  EXPECT_NE(error("latentwalk").find("model must name"), std::string::npos);
  EXPECT_NE(error(launch("seeds=1,x")).find("column 3"), std::string::npos);
  EXPECT_NE(error("latentwalk model=x2").find("makes no picture of a code"), std::string::npos);
}

TEST_F(LatentWalk, GoldenAPublishedGeneratorDrawsDigits) {
  GAN_NEEDS("GAN_DATA");
  const Frames frames =
      frames_of("latentwalk num-buffers=16 seeds=0-15 speed=30 model=" +
                data("weights/csinva/mnist_gan_mlp_G--300.ckpt") + " ! video/x-raw,format=GRAY8");
  ASSERT_EQ(frames.bytes.size(), 16u);
  for (const auto& picture : frames.bytes) {
    ASSERT_EQ(picture.size(), 28u * 28);
    // A digit: ink on part of the picture, and nothing at its border.
    int ink = 0, border = 0;
    for (int y = 0; y < 28; ++y)
      for (int x = 0; x < 28; ++x) {
        const bool dark = static_cast<uint8_t>(picture[y * 28 + x]) > 128;
        ink += dark;
        border += dark && (x < 2 || y < 2 || x > 25 || y > 25);
      }
    EXPECT_GT(ink, 20);
    EXPECT_LT(ink, 300);
    EXPECT_LT(border, 10);
  }
}

}  // namespace
}  // namespace gan::test
