// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/segment_encoder.h"

namespace gan {

SegmentEncoder::SegmentEncoder(const std::string& path, const EncoderSettings& settings,
                               const AVFrame& first, Times times)
    : encoder_(settings, first, times.base, times.rate),
      segment_(path, *encoder_.parameters(), times.base) {}

void SegmentEncoder::put(UniqueFrame frame) {
  ++frames_;
  encoder_.put(std::move(frame), write_);
}

void SegmentEncoder::finish() {
  encoder_.finish(write_);
  check(segment_.packets() == frames_, ErrorKind::kFailed, "the encoder made ", segment_.packets(),
        " packets of ", frames_, " frames");
  segment_.commit();
}

}  // namespace gan
