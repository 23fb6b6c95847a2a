// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_input.h"

#include "core/error.h"
#include "gst-plugin/video_frame.h"

namespace gan {
namespace {

std::shared_ptr<InputStream> same_but(const InputStream& stream) {
  return std::make_shared<InputStream>(InputStream{
      stream.info, stream.segment,
      UniqueCaps(stream.caps ? gst_caps_ref(stream.caps.get()) : nullptr), stream.segments});
}

// A pool that must not grow would run dry if its buffers were kept.
UniqueBuffer for_keeping(UniqueBuffer buffer) {
  if (!buffer->pool) return buffer;
  GstStructure* const config = gst_buffer_pool_get_config(buffer->pool);
  guint most = 0;
  gst_buffer_pool_config_get_params(config, nullptr, nullptr, nullptr, &most);
  gst_structure_free(config);
  if (most == 0) return buffer;
  UniqueBuffer copy(gst_buffer_copy_deep(buffer.get()));
  check(copy != nullptr, ErrorKind::kNoMemory, "a frame cannot be copied");
  return copy;
}

}  // namespace

GstClockTime MeterFrame::stream_time() const {
  return gst_segment_to_stream_time(&stream->segment, GST_FORMAT_TIME, timestamp());
}

GstClockTime MeterFrame::running_time() const {
  return gst_segment_to_running_time(&stream->segment, GST_FORMAT_TIME,
                                     MAX(timestamp(), stream->segment.start));
}

void MeterInput::take_caps(GstCaps* caps) {
  const auto stream = same_but(*stream_);
  check(video_info_from_caps(stream->info, caps), ErrorKind::kSettings,
        "caps that are no raw video");
  stream->caps.reset(gst_caps_ref(caps));
  stream_ = stream;
}

void MeterInput::take_segment(const GstSegment& segment) {
  const auto stream = same_but(*stream_);
  stream->segment = segment;
  ++stream->segments;
  stream_ = stream;
}

void MeterInput::reset() {
  const auto stream = std::make_shared<InputStream>();
  gst_video_info_init(&stream->info);
  gst_segment_init(&stream->segment, GST_FORMAT_UNDEFINED);
  stream_ = stream;
  flush();
}

bool MeterInput::drop_gap() {
  const UniqueBuffer buffer(gst_aggregator_pad_peek_buffer(pad_));
  if (!buffer || !GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_GAP) ||
      gst_buffer_get_size(buffer.get()) > 0)
    return false;
  return gst_aggregator_pad_drop_buffer(pad_);
}

MeterFrame MeterInput::on_pad() const {
  return {UniqueBuffer(gst_aggregator_pad_peek_buffer(pad_)), stream_};
}

MeterFrame MeterInput::front() const {
  if (held_.empty()) return on_pad();
  const MeterFrame& frame = held_.front().frame;
  return {UniqueBuffer(gst_buffer_ref(frame.buffer.get())), frame.stream};
}

void MeterInput::pop() {
  if (held_.empty())
    gst_aggregator_pad_drop_buffer(pad_);
  else
    held_.pop_front();
}

StreamHead MeterInput::head_of(const MeterFrame& frame) const {
  if (!frame.buffer) return {{}, gst_aggregator_pad_is_eos(pad_) != FALSE};
  check(GST_BUFFER_PTS_IS_VALID(frame.buffer.get()) &&
            frame.stream->segment.format == GST_FORMAT_TIME,
        ErrorKind::kFailed, "frames without timestamps cannot be paired; those of ",
        GST_PAD_NAME(pad_), " have none");
  return {frame.running_time(), false};
}

StreamHead MeterInput::head() const { return head_of(front()); }

GstClockTime MeterInput::next_time() const {
  const MeterFrame frame = front();
  return frame.buffer && GST_BUFFER_PTS_IS_VALID(frame.buffer.get()) ? frame.running_time()
                                                                     : GST_CLOCK_TIME_NONE;
}

bool MeterInput::hold_first_second() {
  if (held_.size() == kAlignmentFrames) return true;
  MeterFrame frame = on_pad();
  const StreamHead head = head_of(frame);
  if (!head.running_time_ns) return head.ended;
  if (holds() &&
      *head.running_time_ns >= held_.front().looked_at.running_time_ns + kAlignmentSpan_ns)
    return true;
  const Thumbnail picture =
      thumbnail(MappedFrame(frame.stream->info, frame.buffer.get(), GST_MAP_READ).view());
  gst_aggregator_pad_drop_buffer(pad_);
  frame.buffer = for_keeping(std::move(frame.buffer));
  held_.push_back({std::move(frame), {*head.running_time_ns, picture}});
  return held_.size() == kAlignmentFrames;
}

std::vector<AlignmentFrame> MeterInput::first_second() const {
  std::vector<AlignmentFrame> frames;
  for (const Held& held : held_) frames.push_back(held.looked_at);
  return frames;
}

}  // namespace gan
