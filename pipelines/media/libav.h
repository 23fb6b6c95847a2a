// SPDX-License-Identifier: LGPL-2.1-or-later
// FFmpeg's structures with owners, its error numbers as Error, and what differs between its
// versions 5.1 and 7.1.
#pragma once

extern "C" {
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/frame.h>
}

#include <algorithm>
#include <memory>
#include <string>

#include "core/error.h"

namespace gan {

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* pointer) const {
    release(&pointer);
  }
};
template <auto release>
struct Closes {
  template <class T>
  void operator()(T* pointer) const {
    release(pointer);
  }
};
using UniqueFrame = std::unique_ptr<AVFrame, Releases<av_frame_free>>;
using UniquePacket = std::unique_ptr<AVPacket, Releases<av_packet_free>>;
using UniqueCodec = std::unique_ptr<AVCodecContext, Releases<avcodec_free_context>>;
using UniqueParameters = std::unique_ptr<AVCodecParameters, Releases<avcodec_parameters_free>>;
using UniqueInput = std::unique_ptr<AVFormatContext, Releases<avformat_close_input>>;

inline UniqueFrame new_frame() { return UniqueFrame(av_frame_alloc()); }
inline UniquePacket new_packet() { return UniquePacket(av_packet_alloc()); }

inline std::string av_text(int error) {
  char text[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(error, text, sizeof text);
  return text;
}

// Returns what an FFmpeg function returned, or throws its error behind `parts`.
template <class... Parts>
int av_check(int result, const Fault& fault, const Parts&... parts) {
  if (result < 0)
    fail(result == AVERROR_EXIT ? Fault(ErrorKind::kInterrupted) : fault, parts..., ": ",
         av_text(result));
  return result;
}

// Ends with AV_PIX_FMT_NONE; null: any.
inline const AVPixelFormat* formats_of(const AVCodec& encoder) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void* formats = nullptr;
  avcodec_get_supported_config(nullptr, &encoder, AV_CODEC_CONFIG_PIX_FORMAT, 0, &formats, nullptr);
  return static_cast<const AVPixelFormat*>(formats);
#else
  return encoder.pix_fmts;
#endif
}

inline bool is_interlaced(const AVFrame& frame) {
#ifdef AV_FRAME_FLAG_INTERLACED
  return frame.flags & AV_FRAME_FLAG_INTERLACED;
#else
  return frame.interlaced_frame;
#endif
}

inline void set_progressive(AVFrame& frame) {
#ifdef AV_FRAME_FLAG_INTERLACED
  frame.flags &= ~AV_FRAME_FLAG_INTERLACED;
#else
  frame.interlaced_frame = 0;
#endif
}

// Whether containers keep such an aspect of pixels: Matroska's reader makes fractions of 8 bits.
inline bool is_kept(AVRational aspect) {
  return aspect.num <= 0 || (av_q2d(aspect) <= 255 && av_q2d(av_inv_q(aspect)) <= 255);
}

// In the time base of its stream; 0: unknown.
inline int64_t duration_of(const AVFrame& frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame.duration;
#else
  return frame.pkt_duration;
#endif
}

inline void set_duration(AVFrame& frame, int64_t duration) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  frame.duration = duration;
#else
  frame.pkt_duration = duration;
#endif
}

struct SideData {
  const uint8_t* data = nullptr;
  size_t size = 0;
};
inline SideData side_data(const AVStream& stream, AVPacketSideDataType type) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  const AVPacketSideData* found = av_packet_side_data_get(
      stream.codecpar->coded_side_data, stream.codecpar->nb_coded_side_data, type);
  return found ? SideData{found->data, found->size} : SideData{};
#else
  size_t size = 0;
  const uint8_t* data = av_stream_get_side_data(&stream, type, &size);
  return {data, size};
#endif
}

inline void add_side_data(AVStream& stream, AVPacketSideDataType type, const SideData& from) {
#if LIBAVFORMAT_VERSION_INT >= AV_VERSION_INT(60, 15, 100)
  AVCodecParameters& par = *stream.codecpar;
  AVPacketSideData* const added =
      av_packet_side_data_new(&par.coded_side_data, &par.nb_coded_side_data, type, from.size, 0);
  uint8_t* const to = added ? added->data : nullptr;
#else
  uint8_t* const to = av_stream_new_side_data(&stream, type, from.size);
#endif
  check(to, ErrorKind::kNoMemory, "out of memory");
  std::copy_n(from.data, from.size, to);
}

}  // namespace gan
