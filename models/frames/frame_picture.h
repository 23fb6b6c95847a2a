// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames of bytes <-> pictures of RGB floats, by threads that share the rows.
#pragma once

#include "core/engine.h"
#include "core/picture.h"
#include "core/workers.h"

namespace gan {

// Reads frames of one format into the top left of a picture of 3 channels; what the picture has to
// the right and below is filled by reflection. Without workers on the calling thread.
class FrameReader {
 public:
  explicit FrameReader(const FrameFormat& format) : format_(format) {}
  void read(const FrameView& frame, const PictureSpan& to, Workers* workers = nullptr) const;

 private:
  FrameFormat format_;
};

// Writes the top left of a picture of 3 channels as a frame. loss: what down(up(chroma)) of the
// input lost, at the size of the output's chroma, or empty pictures (see core/chroma.h).
struct ChromaLoss {
  Picture cb, cr;
};
class FrameWriter {
 public:
  explicit FrameWriter(const FrameFormat& format) : format_(format) {}
  void write(const PictureView& from, const FrameSpan& frame, const ChromaLoss& loss,
             Workers* workers = nullptr) const;
  // Rows [begin, end) alone, which `rows` begins with; begin is even. Any thread. Only where rows
  // stand alone (see core/frame_rows.h).
  void write_rows(const PictureView& rows, int begin, int end, const FrameSpan& frame,
                  const ChromaLoss& loss) const;

 private:
  struct Rows {
    int first, begin, end;  // the picture's first one, those to write
  };
  void write_from(const PictureView& picture, const Rows& rows, const FrameSpan& frame,
                  const ChromaLoss& loss) const;
  FrameFormat format_;
};

}  // namespace gan
