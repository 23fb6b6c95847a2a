// SPDX-License-Identifier: LGPL-2.1-or-later
// FFmpeg's quality filters over frames in memory: the rival of psnrmeter, without files or
// decoders.
#pragma once

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
}

#include <stdexcept>
#include <string>

#include "core/frame.h"

namespace gan::bench {

// An I420 frame of ours as FFmpeg's, without a copy.
inline AVFrame* borrowed_frame(const FrameView& view) {
  AVFrame* const frame = av_frame_alloc();
  frame->format = AV_PIX_FMT_YUV420P;
  frame->width = view.size.width;
  frame->height = view.size.height;
  for (size_t i = 0; i < 3; ++i) {
    const auto& plane = view.planes[i];
    const int rows = i ? (view.size.height + 1) / 2 : view.size.height;
    frame->data[i] = const_cast<uint8_t*>(plane.data);
    frame->linesize[i] = static_cast<int>(plane.stride);
    frame->buf[i] = av_buffer_create(
        frame->data[i], static_cast<size_t>(plane.stride * rows), [](void*, uint8_t*) {}, nullptr,
        AV_BUFFER_FLAG_READONLY);
  }
  return frame;
}

class FfmpegFilters {
 public:
  // filters: from [processed] and [reference] to [out].
  FfmpegFilters(Size size, const std::string& filters, int threads) {
    graph_->nb_threads = threads;
    graph_->thread_type = AVFILTER_THREAD_SLICE;
    const std::string source = "buffer=video_size=" + std::to_string(size.width) + "x" +
                               std::to_string(size.height) + ":pix_fmt=yuv420p:time_base=1/25";
    const std::string text =
        source + "[processed];" + source + "[reference];" + filters + ";[out]buffersink";
    AVFilterInOut *inputs = nullptr, *outputs = nullptr;
    if (avfilter_graph_parse2(graph_, text.c_str(), &inputs, &outputs) < 0 ||
        avfilter_graph_config(graph_, nullptr) < 0)
      throw std::runtime_error("libavfilter refuses " + text);
    for (unsigned i = 0; i < graph_->nb_filters; ++i) {
      AVFilterContext* const filter = graph_->filters[i];
      const std::string kind = filter->filter->name;
      if (kind == "buffersink") sink_ = filter;
      if (kind == "buffer") (processed_ ? reference_ : processed_) = filter;
    }
  }
  ~FfmpegFilters() { avfilter_graph_free(&graph_); }
  FfmpegFilters(const FfmpegFilters&) = delete;
  FfmpegFilters& operator=(const FfmpegFilters&) = delete;

  void measure(AVFrame* reference, AVFrame* processed) {
    add(reference_, reference);
    add(processed_, processed);
    ++count_;
    AVFrame* out = av_frame_alloc();
    if (av_buffersink_get_frame(sink_, out) < 0) throw std::runtime_error("no frame came out");
    av_frame_free(&out);
  }

 private:
  void add(AVFilterContext* source, AVFrame* frame) {
    frame->pts = count_;
    if (av_buffersrc_add_frame_flags(source, frame, AV_BUFFERSRC_FLAG_KEEP_REF) < 0)
      throw std::runtime_error("libavfilter refuses a frame");
  }
  AVFilterGraph* graph_ = avfilter_graph_alloc();
  AVFilterContext *reference_ = nullptr, *processed_ = nullptr, *sink_ = nullptr;
  int64_t count_ = 0;
};

}  // namespace gan::bench
