// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of FFmpeg's filters over frames of one kind.
#pragma once

#include <string>

#include "pipelines/media/libav.h"

struct AVFilterContext;
struct AVFilterGraph;

namespace gan {

// What must not change between the frames of a chain.
struct FilterInput {
  int width = 0, height = 0, format = -1;
  AVRational aspect{0, 1};  // of a sample
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  AVRational time_base{0, 1};
  bool operator==(const FilterInput& other) const;
};
FilterInput filter_input(const AVFrame& frame, AVRational time_base);

class FilterChain {
 public:
  // `filters`: such as "hflip,vflip"; empty: none. Throws Error(kFailed).
  FilterChain(const FilterInput& input, const std::string& filters);

  void put(UniqueFrame frame);  // null: the end
  UniqueFrame take();           // null: none yet, or ended()
  bool ended() const { return ended_; }
  AVRational time_base() const;

 private:
  struct Free {
    void operator()(AVFilterGraph* graph) const;
  };
  std::unique_ptr<AVFilterGraph, Free> graph_;
  AVFilterContext* source_ = nullptr;
  AVFilterContext* sink_ = nullptr;
  bool ended_ = false;
};

// What all frames of a stream become, whatever they are.
struct FilterTarget {
  int width = 0, height = 0;
  AVPixelFormat format = AV_PIX_FMT_NONE;
  AVRational aspect{0, 1};
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
};

// The filters that turn a picture as a display matrix says, which may be null; empty: none.
std::string turning(const int32_t* matrix);

// The filters that bring a picture of the size, upright, into the target's frame: whole, in its own
// shape, with black beside it where shapes differ.
std::string fitting(const FilterInput& upright, const FilterTarget& target);

// The filter that makes frames of the format of others; matrix and range change with it.
std::string converting(AVPixelFormat format, AVColorSpace matrix, AVColorRange range);

}  // namespace gan
