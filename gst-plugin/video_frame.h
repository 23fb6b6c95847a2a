// SPDX-License-Identifier: LGPL-2.1-or-later
// GstVideoFrame and GstVideoInfo as the core's frames, without a copy.
#pragma once

#include <gst/video/video.h>

#include "core/engine.h"

namespace gan {

// Raw video of any size in the formats of core/frame.h, as far as this GStreamer knows them.
// Transfer full.
GstCaps* video_template_caps();

// As gst_video_info_from_caps(), which forgets (1.22) the chroma-site of caps without colorimetry.
// False where they are not raw video.
bool video_info_from_caps(GstVideoInfo& info, const GstCaps* caps);

// Throws Error(kSettings) for a format that is not among them. Unknown colorimetry counts as what
// GStreamer guesses for the size.
FrameFormat frame_format(const GstVideoInfo& info);

// A mapped frame of the negotiated format, unmapped at the end of its life; a GstVideoMeta says
// where its rows lie, and may tell of more of them than the frame has. memory: where its addresses
// are to be, kDevice for a GPU's memory alone. Throws Error(kFailed) when it cannot be mapped.
class MappedFrame {
 public:
  MappedFrame(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags,
              Memory memory = Memory::kHost);
  ~MappedFrame();
  MappedFrame(MappedFrame&& from) noexcept;
  MappedFrame& operator=(MappedFrame&&) = delete;

  FrameView view() const { return gan::view(span()); }
  FrameSpan span() const;
  // Its first plane has been copied there, and what follows as far behind.
  void move_to(const uint8_t* first);

 private:
  FrameFormat format_;
  Memory memory_;
  ptrdiff_t moved_ = 0;
  GstVideoFrame frame_;
};

}  // namespace gan
