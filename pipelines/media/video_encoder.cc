// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/video_encoder.h"

extern "C" {
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>

namespace gan {

VideoEncoder::VideoEncoder(const EncoderSettings& settings, const AVFrame& first,
                           AVRational time_base, AVRational rate)
    : settings_(settings), time_base_(time_base), rate_(rate) {
  const auto from = static_cast<AVPixelFormat>(first.format);
  const AVPixelFormat to = encoder_format(*settings.codec, *settings.container, from);
  AVColorSpace matrix = first.colorspace;
  AVColorRange range = first.color_range;
  const bool was_rgb = matrix == AVCOL_SPC_RGB;
  const bool is_rgb = av_pix_fmt_desc_get(to)->flags & AV_PIX_FMT_FLAG_RGB;
  const int width = settings.width > 0 ? settings.width : first.width;
  const int height = settings.height > 0 ? settings.height : first.height;
  if (was_rgb && !is_rgb) {
    matrix = width >= 1280 || height > 576 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
    range = AVCOL_RANGE_MPEG;
  }
  UniqueFrame like(av_frame_clone(&first));
  like->colorspace = matrix;
  like->color_range = range;
  like->format = to;
  like->width = width;
  like->height = height;
  if (to != from || width != first.width || height != first.height) {
    std::string filters;
    if (width != first.width || height != first.height) {
      filters = concat("scale=", width, ":", height,
                       ":flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp,");
      // The display's shape stays, whatever the frame's.
      if (first.sample_aspect_ratio.num > 0)
        av_reduce(&like->sample_aspect_ratio.num, &like->sample_aspect_ratio.den,
                  int64_t{first.sample_aspect_ratio.num} * first.width * height,
                  int64_t{first.sample_aspect_ratio.den} * first.height * width, 65535);
    }
    fit_.emplace(filter_input(first, time_base), filters + converting(to, matrix, range));
  }
  open(*like);
}

void VideoEncoder::open(const AVFrame& first) {
  const Codec& codec = *settings_.codec;
  const AVCodec* const implementation =
      avcodec_find_encoder_by_name(std::string(codec.encoder).c_str());
  encoder_.reset(avcodec_alloc_context3(implementation));
  check(encoder_ != nullptr, ErrorKind::kNoMemory, "out of memory");
  AVCodecContext& to = *encoder_;
  to.width = first.width;
  to.height = first.height;
  to.pix_fmt = static_cast<AVPixelFormat>(first.format);
  to.sample_aspect_ratio = first.sample_aspect_ratio;
  to.color_range = first.color_range;
  to.colorspace = first.colorspace;
  to.color_primaries = first.color_primaries;
  to.color_trc = first.color_trc;
  to.chroma_sample_location = first.chroma_location;
  to.time_base = time_base_;
  to.framerate = rate_.num > 0 ? rate_ : AVRational{25, 1};
  to.thread_count = settings_.threads;
  to.flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  AVDictionary* options = nullptr;
  av_check(av_dict_parse_string(&options, std::string(codec.options).c_str(), "=", ":", 0),
           ErrorKind::kFailed, codec.options);
  if (codec.quality >= 0)
    av_dict_set_int(&options, "crf", settings_.quality >= 0 ? settings_.quality : codec.quality, 0);
  if (av_pix_fmt_desc_get(to.pix_fmt)->flags & AV_PIX_FMT_FLAG_ALPHA && codec.id == AV_CODEC_ID_VP9)
    av_dict_set(&options, "auto-alt-ref", "0", 0);  // of which libvpx has none for transparency
  const int opened = avcodec_open2(&to, implementation, &options);
  av_dict_free(&options);
  av_check(opened, ErrorKind::kUnavailable, codec.encoder, " does not take frames of ", first.width,
           "x", first.height, ", ", av_get_pix_fmt_name(to.pix_fmt));
  // FFmpeg drops one that leaves less than a pixel of a side; the container keeps it.
  to.sample_aspect_ratio = first.sample_aspect_ratio;
}

UniqueParameters VideoEncoder::parameters() const {
  UniqueParameters parameters(avcodec_parameters_alloc());
  av_check(avcodec_parameters_from_context(parameters.get(), encoder_.get()), ErrorKind::kNoMemory,
           "out of memory");
  return parameters;
}

void VideoEncoder::put(UniqueFrame frame, const Take& take) {
  durations_.emplace_back(frame->pts, duration_of(*frame));
  if (fit_) {
    const UniqueFrame like(av_frame_clone(frame.get()));
    fit_->put(std::move(frame));
    frame = fit_->take();
    check(frame != nullptr, ErrorKind::kFailed, "a frame was lost on its way to the encoder");
  }
  encode(frame.get(), take);
}

void VideoEncoder::finish(const Take& take) { encode(nullptr, take); }

void VideoEncoder::encode(const AVFrame* frame, const Take& take) {
  av_check(avcodec_send_frame(encoder_.get(), frame), ErrorKind::kFailed, settings_.codec->encoder);
  while (true) {
    const int result = avcodec_receive_packet(encoder_.get(), packet_.get());
    if (result == AVERROR(EAGAIN) || result == AVERROR_EOF) return;
    av_check(result, ErrorKind::kFailed, settings_.codec->encoder);
    const auto own =
        std::ranges::find(durations_, packet_->pts, [](auto& each) { return each.first; });
    if (own != durations_.end()) {
      packet_->duration = own->second;
      durations_.erase(own);
    }
    take(*packet_);
    av_packet_unref(packet_.get());
  }
}

}  // namespace gan
