// SPDX-License-Identifier: LGPL-2.1-or-later
// The codecs and containers of the output: one line each.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/media/libav.h"

namespace gan {

struct Codec {
  std::string_view name;  // of --codec
  AVCodecID id;
  std::string_view encoder;  // FFmpeg's
  int quality;               // of --quality where none is given: a CRF; -1: without loss
  int worst;                 // largest quality
  std::string_view options;  // of the encoder, "key=value:key=value"
  std::string_view note;     // said when it is used; empty: nothing
};

struct Container {
  std::string_view suffix;               // ".mkv"
  std::string_view muxer;                // FFmpeg's
  std::vector<std::string_view> codecs;  // the first is the default
  std::string_view sound;                // encoder of sound that it cannot hold as it is
  std::string_view text;  // encoder of subtitles that it cannot hold as they are; empty: none
  bool narrow;  // players of it take 4:2:0 of 8 or 10 bits alone, as far as the codec has a choice
};

// Of the path's suffix. Throws Error(kSettings) naming those there are.
const Container& container_of(const std::string& path);
bool is_video_name(const std::string& path);  // whether container_of() knows the suffix

// The encoder of the codec that this FFmpeg has; empty name: the container's default.
// Throws Error: kSettings, kUnavailable.
const Codec& codec_for(const Container& container, const std::string& name);

// What is asked of the encoder, and of which version, to tell whether two runs ask for the same.
// quality: -1: the codec's own.
std::string encoder_words(const Codec& codec, int quality);

// The encoder's format that keeps most of `from`.
AVPixelFormat encoder_format(const Codec& codec, const Container& container, AVPixelFormat from);

}  // namespace gan
