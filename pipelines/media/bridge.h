// SPDX-License-Identifier: LGPL-2.1-or-later
// FFmpeg's frames as GStreamer's buffers and back, without a copy: both keep planes with strides
// and count who uses them.
#pragma once

#include <gst/video/video.h>

#include "pipelines/media/libav.h"

namespace gan {

struct Unrefs {  // GStreamer's own functions have no linkage
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstMessage* message) const { gst_message_unref(message); }
};
using UniqueBuffer = std::unique_ptr<GstBuffer, Unrefs>;
using UniqueCaps = std::unique_ptr<GstCaps, Unrefs>;
using UniqueSample = std::unique_ptr<GstSample, Unrefs>;
using UniqueMessage = std::unique_ptr<GstMessage, Unrefs>;

// The format in which frames of `source` go through the elements with nothing lost that they can
// keep: itself, or the nearest. Without `alpha`, transparency is left out.
AVPixelFormat working_format(AVPixelFormat source, bool alpha);

bool has_alpha(AVPixelFormat format);

// Of a frame whose format has transparency: none of its pixels makes use of it.
bool is_opaque(const AVFrame& frame);

// Fills in what the frame does not say of its colours, by what its stream says, else by the rules
// that players follow: BT.709 from 720 lines on, else BT.601; limited range of YCbCr.
void complete_colour(AVFrame& frame, const AVCodecParameters& stream);

// Of frames of a working format; `rate` 0/1: variable.
UniqueCaps caps_of(const AVFrame& frame, AVRational rate);

// Holds a reference to the frame's planes.
UniqueBuffer buffer_of(const AVFrame& frame);

// The picture of the sample; of times and colours, what `like` says. Holds a reference to its
// buffer.
UniqueFrame frame_of(GstSample& sample, const AVFrame& like);

}  // namespace gan
