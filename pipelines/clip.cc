// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/clip.h"

#include "core/image_kind.h"
#include "pipelines/media/bridge.h"
#include "pipelines/stored_frame.h"

namespace gan {
namespace {

UniqueFrame read_picture(const std::string& path, FilterTarget target) {
  UniqueFrame frame = frame_of(read_stored(path));
  if (target.width == 0) {
    target = target_like(*frame);
    target.format = working_format(target.format, false);
  }
  frame = FrameFilter(fitting(filter_input(*frame, {1, 1}), target)).run(std::move(frame));
  frame->colorspace = target.matrix;
  frame->color_range = target.range;
  return frame;
}

}  // namespace

Clip::Clip(const std::string& path, const ReaderOptions& options) : path_(path) {
  if (is_still_picture(path))
    picture_ = read_picture(path, options.like);
  else
    reader_ = std::make_unique<VideoReader>(path, options);
}

UniqueFrame Clip::next() {
  UniqueFrame frame = reader_ ? reader_->next() : std::move(picture_);
  return frame && change_ ? change_(std::move(frame)) : std::move(frame);
}

double Clip::time_s(const AVFrame& frame) const {
  return reader_ ? static_cast<double>(frame.pts - reader_->origin()) * av_q2d(time_base()) : 0;
}

double Clip::begin_s() const {
  if (!reader_) return 0;
  const int64_t file = reader_->source().format().start_time;
  return static_cast<double>(reader_->origin()) * av_q2d(time_base()) -
         (file == AV_NOPTS_VALUE ? 0 : static_cast<double>(file) / AV_TIME_BASE);
}

double Clip::expected_frames() const { return reader_ ? reader_->expected_frames() : 1; }

AVRational Clip::frame_rate() const { return reader_ ? reader_->frame_rate() : AVRational{0, 1}; }

std::vector<std::string> Clip::take_notes() {
  return reader_ ? reader_->take_notes() : std::vector<std::string>{};
}

FilterTarget shape_of(const std::string& path, const ReaderOptions& options) {
  Clip clip(path, options);
  const UniqueFrame first = clip.next();
  if (!first) fail(ErrorKind::kData, clip.no_frame());
  return target_like(*first);
}

}  // namespace gan
