// SPDX-License-Identifier: LGPL-2.1-or-later
// Formats and sizes of every element: those that the pads name, and no others.
#include <algorithm>
#include <random>

#include "tests/gst-plugin/formats.h"
#include "tests/gst-plugin/harness.h"
#include "tests/models/generators.h"

namespace gan::test {
namespace {

std::vector<std::string> all_formats() {
  guint count = 0;
  const GstVideoFormat* const formats = gst_video_formats_raw(&count);
  std::vector<std::string> names;
  for (guint i = 0; i < count; ++i) names.push_back(gst_video_format_to_string(formats[i]));
  return names;
}

std::string caps_of(const std::string& format, int width, int height) {
  return "video/x-raw,format=" + format + ",width=" + std::to_string(width) +
         ",height=" + std::to_string(height) + ",framerate=25/1";
}

// Up and down stream: each pad takes the formats that it names at any size, and no other.
TEST(EveryElementCaps, PadsTakeTheFormatsThatTheyNameAndNoOthers) {
  std::mt19937 random(21);
  const std::vector<std::string> ours = known_formats();
  GList* const features = gst_registry_get_feature_list_by_plugin(gst_registry_get(), "gan");
  for (GList* item = features; item; item = item->next) {
    const char* const name = gst_plugin_feature_get_name(GST_PLUGIN_FEATURE(item->data));
    const UniqueElement element(
        GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make(name, nullptr))));
    EXPECT_NE(element->pads, nullptr) << name;
    for (GList* pads = element->pads; pads; pads = pads->next) {
      auto* const pad = GST_PAD(pads->data);
      int taken = 0;
      for (const std::string& format : all_formats()) {
        const int width = int(1 + random() % 4096), height = int(1 + random() % 4096);
        GstCaps* const asked = gst_caps_from_string(caps_of(format, width, height).c_str());
        const bool known = std::ranges::find(ours, format) != ours.end();
        GstCaps* const possible = gst_pad_query_caps(pad, asked);
        EXPECT_EQ(!gst_caps_is_empty(possible), known)
            << name << "." << GST_PAD_NAME(pad) << " " << caps_of(format, width, height);
        if (GST_PAD_IS_SINK(pad)) {
          EXPECT_EQ(bool(gst_pad_query_accept_caps(pad, asked)), known) << name << " " << format;
        }
        taken += !gst_caps_is_empty(possible);
        gst_caps_unref(possible);
        gst_caps_unref(asked);
      }
      EXPECT_EQ(taken, int(ours.size()));
    }
  }
  gst_plugin_feature_list_free(features);
}

// Frames of every format flow, at a random size that up- or downstream wants.
TEST(EveryElementCaps, FramesOfEveryFormatFlowAtRandomSizes) {
  std::mt19937 random(22);
  Generators generators;
  const std::string walk = "latentwalk num-buffers=1 model=" + generators.file("colour") + " ! ";
  for (const std::string& format : known_formats()) {
    const int width = int(1 + random() % 90), height = int(1 + random() % 90);
    const std::string small = caps_of(format, width, height),
                      large = caps_of(format, 2 * width, 2 * height),
                      source = "videotestsrc num-buffers=1 ! " + small;
    for (const std::string& text :
         {source + " ! enhancegan ! " + large + " ! fakesink", walk + small + " ! fakesink",
          "psnrmeter name=m ! " + small + " ! fakesink " + source + " ! m.ref_sink " + source +
              " ! m.dist_sink"}) {
      const Outcome outcome = play(text);
      EXPECT_TRUE(outcome.eos) << text;
      EXPECT_TRUE(outcome.errors.empty()) << text << ": " << outcome.errors[0];
    }
  }
}

}  // namespace
}  // namespace gan::test
