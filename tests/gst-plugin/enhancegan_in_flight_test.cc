// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan where a GPU makes several frames at once. Without one, tests/fake_gpu stands in.
#include "tests/gst-plugin/enhance_stream.h"

namespace gan::test {
namespace {

class EnhanceGanInFlight : public EnhanceStream {
 protected:
  void start(const std::string& name, const std::string& properties = "") {
    begin(name, "device=cuda " + properties);
  }
  // A frame of that grey; what came out since the last call.
  void push(int value) {
    GstBuffer* const buffer = grey();
    gst_buffer_memset(buffer, 0, guint8(value), bytes_);
    EXPECT_EQ(gst_harness_push(harness_, buffer), GST_FLOW_OK);
  }
  std::vector<int> pulled() {
    std::vector<int> values;
    while (GstBuffer* const out = gst_harness_try_pull(harness_)) {
      values.push_back(uint8_t(bytes_of(out)[0]));
      EXPECT_EQ(GST_BUFFER_PTS(out), next_out_ * 40 * GST_MSECOND);
      EXPECT_EQ(GST_BUFFER_DURATION(out), 40 * GST_MSECOND);
      ++next_out_;
      gst_buffer_unref(out);
    }
    return values;
  }
  using Values = std::vector<int>;
  // A brighter network, after two frames of 10 and 20 that are held.
  void expect_takes_over(const std::string& brighter) {
    g_object_set(element_, "model", enhancers_.file(brighter).c_str(), nullptr);
    Values all;
    for (int i = 0; i < 500 && (all.empty() || all.back() < 128); ++i, g_usleep(10000)) {
      push(30);
      for (const int value : pulled()) all.push_back(value);
    }
    ASSERT_GT(all.size(), 3u);
    EXPECT_EQ(all[0], 10);
    EXPECT_EQ(all[1], 20);
    EXPECT_NEAR(all.back(), 158, 1);
  }

  guint64 next_out_ = 0;
};

TEST_F(EnhanceGanInFlight, FramesComeInOrderOnceSoManyHaveFollowed) {
  start("same1");
  push(10), push(20);
  EXPECT_EQ(pulled(), Values{});
  push(30), push(40);
  EXPECT_EQ(pulled(), (Values{10, 20}));
  gst_harness_push_event(harness_, gst_event_new_eos());
  EXPECT_EQ(pulled(), (Values{30, 40}));
}

TEST_F(EnhanceGanInFlight, OneInFlightComesAtOnce) {
  start("same2", "frames-in-flight=1");
  push(10);
  EXPECT_EQ(pulled(), Values{10});
}

TEST_F(EnhanceGanInFlight, WithoutARateNoneIsHeld) {
  start("same1");
  gst_harness_set_src_caps_str(harness_,
                               "video/x-raw,format=GRAY8,width=16,height=16,framerate=0/1");
  push(10);
  EXPECT_EQ(pulled(), Values{10});
}

TEST_F(EnhanceGanInFlight, AFlushDropsThem) {
  start("same1");
  push(10), push(20);
  gst_harness_push_event(harness_, gst_event_new_flush_start());
  gst_harness_push_event(harness_, gst_event_new_flush_stop(TRUE));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness_, gst_event_new_segment(&segment));
  next_out_ = 2;
  push(30), push(40), push(50);
  EXPECT_EQ(pulled(), Values{30});
}

TEST_F(EnhanceGanInFlight, CapsSegmentsGapsAndQueriesBringThemOut) {
  start("same1");
  push(10), push(20);
  gst_harness_set_src_caps_str(harness_,
                               "video/x-raw,format=GRAY8,width=16,height=32,framerate=25/1");
  EXPECT_EQ(pulled(), (Values{10, 20}));
  bytes_ *= 2;
  push(30);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_harness_push_event(harness_, gst_event_new_segment(&segment));
  EXPECT_EQ(pulled(), Values{30});
  push(40);
  gst_harness_push_event(harness_, gst_event_new_gap(160 * GST_MSECOND, 40 * GST_MSECOND));
  EXPECT_EQ(pulled(), Values{40});
  push(50);
  GstQuery* const drain = gst_query_new_drain();
  gst_pad_peer_query(harness_->srcpad, drain);
  gst_query_unref(drain);
  EXPECT_EQ(pulled(), Values{50});
}

TEST_F(EnhanceGanInFlight, AnotherNetworkTakesOverAfterThem) {
  start("same1");
  push(10), push(20);
  expect_takes_over("brighter1");
}

TEST_F(EnhanceGanInFlight, AnotherScaleTakesOverAfterThem) {
  start("same1");
  push(10), push(20);
  expect_takes_over("brighter2");
}

// As strength=0 lets buffers through as they are.
TEST_F(EnhanceGanInFlight, WhatGoesThroughAsItIsStaysInOrder) {
  start("brighter1");
  push(10), push(20);
  g_object_set(element_, "strength", 0.0, nullptr);
  push(30);
  const Values out = pulled();
  ASSERT_EQ(out.size(), 3u);
  EXPECT_NEAR(out[0], 138, 1);
  EXPECT_NEAR(out[1], 148, 1);
  EXPECT_EQ(out[2], 30);
  g_object_set(element_, "strength", 1.0, nullptr);
  push(40), push(50), push(60);
  EXPECT_NEAR(pulled().at(0), 168, 1);
}

TEST_F(EnhanceGanInFlight, LiveTheyAreLaterByAsMuch) {
  start("same1", "frames-in-flight=4");
  gst_harness_set_upstream_latency(harness_, 0);
  push(10);
  EXPECT_GE(gst_harness_query_latency(harness_), 3 * 40 * GST_MSECOND);
  g_object_set(element_, "strength", 0.0, nullptr);
  EXPECT_EQ(gst_harness_query_latency(harness_), 0u);
}

TEST_F(EnhanceGanInFlight, StoppingDropsThem) {
  start("same1");
  push(10), push(20);
  EXPECT_EQ(gst_element_set_state(element_, GST_STATE_NULL), GST_STATE_CHANGE_SUCCESS);
}

TEST(EnhanceGanInFlightFile, NoFrameIsLostAndNoneComesTwice) {
  Enhancers enhancers;
  const std::string text =
      "videotestsrc num-buffers=20 pattern=ball ! video/x-raw,format=I420,width=64,"
      "height=48,framerate=25/1 ! enhancegan precision=fp32 model=" +
      enhancers.file("same2") + " ";
  const Frames one = frames_of(text + "device=cuda frames-in-flight=1"),
               four = frames_of(text + "device=cuda frames-in-flight=4");
  ASSERT_EQ(one.bytes.size(), 20u);
  EXPECT_EQ(one.bytes, four.bytes);
  EXPECT_EQ(one.pts, four.pts);
}

}  // namespace
}  // namespace gan::test
