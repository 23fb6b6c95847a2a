// SPDX-License-Identifier: LGPL-2.1-or-later
// One frame after the other through enhancegan in fp32, samples set and read one by one.
#pragma once

#include "tests/gst-plugin/formats.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {

class Through {
 public:
  Through(const std::string& properties, const std::string& caps) {
    harness_ = gst_harness_new_parse(("enhancegan precision=fp32 " + properties).c_str());
    const std::string all = "video/x-raw,framerate=25/1," + caps;
    gst_harness_set_src_caps_str(harness_, all.c_str());
    GstCaps* const in = gst_caps_from_string(all.c_str());
    gst_video_info_from_caps(&info_, in);
    gst_caps_unref(in);
    buffer_ = gst_harness_create_buffer(harness_, GST_VIDEO_INFO_SIZE(&info_));
  }
  ~Through() {
    gst_buffer_replace(&buffer_, nullptr);
    gst_harness_teardown(harness_);
  }
  Through(const Through&) = delete;
  Through& operator=(const Through&) = delete;

  const GstVideoInfo& info() const { return info_; }
  const FormatInfo& format() const { return format_named(info_.finfo->name); }
  Size size() const { return {GST_VIDEO_INFO_WIDTH(&info_), GST_VIDEO_INFO_HEIGHT(&info_)}; }

  // function(component, x, y, sample) for every sample, to read or to set; component 3 is alpha.
  template <class Function>
  void each(GstMapFlags how, const Function& function) {
    GstVideoFrame frame;
    ASSERT_TRUE(gst_video_frame_map(&frame, &info_, buffer_, how));
    const FrameSpan span = span_of(frame);
    for (const int c : components_of(format())) {
      const Size sides = size_of(format(), c, size());
      for (int y = 0; y < sides.height; ++y)
        for (int x = 0; x < sides.width; ++x) {
          const SamplePlace place = place_of(span, c, x, y);
          int sample = place.get();
          function(c, x, y, sample);
          if (how != GST_MAP_READ) place.set(sample);
        }
    }
    gst_video_frame_unmap(&frame);
  }
  void run() {
    buffer_ = gst_harness_push_and_pull(harness_, buffer_);
    ASSERT_TRUE(buffer_);
    GstCaps* const out = gst_pad_get_current_caps(harness_->sinkpad);
    const GstVideoColorimetry before = info_.colorimetry;
    gst_video_info_from_caps(&info_, out);
    gst_caps_unref(out);
    EXPECT_TRUE(gst_video_colorimetry_is_equal(&before, &info_.colorimetry));
  }

 private:
  GstHarness* harness_;
  GstVideoInfo info_;
  GstBuffer* buffer_;
};

}  // namespace gan::test
