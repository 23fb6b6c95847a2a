// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/bridge.h"

extern "C" {
#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace gan {
namespace {

constexpr std::pair<AVPixelFormat, GstVideoFormat> kFormats[] = {
    {AV_PIX_FMT_YUV420P, GST_VIDEO_FORMAT_I420},
    {AV_PIX_FMT_YUV422P, GST_VIDEO_FORMAT_Y42B},
    {AV_PIX_FMT_YUV444P, GST_VIDEO_FORMAT_Y444},
    {AV_PIX_FMT_YUV420P10LE, GST_VIDEO_FORMAT_I420_10LE},
    {AV_PIX_FMT_YUV422P10LE, GST_VIDEO_FORMAT_I422_10LE},
    {AV_PIX_FMT_YUV444P10LE, GST_VIDEO_FORMAT_Y444_10LE},
    {AV_PIX_FMT_YUV420P12LE, GST_VIDEO_FORMAT_I420_12LE},
    {AV_PIX_FMT_YUV422P12LE, GST_VIDEO_FORMAT_I422_12LE},
    {AV_PIX_FMT_YUV444P12LE, GST_VIDEO_FORMAT_Y444_12LE},
    {AV_PIX_FMT_NV12, GST_VIDEO_FORMAT_NV12},
    {AV_PIX_FMT_GRAY8, GST_VIDEO_FORMAT_GRAY8},
    {AV_PIX_FMT_GRAY16LE, GST_VIDEO_FORMAT_GRAY16_LE},
    {AV_PIX_FMT_RGB24, GST_VIDEO_FORMAT_RGB},
    {AV_PIX_FMT_RGBA, GST_VIDEO_FORMAT_RGBA},
    {AV_PIX_FMT_GBRP, GST_VIDEO_FORMAT_GBR},
    {AV_PIX_FMT_GBRP10LE, GST_VIDEO_FORMAT_GBR_10LE},
    {AV_PIX_FMT_GBRP12LE, GST_VIDEO_FORMAT_GBR_12LE},
    {AV_PIX_FMT_GBRAP, GST_VIDEO_FORMAT_GBRA},
    {AV_PIX_FMT_GBRAP10LE, GST_VIDEO_FORMAT_GBRA_10LE},
    {AV_PIX_FMT_GBRAP12LE, GST_VIDEO_FORMAT_GBRA_12LE},
    {AV_PIX_FMT_RGBA64LE, GST_VIDEO_FORMAT_RGBA64_LE},
};

GstVideoFormat gst_format(AVPixelFormat format) {
  const auto* const found =
      std::ranges::find(kFormats, format, [](auto& pair) { return pair.first; });
  check(found != std::end(kFormats), ErrorKind::kFailed, "frames of ", av_get_pix_fmt_name(format),
        " have no counterpart in GStreamer");
  return found->second;
}

GstVideoChromaSite chroma_site(AVChromaLocation location) {
  switch (location) {
    case AVCHROMA_LOC_CENTER: return GST_VIDEO_CHROMA_SITE_JPEG;
    case AVCHROMA_LOC_TOPLEFT: return GST_VIDEO_CHROMA_SITE_COSITED;
    case AVCHROMA_LOC_TOP: return GST_VIDEO_CHROMA_SITE_V_COSITED;
    default: return GST_VIDEO_CHROMA_SITE_MPEG2;
  }
}

}  // namespace

bool has_alpha(AVPixelFormat format) {
  return av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_ALPHA || format == AV_PIX_FMT_PAL8;
}

bool is_opaque(const AVFrame& frame) {
  const AVPixFmtDescriptor* const shape =
      av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const bool palette = shape->flags & AV_PIX_FMT_FLAG_PAL;  // of four bytes, the last is alpha
  const int component = palette ? 3 : shape->nb_components - 1;
  const unsigned most = palette ? 255 : (1u << shape->comp[component].depth) - 1;
  std::vector<uint16_t> row(static_cast<size_t>(frame.width));
  for (int y = 0; y < frame.height; ++y) {
    av_read_image_line2(row.data(), const_cast<const uint8_t**>(frame.data), frame.linesize, shape,
                        0, y, component, frame.width, palette, sizeof row[0]);
    if (std::ranges::any_of(row, [most](uint16_t alpha) { return alpha < most; })) return false;
  }
  return true;
}

AVPixelFormat working_format(AVPixelFormat source, bool alpha) {
  const bool keep_alpha = alpha && has_alpha(source);
  const auto known = [](AVPixelFormat format) {
    return std::ranges::any_of(kFormats, [&](auto& pair) { return pair.first == format; });
  };
  if (known(source) && keep_alpha == has_alpha(source)) return source;
  const AVPixFmtDescriptor& shape = *av_pix_fmt_desc_get(source);
  const int bits = shape.comp[0].depth;
  const auto of_depth = [&](AVPixelFormat b8, AVPixelFormat b10, AVPixelFormat b12) {
    return bits <= 8 ? b8 : bits <= 10 ? b10 : b12;
  };
  const bool rgb = shape.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL);
  if (rgb && bits > 12) return AV_PIX_FMT_RGBA64LE;
  if (keep_alpha) return of_depth(AV_PIX_FMT_GBRAP, AV_PIX_FMT_GBRAP10LE, AV_PIX_FMT_GBRAP12LE);
  if (rgb) return of_depth(AV_PIX_FMT_GBRP, AV_PIX_FMT_GBRP10LE, AV_PIX_FMT_GBRP12LE);
  if (shape.nb_components < 3) return bits <= 8 ? AV_PIX_FMT_GRAY8 : AV_PIX_FMT_GRAY16LE;
  if (shape.log2_chroma_h == 0)
    return shape.log2_chroma_w == 0
               ? of_depth(AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10LE, AV_PIX_FMT_YUV444P12LE)
               : of_depth(AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV422P12LE);
  return shape.log2_chroma_w == 0
             ? of_depth(AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUV444P10LE, AV_PIX_FMT_YUV444P12LE)
             : of_depth(AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUV420P10LE, AV_PIX_FMT_YUV420P12LE);
}

