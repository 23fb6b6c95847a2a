// SPDX-License-Identifier: LGPL-2.1-or-later
// When properties may change, and what the debug log says.
#include <mutex>

#include "tests/gst-plugin/meter_streams.h"

namespace gan::test {
namespace {

std::string value_of(GstElement* element, GParamSpec* spec) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  g_object_get_property(G_OBJECT(element), spec->name, &value);
  gchar* const text = g_strdup_value_contents(&value);
  const std::string result = text;
  g_free(text);
  g_value_unset(&value);
  return result;
}

// Another value than the one it has.
void change(GstElement* element, GParamSpec* spec) {
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  g_object_get_property(G_OBJECT(element), spec->name, &value);
  if (G_VALUE_HOLDS_BOOLEAN(&value)) g_value_set_boolean(&value, !g_value_get_boolean(&value));
  if (G_VALUE_HOLDS_INT(&value)) g_value_set_int(&value, g_value_get_int(&value) + 1);
  if (G_VALUE_HOLDS_UINT64(&value)) g_value_set_uint64(&value, g_value_get_uint64(&value) + 1);
  if (G_VALUE_HOLDS_STRING(&value)) g_value_set_string(&value, "other.csv");
  if (G_VALUE_HOLDS_ENUM(&value)) g_value_set_enum(&value, g_value_get_enum(&value) ^ 1);
  g_object_set_property(G_OBJECT(element), spec->name, &value);
  g_value_unset(&value);
}

template <class Function>
void each_own_property(GstElement* element, const Function& function) {
  guint count = 0;
  GParamSpec** const specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (guint i = 0; i < count; ++i)
    if (specs[i]->owner_type == G_OBJECT_TYPE(element) && specs[i]->flags & G_PARAM_WRITABLE)
      function(specs[i]);
  g_free(specs);
}

TEST(PsnrMeterSettings, WhatIsReadOnlyAtTheStartIsRefusedWhileRunning) {
  MeterHarness meter;  // plays
  GstElement* const element = meter.processed->element;
  const Warnings warnings(element);
  int refused = 0, taken = 0;
  each_own_property(element, [&](GParamSpec* spec) {
    const std::string before = value_of(element, spec);
    change(element, spec);
    const auto texts = warnings.texts();
    if (spec->flags & GST_PARAM_MUTABLE_PLAYING) {
      EXPECT_NE(value_of(element, spec), before) << spec->name;
      EXPECT_TRUE(texts.empty()) << texts[0];
      ++taken;
    } else {
      EXPECT_EQ(value_of(element, spec), before) << spec->name;
      ASSERT_EQ(texts.size(), 1u) << spec->name;
      EXPECT_EQ(texts[0].find(spec->name), 0u) << texts[0];
      EXPECT_NE(texts[0].find(before), std::string::npos) << texts[0];
      ++refused;
    }
  });
  EXPECT_EQ(taken, 3) << "tolerance, strict, message";
  EXPECT_GE(refused, 9);
}

TEST(PsnrMeterSettings, TheSameValueAgainIsNoWarningAndAfterTheStopAllMayChange) {
  MeterHarness meter;
  GstElement* const element = meter.processed->element;
  const Warnings warnings(element);
  g_object_set(element, "crop-border", 0, "log-file", "", "ssim", TRUE, nullptr);
  set_align(element, "running-time");
  EXPECT_TRUE(warnings.texts().empty());
  gst_element_set_state(element, GST_STATE_READY);
  each_own_property(element, [&](GParamSpec* spec) {
    const std::string before = value_of(element, spec);
    change(element, spec);
    EXPECT_NE(value_of(element, spec), before) << spec->name;
  });
  EXPECT_TRUE(warnings.texts().empty());
}

TEST(PsnrMeterSettings, StrictWorksFromTheNextFrameOn) {
  MeterHarness meter;
  meter.push_reference(0);
  meter.push_processed(0);
  gst_buffer_unref(gst_harness_pull(meter.processed));
  GstBus* const bus = gst_bus_new();
  gst_element_set_bus(meter.processed->element, bus);
  g_object_set(meter.processed->element, "strict", TRUE, nullptr);
  gst_harness_push(meter.reference, MeterHarness::grey(40, 1));
  gst_harness_push(meter.processed, MeterHarness::grey(80, 1));
  const UniqueMessage message(gst_bus_timed_pop_filtered(bus, 5 * GST_SECOND, GST_MESSAGE_ERROR));
  EXPECT_TRUE(message);
  gst_element_set_bus(meter.processed->element, nullptr);
  gst_object_unref(bus);
}

struct Log {
  std::mutex mutex;
  std::vector<std::pair<GstDebugLevel, std::string>> lines;

  Log() {
    gst_debug_set_threshold_from_string("psnrmeter:5", FALSE);
    gst_debug_remove_log_function(gst_debug_log_default);
    gst_debug_add_log_function(take, this, nullptr);
  }
  ~Log() {
    gst_debug_remove_log_function(take);
    gst_debug_add_log_function(gst_debug_log_default, nullptr, nullptr);
    gst_debug_set_threshold_from_string("psnrmeter:0", FALSE);
  }
  static void take(GstDebugCategory* category, GstDebugLevel level, const gchar*, const gchar*,
                   gint, GObject*, GstDebugMessage* message, gpointer log) {
    if (g_strcmp0(gst_debug_category_get_name(category), "psnrmeter") != 0) return;
    const std::lock_guard lock(static_cast<Log*>(log)->mutex);
    static_cast<Log*>(log)->lines.emplace_back(level, gst_debug_message_get(message));
  }
  int count(GstDebugLevel level, const std::string& part) {
    const std::lock_guard lock(mutex);
    int found = 0;
    for (const auto& [at, text] : lines) found += at == level && text.find(part) != text.npos;
    return found;
  }
};

TEST(PsnrMeterSettings, TheLogSaysWhatWasDecidedAndALineAFrame) {
  Log log;
  measured("best", moments(40), moments(38, 23 * GST_MSECOND));
  EXPECT_EQ(log.count(GST_LEVEL_INFO, "video/x-raw"), 2) << "caps of both";
  EXPECT_EQ(log.count(GST_LEVEL_INFO, "offset -23000000 ns, the best of"), 1);
  EXPECT_EQ(log.count(GST_LEVEL_INFO, "-0.023000 s"), 1);
  EXPECT_EQ(log.count(GST_LEVEL_DEBUG,
                      "pair: reference 0:00:00.040000000, processed "
                      "0:00:00.063000000, psnr 42.1"),
            1);
  EXPECT_EQ(log.count(GST_LEVEL_DEBUG, "pair: "), 38);
  EXPECT_EQ(log.count(GST_LEVEL_DEBUG, "alone: reference"), 2);
  EXPECT_EQ(log.count(GST_LEVEL_DEBUG, ""), 40) << "and no other";
  measured("first-frame", moments(3, 5 * GST_SECOND), moments(3));
  EXPECT_EQ(log.count(GST_LEVEL_INFO, "+5.000000 s"), 1);
  measured("running-time", moments(40), moments(40, 23 * GST_MSECOND));
  EXPECT_EQ(log.count(GST_LEVEL_WARNING, "no frame has found a partner"), 2);
}

}  // namespace
}  // namespace gan::test
