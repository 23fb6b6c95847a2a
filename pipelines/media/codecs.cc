// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/codecs.h"

extern "C" {
#include <libavutil/pixdesc.h>
}

#include <algorithm>

#include "core/file_suffix.h"
#include "pipelines/media/bridge.h"

namespace gan {
namespace {

// Of lines of one name the first whose encoder is there is taken. Presets: a tenth of the network's
// time or less on the CPU.
constexpr Codec kCodecs[] = {
    {"h264", AV_CODEC_ID_H264, "libx264", 18, 51, "preset=veryfast", ""},
    {"h265", AV_CODEC_ID_HEVC, "libx265", 20, 51, "preset=veryfast:x265-params=log-level=error",
     ""},
    {"av1", AV_CODEC_ID_AV1, "libsvtav1", 26, 63, "preset=9", ""},
    {"av1", AV_CODEC_ID_AV1, "libaom-av1", 26, 63, "cpu-used=8:row-mt=1:b=0",
     "av1 is encoded by libaom, which is slow: this FFmpeg has no libsvtav1"},
    {"vp9", AV_CODEC_ID_VP9, "libvpx-vp9", 24, 63, "deadline=good:cpu-used=5:row-mt=1:b=0", ""},
    {"ffv1", AV_CODEC_ID_FFV1, "ffv1", -1, -1, "level=3:slicecrc=1:g=1", ""},
};

const std::vector<Container>& containers() {
  static const std::vector<Container> all = {
      {".mkv", "matroska", {"h264", "h265", "av1", "vp9", "ffv1"}, "libopus", "subrip", false},
      {".mp4", "mp4", {"h264", "h265", "av1", "vp9"}, "aac", "mov_text", true},
      {".m4v", "mp4", {"h264", "h265"}, "aac", "mov_text", true},
      {".mov", "mov", {"h264", "h265"}, "aac", "mov_text", true},
      {".webm", "webm", {"vp9", "av1"}, "libopus", "webvtt", false},
  };
  return all;
}

// The formats among which the encoder's is chosen; others say the same or are read by few.
constexpr AVPixelFormat kCandidates[] = {
    AV_PIX_FMT_YUV420P,     AV_PIX_FMT_YUV422P,     AV_PIX_FMT_YUV444P,     AV_PIX_FMT_YUV420P10LE,
    AV_PIX_FMT_YUV422P10LE, AV_PIX_FMT_YUV444P10LE, AV_PIX_FMT_YUV420P12LE, AV_PIX_FMT_YUV422P12LE,
    AV_PIX_FMT_YUV444P12LE, AV_PIX_FMT_YUVA420P,    AV_PIX_FMT_GRAY8,       AV_PIX_FMT_GRAY10LE,
    AV_PIX_FMT_GRAY12LE,    AV_PIX_FMT_GRAY16LE,    AV_PIX_FMT_GBRP,        AV_PIX_FMT_GBRP10LE,
    AV_PIX_FMT_GBRP12LE,    AV_PIX_FMT_GBRAP,       AV_PIX_FMT_GBRAP10LE,   AV_PIX_FMT_GBRAP12LE,
    AV_PIX_FMT_RGBA64LE};

}  // namespace

bool is_video_name(const std::string& path) {
  return std::ranges::any_of(
      containers(), [&](const Container& each) { return each.suffix == lower_suffix(path); });
}

const Container& container_of(const std::string& path) {
  std::string known;
  for (const Container& each : containers()) {
    if (each.suffix == lower_suffix(path)) return each;
    known += concat(known.empty() ? "" : ", ", each.suffix);
  }
  fail(ErrorKind::kSettings, path, ": a video's name must end in ", known);
}

const Codec& codec_for(const Container& container, const std::string& name) {
  const std::string_view wanted = name.empty() ? container.codecs[0] : std::string_view(name);
  std::string known;
  for (const auto each : container.codecs) known += concat(known.empty() ? "" : ", ", each);
  const auto holds = [&](const Container& each) {
    return std::ranges::find(each.codecs, wanted) != each.codecs.end();
  };
  const auto other = std::ranges::find_if(containers(), holds);
  check(holds(container), ErrorKind::kSettings, "--codec must be one that ", container.suffix,
        " holds (", known, "), got ", wanted,
        other == containers().end() ? "" : concat(", which ", other->suffix, " holds"));
  for (const Codec& codec : kCodecs)
    if (codec.name == wanted && avcodec_find_encoder_by_name(std::string(codec.encoder).c_str()))
      return codec;
  fail(ErrorKind::kUnavailable, "this FFmpeg has no encoder for ", wanted);
}

std::string encoder_words(const Codec& codec, int quality) {
  return concat(codec.encoder, " ", quality >= 0 ? quality : codec.quality, " ", codec.options,
                ", FFmpeg ", av_version_info());
}

AVPixelFormat encoder_format(const Codec& codec, const Container& container, AVPixelFormat from) {
  const AVCodec& encoder = *avcodec_find_encoder_by_name(std::string(codec.encoder).c_str());
  std::vector<AVPixelFormat> taken;
  for (const AVPixelFormat each : kCandidates) {
    const auto& shape = *av_pix_fmt_desc_get(each);
    const bool is_420 =
        shape.log2_chroma_w == 1 && shape.log2_chroma_h == 1 && shape.comp[0].depth <= 10;
    if (container.narrow && !is_420) continue;
    const AVPixelFormat* own = formats_of(encoder);
    while (own && *own != AV_PIX_FMT_NONE && *own != each) ++own;
    if (own && *own == each) taken.push_back(each);
  }
  // Transparency before all else, and none where there was none.
  const bool alpha = has_alpha(from) && std::ranges::any_of(taken, has_alpha);
  AVPixelFormat best = AV_PIX_FMT_NONE;
  for (const AVPixelFormat each : taken)
    if (has_alpha(each) == alpha) {
      int loss = 0;
      best = best == AV_PIX_FMT_NONE ? each
                                     : av_find_best_pix_fmt_of_2(best, each, from, alpha, &loss);
    }
  check(best != AV_PIX_FMT_NONE, ErrorKind::kUnavailable, codec.encoder,
        " takes none of the formats known here");
  return best;
}

}  // namespace gan