void complete_colour(AVFrame& frame, const AVCodecParameters& stream) {
  // The names of old for full range.
  constexpr std::pair<AVPixelFormat, AVPixelFormat> kFull[] = {
      {AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUV420P},
      {AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUV422P},
      {AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUV444P},
      {AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUV440P},
      {AV_PIX_FMT_YUVJ411P, AV_PIX_FMT_YUV411P}};
  for (const auto& [old, format] : kFull)
    if (frame.format == old) {
      frame.format = format;
      frame.color_range = AVCOL_RANGE_JPEG;
    }
  const auto& shape = *av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  const auto from_stream = [](auto& own, auto theirs, auto unknown) {
    if (own == unknown) own = theirs;
  };
  from_stream(frame.color_range, stream.color_range, AVCOL_RANGE_UNSPECIFIED);
  from_stream(frame.colorspace, stream.color_space, AVCOL_SPC_UNSPECIFIED);
  from_stream(frame.color_primaries, stream.color_primaries, AVCOL_PRI_UNSPECIFIED);
  from_stream(frame.color_trc, stream.color_trc, AVCOL_TRC_UNSPECIFIED);
  from_stream(frame.chroma_location, stream.chroma_location, AVCHROMA_LOC_UNSPECIFIED);

  const bool hd = frame.width >= 1280 || frame.height > 576;
  const bool pal = frame.height == 576 || frame.height == 288;
  if (shape.flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL)) {
    frame.colorspace = AVCOL_SPC_RGB;
    frame.color_range = AVCOL_RANGE_JPEG;
    if (frame.color_primaries == AVCOL_PRI_UNSPECIFIED) frame.color_primaries = AVCOL_PRI_BT709;
    if (frame.color_trc == AVCOL_TRC_UNSPECIFIED) frame.color_trc = AVCOL_TRC_IEC61966_2_1;
    return;
  }
  if (frame.color_range == AVCOL_RANGE_UNSPECIFIED)
    frame.color_range = shape.nb_components < 3 ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
  if (frame.colorspace == AVCOL_SPC_UNSPECIFIED || frame.colorspace == AVCOL_SPC_RGB ||
      frame.colorspace == AVCOL_SPC_RESERVED) {
    if (frame.color_primaries == AVCOL_PRI_BT2020)
      frame.colorspace = AVCOL_SPC_BT2020_NCL;
    else if (frame.color_primaries == AVCOL_PRI_BT709 || hd)
      frame.colorspace = AVCOL_SPC_BT709;
    else
      frame.colorspace = pal ? AVCOL_SPC_BT470BG : AVCOL_SPC_SMPTE170M;
  }
  const bool is_709 = frame.colorspace == AVCOL_SPC_BT709;
  const bool is_2020 =
      frame.colorspace == AVCOL_SPC_BT2020_NCL || frame.colorspace == AVCOL_SPC_BT2020_CL;
  if (frame.color_primaries == AVCOL_PRI_UNSPECIFIED)
    frame.color_primaries = is_709                                  ? AVCOL_PRI_BT709
                            : is_2020                               ? AVCOL_PRI_BT2020
                            : frame.colorspace == AVCOL_SPC_BT470BG ? AVCOL_PRI_BT470BG
                                                                    : AVCOL_PRI_SMPTE170M;
  if (frame.color_trc == AVCOL_TRC_UNSPECIFIED)
    frame.color_trc = is_709    ? AVCOL_TRC_BT709
                      : is_2020 ? AVCOL_TRC_BT2020_10
                                : AVCOL_TRC_SMPTE170M;
  if (frame.chroma_location == AVCHROMA_LOC_UNSPECIFIED && shape.log2_chroma_w > 0)
    frame.chroma_location = AVCHROMA_LOC_LEFT;
}

