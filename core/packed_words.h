// SPDX-License-Identifier: LGPL-2.1-or-later
// Rows of formats whose 10-bit samples lie three in a little-endian word of 32 bits, the first in
// the lowest bits (FormatInfo::word_group), as rows of 16-bit samples and back.
#pragma once

#include <vector>

#include "core/frame.h"

namespace gan {

// Samples in the whole groups of words that a row of that width takes.
int samples_in_words(const FormatInfo& format, int width);

// `count` samples, a multiple of three.
void unpack_words(const uint8_t* words, int count, uint16_t* samples);
void pack_words(const uint16_t* samples, int count, uint8_t* words);

// The frame itself; or where its samples are packed, a frame whose every row is row y of it,
// unpacked into `memory`.
FrameView unpacked_row(const FrameView& frame, int y, std::vector<uint16_t>& memory);

// The other way: the frame itself, or one whose every row is `memory`, which then is packed into
// row y of `frame`. What `memory` holds already stays, and zeros where it is new.
FrameSpan row_to_pack(const FrameSpan& frame, std::vector<uint16_t>& memory);
void pack_row(const std::vector<uint16_t>& memory, int y, const FrameSpan& frame);

}  // namespace gan
