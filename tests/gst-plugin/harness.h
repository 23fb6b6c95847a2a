// SPDX-License-Identifier: LGPL-2.1-or-later
// Pipelines and harnesses for the tests of elements.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/gst.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gan::test {

struct Unref {
  void operator()(void* object) const { gst_object_unref(object); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};
struct StopAndUnref {
  void operator()(GstElement* pipeline) const {
    gst_element_set_state(pipeline, GST_STATE_NULL);
    gst_object_unref(pipeline);
  }
};
using UniqueElement = std::unique_ptr<GstElement, Unref>;
using UniquePipeline = std::unique_ptr<GstElement, StopAndUnref>;
using UniqueMessage = std::unique_ptr<GstMessage, Unref>;

inline double seconds_of(const std::function<void()>& body) {
  const gint64 start = g_get_monotonic_time();
  body();
  return double(g_get_monotonic_time() - start) / G_USEC_PER_SEC;
}

// Where the rows of a padded frame lie.
struct Padding {
  int width, height, stride;  // as the GstVideoMeta says
  gsize first;                // bytes before the first row
};

// 16x16 grey pixels of `value` among padding of 255, without a time.
inline GstBuffer* padded_grey(guint8 value, const Padding& padding) {
  const auto stride = gsize(padding.stride), size = padding.first + gsize(padding.height) * stride;
  GstBuffer* const buffer = gst_buffer_new_allocate(nullptr, size, nullptr);
  gst_buffer_memset(buffer, 0, 255, size);
  for (gsize y = 0; y < 16; ++y) gst_buffer_memset(buffer, padding.first + y * stride, value, 16);
  gsize offset[GST_VIDEO_MAX_PLANES] = {padding.first};
  gint strides[GST_VIDEO_MAX_PLANES] = {padding.stride};
  gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_GRAY8,
                                 guint(padding.width), guint(padding.height), 1, offset, strides);
  return buffer;
}

struct Outcome {
  std::vector<std::string> errors;            // texts of the ERROR messages
  std::vector<GQuark> domains;                // and their domains
  std::vector<std::string> warnings;          // texts of the WARNING messages
  std::vector<std::string> element_messages;  // structures of the element messages, as text
  bool eos = false;
};

// Plays until EOS or an error, at most `seconds`. The pipeline text is gst-launch's.
inline Outcome play(const std::string& text, int seconds = 60) {
  Outcome outcome;
  GError* error = nullptr;
  UniquePipeline pipeline(gst_parse_launch(text.c_str(), &error));
  if (!pipeline || error) {
    outcome.errors.push_back(error ? error->message : "no pipeline");
    g_clear_error(&error);
    return outcome;
  }
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  const gint64 end = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
  bool done = false;
  while (!done && g_get_monotonic_time() < end) {
    UniqueMessage message(gst_bus_timed_pop(bus, 100 * GST_MSECOND));
    if (!message) continue;
    switch (GST_MESSAGE_TYPE(message.get())) {
      case GST_MESSAGE_ERROR:
        gst_message_parse_error(message.get(), &error, nullptr);
        outcome.errors.push_back(error->message);
        outcome.domains.push_back(error->domain);
        g_clear_error(&error);
        done = true;
        break;
      case GST_MESSAGE_WARNING:
        gst_message_parse_warning(message.get(), &error, nullptr);
        outcome.warnings.push_back(error->message);
        g_clear_error(&error);
        break;
      case GST_MESSAGE_EOS: outcome.eos = done = true; break;
      case GST_MESSAGE_ELEMENT: {
        gchar* const structure = gst_structure_to_string(gst_message_get_structure(message.get()));
        outcome.element_messages.push_back(structure);
        g_free(structure);
        break;
      }
      default: break;
    }
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  // Errors posted while shutting down would be second ones.
  while (UniqueMessage message{gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)}) {
    gst_message_parse_error(message.get(), &error, nullptr);
    outcome.errors.push_back(error->message);
    g_clear_error(&error);
  }
  gst_object_unref(bus);
  return outcome;
}

// "name=(double)12.5" in a structure's text; NaN when it is absent.
inline double number_in(const std::string& structure, const std::string& name) {
  for (const char* type : {"(double)", "(guint64)", "(gint64)", "(int)"}) {
    const size_t at = structure.find(" " + name + "=" + type);
    if (at != std::string::npos)
      return g_ascii_strtod(structure.c_str() + at + name.size() + 2 + strlen(type), nullptr);
  }
  return NAN;
}

}  // namespace gan::test