UniqueCaps caps_of(const AVFrame& frame, AVRational rate) {
  GstVideoInfo info;
  gst_video_info_set_format(&info, gst_format(static_cast<AVPixelFormat>(frame.format)),
                            static_cast<guint>(frame.width), static_cast<guint>(frame.height));
  info.fps_n = rate.num;
  info.fps_d = rate.den;
  if (frame.sample_aspect_ratio.num > 0) {
    info.par_n = frame.sample_aspect_ratio.num;
    info.par_d = frame.sample_aspect_ratio.den;
  }
  info.colorimetry = {
      frame.color_range == AVCOL_RANGE_JPEG ? GST_VIDEO_COLOR_RANGE_0_255
                                            : GST_VIDEO_COLOR_RANGE_16_235,
      gst_video_color_matrix_from_iso(static_cast<guint>(frame.colorspace)),
      gst_video_transfer_function_from_iso(static_cast<guint>(frame.color_trc)),
      gst_video_color_primaries_from_iso(static_cast<guint>(frame.color_primaries))};
  info.chroma_site = chroma_site(frame.chroma_location);
  return UniqueCaps(gst_video_info_to_caps(&info));
}

UniqueBuffer buffer_of(const AVFrame& frame) {
  if (frame.linesize[0] < 0) {  // rows from bottom to top, which GStreamer has no word for
    UniqueFrame upright = new_frame();
    upright->format = frame.format;
    upright->width = frame.width;
    upright->height = frame.height;
    av_check(av_frame_get_buffer(upright.get(), 0), ErrorKind::kNoMemory, "a frame");
    av_check(av_frame_copy(upright.get(), &frame), ErrorKind::kFailed, "a frame cannot be copied");
    return buffer_of(*upright);
  }
  const auto format = static_cast<AVPixelFormat>(frame.format);
  const int planes = av_pix_fmt_count_planes(format);
  std::array<ptrdiff_t, 4> strides{frame.linesize[0], frame.linesize[1], frame.linesize[2],
                                   frame.linesize[3]};
  std::array<size_t, 4> sizes{};
  av_check(av_image_fill_plane_sizes(sizes.data(), format, frame.height, strides.data()),
           ErrorKind::kFailed, "a decoded frame is of no size");
  UniqueBuffer buffer(gst_buffer_new());
  gsize offsets[GST_VIDEO_MAX_PLANES] = {};
  gint gst_strides[GST_VIDEO_MAX_PLANES] = {};
  gsize offset = 0;
  for (int i = 0; i < planes; ++i) {
    AVFrame* const owner = av_frame_clone(&frame);
    check(owner, ErrorKind::kNoMemory, "out of memory");
    const auto release = [](gpointer data) {
      auto* kept = static_cast<AVFrame*>(data);
      av_frame_free(&kept);
    };
    const size_t size = sizes[static_cast<size_t>(i)];
    gst_buffer_append_memory(
        buffer.get(), gst_memory_new_wrapped(GST_MEMORY_FLAG_READONLY, frame.data[i], size, 0, size,
                                             owner, release));
    offsets[i] = offset;
    gst_strides[i] = frame.linesize[i];
    offset += size;
  }
  gst_buffer_add_video_meta_full(buffer.get(), GST_VIDEO_FRAME_FLAG_NONE, gst_format(format),
                                 static_cast<guint>(frame.width), static_cast<guint>(frame.height),
                                 static_cast<guint>(planes), offsets, gst_strides);
  return buffer;
}

UniqueFrame frame_of(GstSample& sample, const AVFrame& like) {
  struct Mapped {
    GstVideoFrame frame;
    ~Mapped() { gst_video_frame_unmap(&frame); }
  };
  GstVideoInfo info;
  check(gst_video_info_from_caps(&info, gst_sample_get_caps(&sample)), ErrorKind::kFailed,
        "the element gives no raw video");
  GstVideoFrame mapped;
  check(gst_video_frame_map(&mapped, &info, gst_sample_get_buffer(&sample), GST_MAP_READ),
        ErrorKind::kFailed, "a frame cannot be mapped");
  auto* const owned = new Mapped{mapped};
  UniqueFrame frame = new_frame();
  const auto release = [](void* opaque, uint8_t*) { delete static_cast<Mapped*>(opaque); };
  frame->buf[0] = av_buffer_create(
      static_cast<uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&owned->frame, 0)),
      GST_VIDEO_FRAME_SIZE(&owned->frame), release, owned, AV_BUFFER_FLAG_READONLY);
  if (!frame->buf[0]) {
    delete owned;
    fail(ErrorKind::kNoMemory, "out of memory");
  }
  av_check(av_frame_copy_props(frame.get(), &like), ErrorKind::kNoMemory, "a frame's properties");
  const auto* const found = std::ranges::find(kFormats, GST_VIDEO_INFO_FORMAT(&info),
                                              [](auto& pair) { return pair.second; });
  check(found != std::end(kFormats), ErrorKind::kFailed, "FFmpeg has no counterpart of ",
        gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info)));
  frame->format = found->first;
  frame->width = GST_VIDEO_INFO_WIDTH(&info);
  frame->height = GST_VIDEO_INFO_HEIGHT(&info);
  for (guint i = 0; i < GST_VIDEO_INFO_N_PLANES(&info); ++i) {
    frame->data[i] = static_cast<uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&owned->frame, i));
    frame->linesize[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&owned->frame, i);
  }
  return frame;
}

}  // namespace gan
