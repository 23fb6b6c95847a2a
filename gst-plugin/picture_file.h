// SPDX-License-Identifier: LGPL-2.1-or-later
// Picture files by whatever decoders GStreamer has, so that the plugin links none.
#pragma once

#include <memory>
#include <string>

#include "gst-plugin/video_frame.h"

namespace gan {

// The picture of a file, or a video's first frame, as RGB.
class PictureFile {
 public:
  // Decodes in threads of its own and waits for them, at most 30 seconds. Throws Error: kNotFound,
  // kUnavailable for a missing element, kData for what cannot be decoded; each names the file.
  explicit PictureFile(const std::string& path);
  FrameView view() const { return frame_->view(); }

 private:
  std::unique_ptr<GstSample, decltype(&gst_sample_unref)> sample_{nullptr, gst_sample_unref};
  std::unique_ptr<MappedFrame> frame_;
};

}  // namespace gan
