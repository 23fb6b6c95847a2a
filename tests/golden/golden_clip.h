// SPDX-License-Identifier: LGPL-2.1-or-later
// Pairs of raw planar 4:2:0 clips, 8 or 10 bits, with FFmpeg's values of every frame.
#pragma once

#include "core/frame.h"
#include "tests/golden/golden.h"

namespace gan::test {

struct GoldenClip {
  std::string name;
  Size size;
  bool deep;
  JsonArray *psnr, *ssim;  // an object a frame; numbers of 6 digits
  std::string reference, processed;

  GoldenClip(const std::string& clip_name, JsonObject* clip)
      : name(clip_name),
        size{static_cast<int>(number(clip, "width")), static_cast<int>(number(clip, "height"))},
        deep(number(clip, "bits") == 10),
        psnr(json_object_get_array_member(clip, "psnr_metadata_6_digits")),
        ssim(json_object_get_array_member(clip, "ssim_metadata_6_digits")),
        reference(read_text(golden(json_object_get_string_member(clip, "ref")))),
        processed(read_text(golden(json_object_get_string_member(clip, "dis")))) {}

  int frames() const { return static_cast<int>(json_array_get_length(psnr)); }
  double value(JsonArray* values, int frame, const char* key) const {
    return number(json_array_get_object_element(values, static_cast<guint>(frame)), key);
  }
  FrameView frame(const std::string& bytes, int index) const {
    const ptrdiff_t luma = ptrdiff_t{size.width} * (deep ? 2 : 1), chroma = luma / 2;
    const auto* at = reinterpret_cast<const uint8_t*>(bytes.data()) +
                     index * (luma * size.height + chroma * size.height);
    FrameView view{deep ? PixelFormat::kI420_10LE : PixelFormat::kI420, size, {}, {}};
    view.planes[0] = {at, luma};
    view.planes[1] = {at + luma * size.height, chroma};
    view.planes[2] = {at + luma * size.height + chroma * size.height / 2, chroma};
    return view;
  }
};

template <class Function>
void each_golden_clip(const Function& function) {
  const JsonDocument document(read_text(golden("video/video_metrics.json")), "video");
  each_member(json_object_get_object_member(document.root(), "clips"),
              [&](const std::string& name, JsonObject* clip) { function(GoldenClip(name, clip)); });
}

}  // namespace gan::test
