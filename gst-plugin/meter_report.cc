// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_report.h"

namespace gan {
namespace {

void add_plane(GstStructure* to, const PlaneQuality& plane, bool ssim) {
  const std::string suffix = plane.name == "all" ? "" : "-" + plane.name;
  const auto set = [&](const char* name, double value) {
    gst_structure_set(to, (name + suffix).c_str(), G_TYPE_DOUBLE, value, nullptr);
  };
  set("mse", plane.mse);
  set("psnr", plane.psnr_db);
  if (ssim) set("ssim", plane.ssim);
}

}  // namespace

void add_quality(GstStructure* to, const FrameQuality& quality, bool ssim) {
  for (const auto& plane : quality.planes) add_plane(to, plane, ssim);
  add_plane(to, quality.all, ssim);
}

GstStructure* frame_structure(const GstSegment& segment, GstBuffer* buffer) {
  const GstClockTime pts = GST_BUFFER_PTS(buffer);
  return gst_structure_new(
      "psnrmeter", "timestamp", G_TYPE_UINT64, pts, "stream-time", G_TYPE_UINT64,
      gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, pts), "running-time", G_TYPE_UINT64,
      gst_segment_to_running_time(&segment, GST_FORMAT_TIME, pts), "duration", G_TYPE_UINT64,
      GST_BUFFER_DURATION(buffer), "final", G_TYPE_BOOLEAN, FALSE, nullptr);
}

GstStructure* summary_structure(const char* name, const Measured& measured, bool ssim) {
  const MeterSummary summary = measured.meter.summary();
  GstStructure* const to = gst_structure_new(
      name, "frames", G_TYPE_UINT64, summary.frames, "identical", G_TYPE_UINT64, summary.identical,
      "unpaired-reference", G_TYPE_UINT64, measured.unpaired_reference, "unpaired-processed",
      G_TYPE_UINT64, measured.unpaired_processed, nullptr);
  if (summary.frames == 0) return to;
  add_quality(to, {summary.planes, summary.all}, ssim);
  gst_structure_set(to, "psnr-mean", G_TYPE_DOUBLE, summary.psnr_mean_db, "psnr-min", G_TYPE_DOUBLE,
                    summary.psnr_min_db, nullptr);
  return to;
}

}  // namespace gan
