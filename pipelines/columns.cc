// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/columns.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>

#include "core/error.h"

namespace gan {
namespace {

constexpr int kLabelHeight = 24;  // of columns of up to 1600 pixels

FilterTarget rgb_of(Size size) {
  return {size.width, size.height, AV_PIX_FMT_RGB24, {1, 1}, AVCOL_SPC_RGB, AVCOL_RANGE_JPEG};
}

UniqueFrame rgb_frame(Size size) {
  UniqueFrame frame = new_frame();
  frame->format = AV_PIX_FMT_RGB24;
  frame->width = size.width;
  frame->height = size.height;
  frame->colorspace = AVCOL_SPC_RGB;
  frame->color_range = AVCOL_RANGE_JPEG;
  frame->color_primaries = AVCOL_PRI_BT709;
  frame->color_trc = AVCOL_TRC_IEC61966_2_1;
  frame->sample_aspect_ratio = {1, 1};
  av_check(av_frame_get_buffer(frame.get(), 0), ErrorKind::kNoMemory, "a frame");
  return frame;
}

}  // namespace

Column::Column(std::string label, Size cell) : label_(std::move(label)), target_(rgb_of(cell)) {}

UniqueFrame Column::fitted(UniqueFrame frame) {
  const FilterInput input = filter_input(*frame, {1, 1});
  if (!fit_ || !(input == fitted_)) fit_.emplace(fitting(input, target_));
  fitted_ = input;
  return fit_->run(std::move(frame));
}

void InputColumn::put(const AVFrame& input, AVRational) {
  frame_.reset(av_frame_clone(&input));
  check(frame_ != nullptr, ErrorKind::kNoMemory, "out of memory");
}

FileColumn::FileColumn(std::string label, Size cell, const std::string& path,
                       const ReaderOptions& options)
    : Column(std::move(label), cell), clip_(path, options) {
  next_ = clip_.next();
  check(next_ != nullptr, ErrorKind::kData, path, ": holds no frame in this part");
}

UniqueFrame FileColumn::take(double time_s, double slack_s) {
  while (next_ && (!shown_ || clip_.time_s(*next_) <= time_s + slack_s)) {
    shown_ = fitted(std::move(next_));
    next_ = clip_.next();
  }
  return UniqueFrame(av_frame_clone(shown_.get()));
}

Canvas::Canvas(Size cell, const std::vector<std::string>& labels)
    : cell_(cell), head_(kLabelHeight * std::max(1, cell.width / 800)) {
  const int zoom = head_ / kLabelHeight;
  const auto even = [](int side) { return (side + 1) / 2 * 2; };
  empty_ =
      rgb_frame({even(cell.width * static_cast<int>(labels.size())), even(cell.height + head_)});
  cv::Mat whole(empty_->height, empty_->width, CV_8UC3, empty_->data[0],
                static_cast<size_t>(empty_->linesize[0]));
  whole.setTo(cv::Scalar::all(0));
  for (size_t i = 0; i < labels.size(); ++i) {
    cv::Mat head = whole(cv::Rect(static_cast<int>(i) * cell.width, 0, cell.width, head_));
    cv::putText(head, labels[i], {6 * zoom, 17 * zoom}, cv::FONT_HERSHEY_SIMPLEX, 0.5 * zoom,
                cv::Scalar::all(255), zoom, cv::LINE_AA);
  }
}

UniqueFrame Canvas::draw(const std::vector<UniqueFrame>& cells) const {
  UniqueFrame frame = rgb_frame({empty_->width, empty_->height});
  av_check(av_frame_copy(frame.get(), empty_.get()), ErrorKind::kFailed, "a frame");
  for (size_t i = 0; i < cells.size(); ++i)
    for (int y = 0; y < cell_.height; ++y)
      std::memcpy(frame->data[0] + ptrdiff_t{y + head_} * frame->linesize[0] +
                      static_cast<ptrdiff_t>(i) * cell_.width * 3,
                  cells[i]->data[0] + ptrdiff_t{y} * cells[i]->linesize[0],
                  static_cast<size_t>(cell_.width) * 3);
  return frame;
}

Size shown_size(const FilterTarget& shape, int scale) {
  const double aspect = shape.aspect.num > 0 ? av_q2d(shape.aspect) : 1;
  return {static_cast<int>(std::lround(shape.width * aspect * scale)), shape.height * scale};
}

}  // namespace gan
