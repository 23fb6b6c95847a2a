// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/media/filter_chain.h"

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <cmath>

namespace gan {
namespace {

bool same(AVRational a, AVRational b) {
  const bool unknown_a = a.num == 0 || a.num == a.den, unknown_b = b.num == 0 || b.num == b.den;
  return unknown_a == unknown_b && (unknown_a || av_cmp_q(a, b) == 0);
}

// swscale's names.
const char* matrix_name(AVColorSpace matrix) {
  switch (matrix) {
    case AVCOL_SPC_BT709: return "bt709";
    case AVCOL_SPC_FCC: return "fcc";
    case AVCOL_SPC_SMPTE240M: return "smpte240m";
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return "bt2020";
    default: return "bt601";
  }
}

constexpr const char* kScaling = "flags=bicubic+accurate_rnd+full_chroma_int+full_chroma_inp";

}  // namespace

bool FilterInput::operator==(const FilterInput& other) const {
  return width == other.width && height == other.height && format == other.format &&
         same(aspect, other.aspect) && matrix == other.matrix && range == other.range &&
         av_cmp_q(time_base, other.time_base) == 0;
}

FilterInput filter_input(const AVFrame& frame, AVRational time_base) {
  return {frame.width,      frame.height,      frame.format, frame.sample_aspect_ratio,
          frame.colorspace, frame.color_range, time_base};
}

void FilterChain::Free::operator()(AVFilterGraph* graph) const { avfilter_graph_free(&graph); }

FilterChain::FilterChain(const FilterInput& input, const std::string& filters)
    : graph_(avfilter_graph_alloc()) {
  check(graph_ != nullptr, ErrorKind::kNoMemory, "out of memory");
  source_ = avfilter_graph_alloc_filter(graph_.get(), avfilter_get_by_name("buffer"), "in");
  check(source_, ErrorKind::kNoMemory, "out of memory");
  AVBufferSrcParameters* par = av_buffersrc_parameters_alloc();
  par->format = input.format;
  par->width = input.width;
  par->height = input.height;
  par->time_base = input.time_base;
  par->sample_aspect_ratio = input.aspect;
#if LIBAVFILTER_VERSION_INT >= AV_VERSION_INT(9, 16, 100)
  par->color_space = input.matrix;
  par->color_range = input.range;
#endif
  const int set = av_buffersrc_parameters_set(source_, par);
  av_free(par);
  av_check(set, ErrorKind::kFailed, "frames cannot be filtered");
  av_check(avfilter_init_str(source_, nullptr), ErrorKind::kFailed, "frames cannot be filtered");
  av_check(avfilter_graph_create_filter(&sink_, avfilter_get_by_name("buffersink"), "out", nullptr,
                                        nullptr, graph_.get()),
           ErrorKind::kFailed, "frames cannot be filtered");
  AVFilterInOut* inputs = avfilter_inout_alloc();
  AVFilterInOut* outputs = avfilter_inout_alloc();
  *outputs = {av_strdup("in"), source_, 0, nullptr};
  *inputs = {av_strdup("out"), sink_, 0, nullptr};
  const int parsed = avfilter_graph_parse_ptr(
      graph_.get(), filters.empty() ? "null" : filters.c_str(), &inputs, &outputs, nullptr);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  av_check(parsed, ErrorKind::kFailed, "the filters \"", filters, "\" are not there");
  av_check(avfilter_graph_config(graph_.get(), nullptr), ErrorKind::kFailed, "the filters \"",
           filters, "\" do not take the frames");
}

AVRational FilterChain::time_base() const { return av_buffersink_get_time_base(sink_); }

void FilterChain::put(UniqueFrame frame) {
  av_check(av_buffersrc_add_frame(source_, frame.get()), ErrorKind::kFailed,
           "a frame cannot be filtered");
}

UniqueFrame FilterChain::take() {
  UniqueFrame frame = new_frame();
  const int result = av_buffersink_get_frame(sink_, frame.get());
  if (result == AVERROR_EOF) ended_ = true;
  if (result == AVERROR_EOF || result == AVERROR(EAGAIN)) return nullptr;
  av_check(result, ErrorKind::kFailed, "a frame cannot be filtered");
  return frame;
}

UniqueFrame FrameFilter::run(UniqueFrame frame) {
  if (filters_.empty()) return frame;
  const FilterInput input = filter_input(*frame, {1, 1});
  if (!chain_ || !(input == input_)) {
    chain_.emplace(input, filters_);
    input_ = input;
  }
  chain_->put(std::move(frame));
  frame = chain_->take();
  check(frame != nullptr, ErrorKind::kFailed, "a frame was lost in the filters ", filters_);
  return frame;
}

// The matrix takes (x, y) to (a x + c y, b x + d y).
std::string turning(const int32_t* matrix) {
  if (!matrix) return "";
  const int32_t a = matrix[0], b = matrix[1], c = matrix[3], d = matrix[4];
  if (std::abs(int64_t{a}) >= std::abs(int64_t{b})) {
    std::string filters = a < 0 ? "hflip" : "";
    if (d < 0) filters += filters.empty() ? "vflip" : ",vflip";
    return filters;
  }
  return c < 0 ? (b < 0 ? "transpose=clock_flip" : "transpose=clock")
               : (b < 0 ? "transpose=cclock" : "transpose=cclock_flip");
}

FilterTarget target_like(const AVFrame& frame) {
  return {frame.width,
          frame.height,
          static_cast<AVPixelFormat>(frame.format),
          frame.sample_aspect_ratio,
          frame.colorspace,
          frame.color_range};
}

std::string fitting(const FilterInput& upright, const FilterTarget& target) {
  if (upright.width == target.width && upright.height == target.height &&
      upright.format == target.format && upright.matrix == target.matrix &&
      upright.range == target.range && (target.stretch || same(upright.aspect, target.aspect)))
    return "";
  const auto ratio = [](AVRational aspect) { return aspect.num > 0 ? av_q2d(aspect) : 1.0; };
  const auto even = [](double side, int most) {
    return std::clamp(static_cast<int>(std::lround(side / 2)) * 2, 2, most);
  };
  // In samples of the target.
  const double width = upright.width * ratio(upright.aspect) / ratio(target.aspect);
  const double zoom =
      std::min(target.width / width, static_cast<double>(target.height) / upright.height);
  const bool same_shape =
      target.stretch ||
      std::abs(width * target.height / (upright.height * double(target.width)) - 1) < 0.005;
  const int w = same_shape ? target.width : even(width * zoom, target.width);
  const int h = same_shape ? target.height : even(upright.height * zoom, target.height);
  std::string filters =
      concat("scale=", w, ":", h, ":", kScaling, ":out_color_matrix=", matrix_name(target.matrix),
             ":out_range=", target.range == AVCOL_RANGE_JPEG ? "full" : "limited",
             ",format=", av_get_pix_fmt_name(target.format));
  if (w != target.width || h != target.height)
    filters += concat(",pad=", target.width, ":", target.height, ":(ow-iw)/2:(oh-ih)/2");
  const AVRational aspect = target.aspect.num > 0 ? target.aspect : AVRational{1, 1};
  return filters + concat(",setsar=", aspect.num, "/", aspect.den);
}

std::string converting(AVPixelFormat format, AVColorSpace matrix, AVColorRange range) {
  const auto& shape = *av_pix_fmt_desc_get(format);
  std::string filters = concat("scale=", kScaling);
  if (!(shape.flags & AV_PIX_FMT_FLAG_RGB))
    filters += concat(":out_color_matrix=", matrix_name(matrix),
                      ":out_range=", range == AVCOL_RANGE_JPEG ? "full" : "limited");
  return filters + concat(",format=", av_get_pix_fmt_name(format));
}

}  // namespace gan
