// SPDX-License-Identifier: LGPL-2.1-or-later
// What psnrmeter says, as structures for messages and the property stats.
#pragma once

#include <gst/gst.h>

#include "core/frame_meter.h"

namespace gan {

struct Measured {
  FrameMeter meter{MeterOptions{}};
  uint64_t unpaired_reference = 0, unpaired_processed = 0;
};

// Adds mse, psnr and, where measured, ssim of the frame and, with the plane's name behind a dash,
// of each plane.
void add_quality(GstStructure* to, const FrameQuality& quality, bool ssim);

// timestamp, stream-time, running-time and duration of a frame, final=false. Transfer full.
GstStructure* frame_structure(const GstSegment& segment, GstBuffer* buffer);

// Counts, means, psnr of the mean MSE, psnr-mean and psnr-min. Transfer full.
GstStructure* summary_structure(const char* name, const Measured& measured, bool ssim);

}  // namespace gan
