// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of one segment on their way into its file, by an encoder of their own.
#pragma once

#include "pipelines/media/segment_file.h"
#include "pipelines/media/video_encoder.h"

namespace gan {

class SegmentEncoder {
 public:
  struct Times {
    AVRational base, rate;
  };
  // `first`: a frame as all are. Throws as VideoEncoder and SegmentWriter do.
  SegmentEncoder(const std::string& path, const EncoderSettings& settings, const AVFrame& first,
                 Times times);
  void put(UniqueFrame frame);
  void finish();  // the file is there from now on. Throws Error(kFailed) where a frame is lost

 private:
  VideoEncoder encoder_;
  SegmentWriter segment_;
  const VideoEncoder::Take write_ = [this](const AVPacket& packet) { segment_.write(packet); };
  int64_t frames_ = 0;
};

}  // namespace gan
