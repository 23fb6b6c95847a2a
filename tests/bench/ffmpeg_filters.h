// SPDX-License-Identifier: LGPL-2.1-or-later
// FFmpeg's quality filters over frames in memory: the rival of psnrmeter, without files or decoders.
#pragma once

extern "C" {
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavutil/frame.h>
}

#include <stdexcept>
#include <string>
#include <utility>

namespace gan::bench {

class FfmpegFilters {
 public:
  // filters: a chain for [processed][reference], such as "psnr".
  FfmpegFilters(int width, int height, const std::string& filters, int threads) {
    graph_->nb_threads = threads;
    graph_->thread_type = AVFILTER_THREAD_SLICE;
    const std::string source = "buffer=video_size=" + std::to_string(width) + "x" +
                               std::to_string(height) + ":pix_fmt=yuv420p:time_base=1/25";
    const std::string text = source + "@processed[a];" + source + "@reference[b];" + filters +
                             ",buffersink";
    std::string named = text;
    for (const char* name : {"@processed", "@reference"}) {
      const size_t at = named.find(name);
      named.erase(at, std::string(name).size());
      named.insert(named.rfind("buffer=", at) + 6, name);
    }
    AVFilterInOut *inputs = nullptr, *outputs = nullptr;
    if (avfilter_graph_parse2(graph_, named.c_str(), &inputs, &outputs) < 0 ||
        avfilter_graph_config(graph_, nullptr) < 0)
      throw std::runtime_error("libavfilter refuses " + named);
    for (unsigned i = 0; i < graph_->nb_filters; ++i) {
      AVFilterContext* const filter = graph_->filters[i];
      const std::string kind = filter->filter->name, name = filter->name;
      if (kind == "buffersink") sink_ = filter;
      if (kind == "buffer") (name.find("processed") != name.npos ? processed_ : reference_) = filter;
    }
  }
  ~FfmpegFilters() { avfilter_graph_free(&graph_); }
  FfmpegFilters(const FfmpegFilters&) = delete;
  FfmpegFilters& operator=(const FfmpegFilters&) = delete;

  void measure(AVFrame* reference, AVFrame* processed) {
    for (auto [source, frame] : {std::pair{reference_, reference}, {processed_, processed}}) {
      frame->pts = count_;
      if (av_buffersrc_add_frame_flags(source, frame, AV_BUFFERSRC_FLAG_KEEP_REF) < 0)
        throw std::runtime_error("libavfilter refuses a frame");
    }
    ++count_;
    AVFrame* out = av_frame_alloc();
    while (av_buffersink_get_frame(sink_, out) >= 0) av_frame_unref(out);
    av_frame_free(&out);
  }

 private:
  AVFilterGraph* graph_ = avfilter_graph_alloc();
  AVFilterContext *reference_ = nullptr, *processed_ = nullptr, *sink_ = nullptr;
  int64_t count_ = 0;
};

}  // namespace gan::bench
