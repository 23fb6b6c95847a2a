// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/picture_file.h"

#include <filesystem>

#include "core/error.h"

namespace gan {
namespace {

void stop(GstElement* pipeline) {
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
}
using Pipeline = std::unique_ptr<GstElement, decltype(&stop)>;

GstElement* child(const Pipeline& pipeline, const char* name) {
  GstElement* const element = gst_bin_get_by_name(GST_BIN(pipeline.get()), name);
  gst_object_unref(element);  // the pipeline keeps it
  return element;
}

Pipeline decoding(const std::string& path) {
  GError* error = nullptr;
  Pipeline pipeline(gst_parse_launch("filesrc name=file ! decodebin ! videoconvert ! "
                                     "video/x-raw,format=RGB ! fakesink name=picture",
                                     &error),
                    stop);
  const std::string reason = error ? error->message : "";
  g_clear_error(&error);
  check(pipeline && reason.empty(), ErrorKind::kUnavailable, path, ": ", reason);
  g_object_set(child(pipeline, "file"), "location", path.c_str(), nullptr);
  return pipeline;
}

// Throws Error(kData) unless the picture comes.
void wait_for_picture(const Pipeline& pipeline, const std::string& path) {
  GstBus* const bus = gst_element_get_bus(pipeline.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PAUSED);
  GstMessage* const message = gst_bus_timed_pop_filtered(
      bus, 30 * GST_SECOND,
      GstMessageType(GST_MESSAGE_ASYNC_DONE | GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  gst_object_unref(bus);
  std::string reason = message ? "" : "decoding took more than 30 seconds";
  if (message && GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    reason = error->message;
    g_error_free(error);
  }
  if (message) gst_message_unref(message);
  check(reason.empty(), ErrorKind::kData, path, ": no picture that GStreamer can decode: ", reason);
}

}  // namespace

PictureFile::PictureFile(const std::string& path) {
  std::error_code ignored;
  check(std::filesystem::exists(path, ignored), ErrorKind::kNotFound, path, ": no such file");
  const Pipeline pipeline = decoding(path);
  wait_for_picture(pipeline, path);
  GstSample* sample = nullptr;
  g_object_get(child(pipeline, "picture"), "last-sample", &sample, nullptr);
  check(sample, ErrorKind::kData, path, ": holds no picture");
  sample_.reset(sample);
  GstVideoInfo info;
  check(video_info_from_caps(info, gst_sample_get_caps(sample)), ErrorKind::kData, path,
        ": holds no picture");
  frame_ = std::make_unique<MappedFrame>(info, gst_sample_get_buffer(sample), GST_MAP_READ);
}

}  // namespace gan
