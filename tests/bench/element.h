// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan with frames of noise.
#pragma once

#include <gst/check/gstharness.h>
#include <gst/video/video.h>

#include <string>
#include <vector>

#include "core/frame.h"

class Element {
 public:
  Element(const std::string& properties, const std::string& format, gan::Size size) {
    harness_ = gst_harness_new_parse(("enhancegan " + properties).c_str());
    const std::string caps = "video/x-raw,framerate=25/1,format=" + format +
                             ",width=" + std::to_string(size.width) +
                             ",height=" + std::to_string(size.height);
    gst_harness_set_src_caps_str(harness_, caps.c_str());
    GstVideoInfo info;
    GstCaps* const parsed = gst_caps_from_string(caps.c_str());
    gst_video_info_from_caps(&info, parsed);
    gst_caps_unref(parsed);
    picture.resize(GST_VIDEO_INFO_SIZE(&info));
    for (auto& byte : picture) byte = guint8(g_random_int());
  }
  ~Element() { gst_harness_teardown(harness_); }
  Element(const Element&) = delete;
  Element& operator=(const Element&) = delete;

  GstBuffer* frame() {  // of the picture
    GstBuffer* const in = gst_harness_create_buffer(harness_, picture.size());
    gst_buffer_fill(in, 0, picture.data(), picture.size());
    return in;
  }
  void run(GstBuffer* frame) { gst_buffer_unref(gst_harness_push_and_pull(harness_, frame)); }
  GstElement* element() { return gst_harness_find_element(harness_, "enhancegan"); }

  std::vector<guint8> picture;

 private:
  GstHarness* harness_;
};
