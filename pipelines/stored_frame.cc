// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/stored_frame.h"

extern "C" {
#include <libavutil/imgutils.h>
}

namespace gan {
namespace {

AVPixelFormat av_format(PixelFormat format) {
  switch (format) {
    case PixelFormat::kRGB: return AV_PIX_FMT_RGB24;
    case PixelFormat::kRGBA: return AV_PIX_FMT_RGBA;
    case PixelFormat::kGRAY8: return AV_PIX_FMT_GRAY8;
    case PixelFormat::kGRAY16_LE: return AV_PIX_FMT_GRAY16LE;
    case PixelFormat::kRGBA64_LE: return AV_PIX_FMT_RGBA64LE;
    default: fail(ErrorKind::kFailed, "pictures are not kept as ", info(format).name);
  }
}

}  // namespace

UniqueFrame frame_of(const StoredImage& image) {
  UniqueFrame frame = new_frame();
  frame->format = av_format(image.format);
  frame->width = image.size.width;
  frame->height = image.size.height;
  frame->colorspace = AVCOL_SPC_RGB;
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->color_trc = AVCOL_TRC_IEC61966_2_1;
  frame->color_primaries = AVCOL_PRI_BT709;
  frame->pts = 0;
  av_check(av_frame_get_buffer(frame.get(), 0), ErrorKind::kNoMemory, "a picture");
  const auto row = static_cast<int>(image.bytes.size() / static_cast<size_t>(image.size.height));
  av_image_copy_plane(frame->data[0], frame->linesize[0], image.bytes.data(), row, row,
                      image.size.height);
  return frame;
}

StoredImage image_of(const AVFrame& frame, PixelFormat format) {
  check(frame.format == av_format(format), ErrorKind::kFailed, "a picture changed its format");
  const int row = av_image_get_linesize(static_cast<AVPixelFormat>(frame.format), frame.width, 0);
  StoredImage image{{frame.width, frame.height}, format, {}};
  image.bytes.resize(static_cast<size_t>(row) * static_cast<size_t>(frame.height));
  av_image_copy_plane(image.bytes.data(), row, frame.data[0], frame.linesize[0], row, frame.height);
  return image;
}

}  // namespace gan
