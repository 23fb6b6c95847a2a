// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_report.h"

#include "core/error.h"

namespace gan {
namespace {

void set(GstStructure* to, const std::string& name, double value) {
  gst_structure_set(to, name.c_str(), G_TYPE_DOUBLE, value, nullptr);
}

void set(GstStructure* to, const std::string& name, uint64_t value) {
  gst_structure_set(to, name.c_str(), G_TYPE_UINT64, value, nullptr);
}

void set(GstStructure* to, const std::string& name, int64_t value) {
  gst_structure_set(to, name.c_str(), G_TYPE_INT64, value, nullptr);
}

void add_plane(GstStructure* to, const PlaneQuality& plane, const MeterOptions& options) {
  const std::string suffix = plane.name == "all" ? "" : "-" + plane.name;
  set(to, "mse" + suffix, plane.mse);
  set(to, "psnr" + suffix, plane.psnr_db);
  if (options.ssim) set(to, "ssim" + suffix, plane.ssim);
  if (options.ms_ssim) set(to, "ms-ssim" + suffix, plane.ms_ssim);
  if (!options.flicker) return;
  set(to, "flicker" + suffix, plane.flicker);
  set(to, "flicker-static" + suffix, plane.flicker_static);
}

}  // namespace

std::string colorimetry_complaint(const GstVideoInfo& reference, const GstVideoInfo& processed) {
  if (GST_VIDEO_INFO_FORMAT(&reference) != GST_VIDEO_INFO_FORMAT(&processed) ||
      gst_video_colorimetry_is_equal(&reference.colorimetry, &processed.colorimetry))
    return "";
  const auto text = [](const GstVideoInfo& info) {
    gchar* const name = gst_video_colorimetry_to_string(&info.colorimetry);
    const std::string result = name ? name : "unknown";
    g_free(name);
    return result;
  };
  return concat("the colorimetry of the reference is ", text(reference),
                ", of the processed stream ", text(processed),
                "; code values are compared as they are");
}

GstStructure* frame_structure(const FramePlace& place, const PairingCounts& counts,
                              const FrameQuality& quality, const MeterOptions& options) {
  GstStructure* const to = gst_structure_new("psnrmeter", "final", G_TYPE_BOOLEAN, FALSE, nullptr);
  set(to, "frame", counts.pairs - 1);
  set(to, "reference-frame", counts.reference - 1);
  set(to, "processed-frame", counts.processed - 1);
  set(to, "timestamp", place.timestamp);
  set(to, "stream-time", place.stream_time);
  set(to, "running-time", place.running_time);
  set(to, "duration", place.duration);
  add_plane(to, quality.all, options);
  for (const auto& plane : quality.planes) add_plane(to, plane, options);
  return to;
}

GstStructure* summary_structure(const char* name, const PairingCounts& counts,
                                const MeterSummary& summary, const MeterOptions& options) {
  GstStructure* const to = gst_structure_new_empty(name);
  set(to, "frames", summary.frames);
  set(to, "identical", summary.identical);
  set(to, "unpaired-reference", counts.unpaired_reference);
  set(to, "unpaired-processed", counts.unpaired_processed);
  set(to, "reference-after-end", counts.reference_after_end);
  set(to, "processed-after-end", counts.processed_after_end);
  set(to, "repeated-reference", counts.repeated_reference);
  set(to, "repeated-processed", counts.repeated_processed);
  set(to, "offset", counts.offset_ns);
  if (summary.frames == 0) return to;
  add_plane(to, summary.all, options);
  for (const auto& plane : summary.planes) add_plane(to, plane, options);
  set(to, "psnr-mean", summary.psnr_mean_db);
  set(to, "psnr-min", summary.psnr_min_db);
  return to;
}

}  // namespace gan
