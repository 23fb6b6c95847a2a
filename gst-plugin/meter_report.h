// SPDX-License-Identifier: LGPL-2.1-or-later
// What psnrmeter says, as structures for messages, the log and the property stats.
#pragma once

#include <gst/video/video.h>

#include <memory>
#include <string>

#include "core/frame_meter.h"
#include "core/pairing.h"

namespace gan {

struct FreeStructure {
  void operator()(GstStructure* structure) const { gst_structure_free(structure); }
};
using UniqueStructure = std::unique_ptr<GstStructure, FreeStructure>;

// Where a frame lies: the timestamp as it is, and through the segment of its stream.
struct FramePlace {
  GstClockTime timestamp, stream_time, running_time, duration;
};

// Why the values of two streams of these caps may mislead; empty when nothing is known to.
std::string colorimetry_complaint(const GstVideoInfo& reference, const GstVideoInfo& processed);

// final=false; frame (number of the pair), reference-frame and processed-frame (numbers in their
// streams), timestamp, stream-time, running-time, duration; then mse, psnr and what else `options`
// ask for, of the frame and, with the plane's name behind a dash, of each plane. Transfer full.
GstStructure* frame_structure(const FramePlace& place, const PairingCounts& counts,
                              const FrameQuality& quality, const MeterOptions& options);

// Counts, the offset, means, psnr of the mean MSE, psnr-mean and psnr-min. Transfer full.
GstStructure* summary_structure(const char* name, const PairingCounts& counts,
                                const MeterSummary& summary, const MeterOptions& options);

}  // namespace gan
