// SPDX-License-Identifier: LGPL-2.1-or-later
// The video of a file, decoded as it is.
#pragma once

#include "pipelines/media/source_file.h"

namespace gan {

class Decoder {
 public:
  // `alpha`: by a decoder that keeps transparency, where there is one. `threads` 0: all processors.
  // Throws Error: kUnavailable, kWrongType.
  Decoder(SourceFile& source, bool alpha, int threads);

  // The next frame; its time is its pts. False at the end. Throws Error(kInterrupted).
  bool next(AVFrame& frame);
  void end() { ended_ = true; }  // none more
  bool ended() const { return ended_; }

  int64_t damaged() const { return damaged_; }  // frames that were not decoded as they were meant

 private:
  void feed();
  void send();
  uint32_t sequence_size() const;

  SourceFile& source_;
  UniqueCodec codec_;
  UniquePacket packet_ = new_packet();
  bool ended_ = false;
  bool waiting_ = false;        // the packet waits until the decoder is empty
  uint32_t sequence_size_ = 0;  // of the packet before; 0: unknown
  int64_t damaged_ = 0;
};

}  // namespace gan
