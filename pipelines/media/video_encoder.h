// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames to packets by one of FFmpeg's encoders.
#pragma once

#include <functional>
#include <optional>

#include "pipelines/media/codecs.h"
#include "pipelines/media/filter_chain.h"

namespace gan {

struct EncoderSettings {
  const Codec* codec = nullptr;
  const Container* container = nullptr;
  int quality = -1;  // -1: the codec's own
  int threads = 1;
  int width = 0, height = 0;  // of the output; 0: as frames come
};

class VideoEncoder {
 public:
  using Take = std::function<void(const AVPacket&)>;

  // `first`: a frame as all are. Throws Error(kSettings), Error(kUnavailable).
  VideoEncoder(const EncoderSettings& settings, const AVFrame& first, AVRational time_base,
               AVRational rate);

  UniqueParameters parameters() const;
  void put(UniqueFrame frame, const Take& take);
  void finish(const Take& take);

 private:
  void open(const AVFrame& first);
  void encode(const AVFrame* frame, const Take& take);

  EncoderSettings settings_;
  AVRational time_base_, rate_;
  std::optional<FilterChain> fit_;  // to the encoder's format and the size wanted
  UniqueCodec encoder_;
  UniquePacket packet_ = new_packet();
  std::vector<std::pair<int64_t, int64_t>> durations_;  // by pts, of frames that are inside
};

}  // namespace gan
