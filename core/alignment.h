// SPDX-License-Identifier: LGPL-2.1-or-later
// The time shift between two streams, found by what their first frames show.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "core/thumbnail.h"

namespace gan {

// How much of each stream is looked at: so many frames, or those of so much time, what is less.
inline constexpr size_t kAlignmentFrames = 32;
inline constexpr uint64_t kAlignmentSpan_ns = 1'000'000'000;

struct AlignmentFrame {
  uint64_t running_time_ns = 0;
  Thumbnail picture;
};

struct Alignment {
  bool fits = false;         // else no shift makes the pictures alike, and offset_ns is 0
  int64_t offset_ns = 0;     // to be added to the processed stream's running times
  size_t pairs = 0;          // frames of the two that it makes partners
  double difference = 0;     // of these, RMS of the thumbnails in 8-bit code values
  size_t candidates = 0;     // shifts compared
  std::string text() const;  // all of it, in words
};

// The shift under which frames that meet differ least, of those of core/time_offsets.h. Where
// several do equally well, as in a still scene: none, then that under which frames of one
// number meet, then the smallest. Pictures are alike where they differ by no more than an eighth of
// the range.
Alignment best_alignment(std::span<const AlignmentFrame> reference,
                         std::span<const AlignmentFrame> processed, uint64_t tolerance_ns);

}  // namespace gan
