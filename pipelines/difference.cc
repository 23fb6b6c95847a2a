// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/difference.h"

#include <algorithm>
#include <cstdlib>

#include "pipelines/media/filter_chain.h"

namespace gan {

UniqueFrame as_rgb(UniqueFrame frame) {
  if (frame->format == AV_PIX_FMT_RGB24) return frame;
  return FrameFilter(converting(AV_PIX_FMT_RGB24, AVCOL_SPC_RGB, AVCOL_RANGE_JPEG))
      .run(std::move(frame));
}

UniqueFrame difference(const AVFrame& a, const AVFrame& b) {
  check(a.width == b.width && a.height == b.height && a.format == AV_PIX_FMT_RGB24 &&
            b.format == AV_PIX_FMT_RGB24,
        ErrorKind::kData, "frames of different sizes have no difference");
  UniqueFrame result = new_frame();
  result->format = a.format;
  result->width = a.width;
  result->height = a.height;
  av_check(av_frame_get_buffer(result.get(), 0), ErrorKind::kNoMemory, "a frame");
  for (int y = 0; y < a.height; ++y)
    for (int x = 0; x < 3 * a.width; ++x)
      result->data[0][y * result->linesize[0] + x] = static_cast<uint8_t>(std::min(
          255, 8 * std::abs(b.data[0][y * b.linesize[0] + x] - a.data[0][y * a.linesize[0] + x])));
  return result;
}

}  // namespace gan
