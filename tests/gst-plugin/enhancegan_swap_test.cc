// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan when another network takes over while frames flow.
#include "tests/gst-plugin/enhance_stream.h"

namespace gan::test {
namespace {

using EnhanceGanSwap = EnhanceStream;

TEST_F(EnhanceGanSwap, ReloadsAFileThatIsReplacedAndDropsNoFrame) {
  begin("same1", "reload=true");
  EXPECT_EQ(brightness(), 50);
  replace_model("brighter1");
  EXPECT_EQ(next_event(), "model-loaded");
  EXPECT_NEAR(brightness(), 178, 1);
  replace_model("same1");
  EXPECT_EQ(next_event(), "model-loaded");
  EXPECT_EQ(brightness(), 50);
}

TEST_F(EnhanceGanSwap, WithoutReloadAReplacedFileChangesNothing) {
  begin("same1");
  replace_model("brighter1");
  for (int i = 0; i < 10; ++i, g_usleep(80000)) EXPECT_EQ(brightness(), 50);
}

TEST_F(EnhanceGanSwap, ABrokenFileIsReportedAndTheOldNetworkStays) {
  begin("same1", "reload=true");
  enhancers_.scratch().write("broken", "no checkpoint at all");
  std::filesystem::rename(enhancers_.scratch().file("broken"), model_);
  EXPECT_EQ(next_event(), "model-refused");
  EXPECT_NE(text_.find("not a checkpoint"), std::string::npos) << text_;
  EXPECT_EQ(brightness(), 50);
  replace_model("brighter1");
  EXPECT_EQ(next_event(), "model-loaded");
}

TEST_F(EnhanceGanSwap, AFileOfAnotherScaleIsReportedAndTheOldNetworkStays) {
  begin("same1", "reload=true");
  replace_model("same2");
  EXPECT_EQ(next_event(), "model-refused");
  EXPECT_NE(text_.find("enlarges 2 times"), std::string::npos) << text_;
  EXPECT_EQ(brightness(), 50);
}

TEST_F(EnhanceGanSwap, AnotherModelWhilePlayingTakesOver) {
  begin("same1");
  EXPECT_EQ(brightness(), 50);
  g_object_set(element_, "model", enhancers_.file("brighter1").c_str(), nullptr);
  EXPECT_EQ(next_event(), "model-loaded");
  EXPECT_NEAR(brightness(), 178, 1);
}

std::string model_of(GstElement* element) {
  gchar* model = nullptr;
  g_object_get(element, "model", &model, nullptr);
  const std::string text = model;
  g_free(model);
  return text;
}

TEST_F(EnhanceGanSwap, ARefusedModelIsAWarningAndThePropertyIsWhatRuns) {
  begin("brighter1");
  EXPECT_NEAR(brightness(), 178, 1);
  g_object_set(element_, "model", "/nowhere/at/all", nullptr);
  EXPECT_EQ(next_event(), "model-refused");
  EXPECT_NEAR(brightness(), 178, 1);
  EXPECT_TRUE(UniqueMessage(gst_bus_pop_filtered(bus_, GST_MESSAGE_WARNING)));
  EXPECT_EQ(model_of(element_), model_);
  GstStructure* stats = nullptr;
  g_object_get(element_, "stats", &stats, nullptr);
  EXPECT_EQ(gst_structure_get_string(stats, "model"), model_);
  gst_structure_free(stats);
  EXPECT_EQ(gst_element_set_state(element_, GST_STATE_READY), GST_STATE_CHANGE_SUCCESS);
  EXPECT_EQ(gst_element_set_state(element_, GST_STATE_PLAYING), GST_STATE_CHANGE_SUCCESS);
}

TEST_F(EnhanceGanSwap, AnotherScaleThatIsAskedForIsNegotiated) {
  begin("same1");
  EXPECT_EQ(brightness(), 50);
  g_object_set(element_, "model", enhancers_.file("brighter2").c_str(), nullptr);
  EXPECT_EQ(next_event(), "model-loaded");
  GstBuffer* const frame = gst_harness_push_and_pull(harness_, grey());
  EXPECT_EQ(gst_buffer_get_size(frame), 32u * 32);
  gst_buffer_unref(frame);
  EXPECT_NEAR(brightness(), 178, 1);
}

TEST_F(EnhanceGanSwap, AnotherScaleThatNobodyTakesIsRefused) {
  begin("same1");
  gst_harness_set_sink_caps_str(harness_, "video/x-raw,format=GRAY8,width=16,height=16");
  EXPECT_EQ(brightness(), 50);
  g_object_set(element_, "model", enhancers_.file("brighter2").c_str(), nullptr);
  EXPECT_EQ(next_event(), "model-refused");
  EXPECT_NE(text_.find("take no frames of that size"), std::string::npos) << text_;
  EXPECT_EQ(brightness(), 50);
  EXPECT_EQ(model_of(element_), model_);
}

TEST_F(EnhanceGanSwap, WhatIsForReadyKeepsItsValueWhilePlayingWithAWarning) {
  begin("same1", "threads=1");
  EXPECT_EQ(brightness(), 50);
  g_object_set(element_, "threads", 2, nullptr);
  gint threads = 0;
  g_object_get(element_, "threads", &threads, nullptr);
  EXPECT_EQ(threads, 1);
  EXPECT_TRUE(UniqueMessage(gst_bus_pop_filtered(bus_, GST_MESSAGE_WARNING)));
}

// It was made ready for frames that it could take, and then they grew.
TEST_F(EnhanceGanSwap, ANetworkThatCannotTakeTheNewSizeIsRefusedAndTheOldOneStays) {
  begin("same1", "memory-limit=60000000");
  EXPECT_EQ(brightness(), 50);
  g_object_set(element_, "model", enhancers_.file("resnet").c_str(), nullptr);
  g_usleep(700000);
  gst_harness_set_src_caps_str(harness_,
                               "video/x-raw,format=GRAY8,width=1024,height=1024,framerate=25/1");
  bytes_ = 1024 * 1024;
  EXPECT_EQ(next_event(), "model-refused");
  EXPECT_NE(text_.find("memory-limit"), std::string::npos) << text_;
  EXPECT_EQ(brightness(), 50);
  EXPECT_FALSE(UniqueMessage(gst_bus_pop_filtered(bus_, GST_MESSAGE_ERROR)));
}

}  // namespace
}  // namespace gan::test
