// SPDX-License-Identifier: LGPL-2.1-or-later
// Streams, tags and chapters of one file described in another.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "pipelines/media/libav.h"

namespace gan {

// The value of a tag; empty: there is none.
const char* tag(const AVDictionary* tags, const char* name);

// All tags but those that speak of the old file alone: its encoder, its size, which way it was
// turned.
void copy_tags(AVDictionary*& to, const AVDictionary* from);

// HDR's mastering display and light levels, as the stream or its first frame tells of them.
std::map<AVPacketSideDataType, std::vector<uint8_t>> light_levels(const AVStream& stream,
                                                                  const AVFrame& first);

// With the codec of `like`, and the tags and disposition of `described`.
AVStream* new_stream(AVFormatContext& output, const AVStream& like, const AVStream& described);

// Matroska keeps covers as attachments.
AVStream* new_attached_cover(AVFormatContext& output, const AVStream& cover);

// `shift_s` is added to their times; what lies before 0 or after `to_s` (0: no end) is cut off.
void add_chapters(AVFormatContext& output, const AVFormatContext& source, double shift_s,
                  double to_s);

}  // namespace gan
