// SPDX-License-Identifier: LGPL-2.1-or-later
// One run of FFmpeg's filters over frames of one kind.
#pragma once

#include <optional>
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

// Filters that make of each frame one frame at once, whatever its kind.
class FrameFilter {
 public:
  explicit FrameFilter(std::string filters) : filters_(std::move(filters)) {}  // empty: none
  UniqueFrame run(UniqueFrame frame);  // throws Error(kFailed)

 private:
  std::string filters_;
  std::optional<FilterChain> chain_;
  FilterInput input_;
};

// What all frames of a stream become, whatever they are.
struct FilterTarget {
  int width = 0, height = 0;  // 0: what the first frame is
  AVPixelFormat format = AV_PIX_FMT_NONE;
  AVRational aspect{0, 1};
  AVColorSpace matrix = AVCOL_SPC_UNSPECIFIED;
  AVColorRange range = AVCOL_RANGE_UNSPECIFIED;
  bool stretch = false;  // to the size, whatever the shape
};
FilterTarget target_like(const AVFrame& frame);

// The filters that turn a picture as a display matrix says, which may be null; empty: none.
std::string turning(const int32_t* matrix);

// The filters that bring a picture of the size, upright, into the target's frame: whole, in its own
// shape, with black beside it where shapes differ. Empty: it is there.
std::string fitting(const FilterInput& upright, const FilterTarget& target);

// The filter that makes frames of the format of others; matrix and range change with it.
std::string converting(AVPixelFormat format, AVColorSpace matrix, AVColorRange range);

}  // namespace gan
