// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/decoder.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace gan {
namespace {

// FFmpeg's own decoders of VP8 and VP9 leave transparency out.
const AVCodec* decoder_for(const AVStream& stream, bool alpha) {
  const AVDictionaryEntry* const mode = av_dict_get(stream.metadata, "alpha_mode", nullptr, 0);
  if (alpha && mode && std::strcmp(mode->value, "1") == 0) {
    const char* const name = stream.codecpar->codec_id == AV_CODEC_ID_VP9   ? "libvpx-vp9"
                             : stream.codecpar->codec_id == AV_CODEC_ID_VP8 ? "libvpx"
                                                                            : nullptr;
    if (const AVCodec* codec = name ? avcodec_find_decoder_by_name(name) : nullptr) return codec;
  }
  return avcodec_find_decoder(stream.codecpar->codec_id);
}

}  // namespace

Decoder::Decoder(SourceFile& source, bool alpha, int threads) : source_(source) {
  const std::string& path = source.path();
  check(source.video() >= 0, ErrorKind::kWrongType, path, ": holds no video");
  const AVStream& stream = source.stream(source.video());
  const AVCodec* const codec = decoder_for(stream, alpha);
  check(codec, ErrorKind::kUnavailable, path, ": FFmpeg has no decoder for its video, ",
        avcodec_get_name(stream.codecpar->codec_id));
  codec_.reset(avcodec_alloc_context3(codec));
  check(codec_ != nullptr, ErrorKind::kNoMemory, "out of memory");
  av_check(avcodec_parameters_to_context(codec_.get(), stream.codecpar), ErrorKind::kWrongType,
           path);
  codec_->pkt_timebase = stream.time_base;
  codec_->thread_count = threads;
  av_check(avcodec_open2(codec_.get(), codec, nullptr), ErrorKind::kUnavailable, path,
           ": its video, ", codec->name, ", cannot be decoded");
}

bool Decoder::next(AVFrame& frame) {
  while (!ended_) {
    const int result = avcodec_receive_frame(codec_.get(), &frame);
    if (result >= 0) {
      frame.pts = frame.best_effort_timestamp;
      frame.sample_aspect_ratio = source_.aspect(&frame);
      if (!is_kept(frame.sample_aspect_ratio)) frame.sample_aspect_ratio = {1, 1};
      if (frame.flags & AV_FRAME_FLAG_CORRUPT || frame.decode_error_flags) ++damaged_;
      return true;
    }
    if (result == AVERROR(EAGAIN)) {
      feed();
    } else if (result == AVERROR_EOF && waiting_) {
      avcodec_flush_buffers(codec_.get());
      send();
    } else if (result == AVERROR_EOF) {
      ended_ = true;
    } else {
      ++damaged_;
    }
  }
  return false;
}

// Note [Sequences of another size]: FFmpeg's decoder of MPEG-2 drops the picture that it holds back
// where one begins, so it is emptied before.
void Decoder::feed() {
  while (source_.read(*packet_)) {
    if (packet_->stream_index != source_.video()) {
      av_packet_unref(packet_.get());
      continue;
    }
    const uint32_t before = std::exchange(sequence_size_, sequence_size());
    waiting_ = before != 0 && sequence_size_ != before;
    if (!waiting_) return send();
    break;
  }
  avcodec_send_packet(codec_.get(), nullptr);  // what it says is of frames, which follow
}

void Decoder::send() {
  const int sent = avcodec_send_packet(codec_.get(), packet_.get());
  av_packet_unref(packet_.get());
  waiting_ = false;
  check(sent != AVERROR(ENOMEM), ErrorKind::kNoMemory, "out of memory");
  if (sent < 0) ++damaged_;
}

// Of MPEG-1 and MPEG-2 (ISO 13818-2, 6.2.2.1): 12 bits of width and 12 of height where the packet
// begins a sequence; else that of the one before.
uint32_t Decoder::sequence_size() const {
  if (codec_->codec_id != AV_CODEC_ID_MPEG2VIDEO && codec_->codec_id != AV_CODEC_ID_MPEG1VIDEO)
    return 0;
  const uint8_t* const data = packet_->data;
  constexpr int kLookAt = 64;
  for (int at = 0; at + 7 <= std::min(packet_->size, kLookAt); ++at)
    if (data[at] == 0 && data[at + 1] == 0 && data[at + 2] == 1 && data[at + 3] == 0xb3)
      return uint32_t{data[at + 4]} << 16 | uint32_t{data[at + 5]} << 8 | data[at + 6];
  return sequence_size_;
}

}  // namespace gan
