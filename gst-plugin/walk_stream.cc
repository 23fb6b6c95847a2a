// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/walk_stream.h"

#include "gst-plugin/guard.h"
#include "gst-plugin/video_frame.h"
#include "gst-plugin/video_source.h"

GST_DEBUG_CATEGORY_EXTERN(latent_walk_debug);
#define GST_CAT_DEFAULT latent_walk_debug

namespace gan {

bool WalkStream::set(guint property, const GValue* value) {
  return settings_.with(
      [&](WalkSettings& settings) { return set_walk_property(settings, property, value); });
}

bool WalkStream::get(guint property, GValue* value) const {
  if (property != kWalkStats) return get_walk_property(settings_.copy(), property, value);
  g_value_take_boxed(value, walk_stats(walker_.copy().get(), skipped_));
  return true;
}

void WalkStream::interrupt(bool interrupted) {
  if (const auto walker = walker_.copy()) walker->interrupt(interrupted);
}

void WalkStream::start() {
  const WalkSettings settings = settings_.copy();
  grid_ = parse_grid(settings.grid);
  std::shared_ptr<LatentWalker> walker = load_walker(settings.engine);
  ground_ = load_ground(settings, *walker);
  path_.emplace(make_path(settings.walk, ground_));
  path_options_ = settings.walk;
  counter_ = {};
  lateness_.start();
  skipped_ = 0;
  moved_ = 0;
  info_.with([](GstVideoInfo& info) { gst_video_info_init(&info); });
  const WalkerInfo info = walker->info();
  GST_INFO_OBJECT(base_, "%s: %s on %s in %s, %dx%d", info.model.c_str(), info.network.c_str(),
                  info.device.c_str(), info.precision.c_str(), info.size.width, info.size.height);
  walker_.with([&](auto& held) { held = std::move(walker); });
}

void WalkStream::stop() {
  walker_.with([](auto& held) { held.reset(); });
  path_.reset();
}

Size WalkStream::size() const {
  const Size one = walker_.copy()->info().size;
  return {one.width * grid_.columns, one.height * grid_.rows};
}

// Another framerate goes on at the time that the last one had reached.
void WalkStream::set_caps(GstCaps* caps) {
  GstVideoInfo info;
  check(video_info_from_caps(info, caps), ErrorKind::kSettings,
        "the negotiated caps are not raw video");
  GST_INFO_OBJECT(base_, "%" GST_PTR_FORMAT, caps);
  walker_.copy()->set_format(frame_format(info), grid_.cells(), grid_.columns);
  const GstVideoInfo last = info_.copy();
  if (last.fps_n && !counter_.is_seeking() &&
      gst_util_fraction_compare(last.fps_n, last.fps_d, info.fps_n, MAX(info.fps_d, 1)) != 0)
    counter_.seek(time_of_frame(last, MAX(counter_.frame(), 0)), base_->segment.rate < 0, true);
  info_.with([&](GstVideoInfo& held) { held = info; });
}

void WalkStream::seek(GstClockTime time, bool backwards) {
  counter_.seek(time, backwards);
  lateness_.flush();
}

// A mistake in what was changed while playing must not end the show.
void WalkStream::renew_path(const WalkOptions& options) {
  if (path_options_ == options) return;
  path_options_ = options;
  auto failed = failure_of([&] { path_.emplace(make_path(options, ground_)); });
  if (!failed) return;
  failed->text += "; the walk goes on as it was";
  post_warning(element(), *failed);
}

WalkStream::Shown WalkStream::shown_at(const WalkSettings& settings, gint64 frame) const {
  const GstVideoInfo info = info_.copy();
  const double seconds = info.fps_n == 0 || frame < 0
                             ? 0
                             : static_cast<double>(time_of_frame(info, frame)) / GST_SECOND;
  return {points_of_cells(*path_, path_->position(settings.pace, frame, seconds), grid_.cells(),
                          ground_.classes),
          settings.truncation};
}

// A frame is a function of its number alone, so those that would come late need not be drawn.
bool WalkStream::skip_late_frames(const WalkSettings& settings, const GstVideoInfo& info) {
  const GstClockTime now = Lateness::now(element());
  if (!settings.skip_when_late || base_->segment.rate <= 0 || info.fps_n == 0 ||
      !GST_CLOCK_TIME_IS_VALID(now))
    return false;
  auto earliest = lateness_.earliest(element());
  if (!earliest && gst_base_src_is_live(base_)) earliest = now;
  if (!earliest) return false;
  const guint64 time =
      gst_segment_position_from_running_time(&base_->segment, GST_FORMAT_TIME, *earliest);
  const GstClockTimeDiff offset = settings.timestamp_offset + moved_;
  if (!GST_CLOCK_TIME_IS_VALID(time) || static_cast<GstClockTimeDiff>(time) < offset) return false;
  const gint64 skipped = counter_.skip_to(info, time - static_cast<GstClockTime>(offset));
  skipped_ += static_cast<guint64>(skipped);
  if (skipped > 0)
    GST_DEBUG_OBJECT(base_, "%" G_GINT64_FORMAT " frames would come late: left out", skipped);
  return skipped > 0;
}

// False when interrupted.
bool WalkStream::draw(const WalkSettings& settings, GstBuffer* buffer) {
  const gint64 frame = counter_.frame(), step = base_->segment.rate < 0 ? -1 : 1;
  const auto walker = walker_.copy();
  const Shown shown = shown_at(settings, frame);
  const MappedFrame to(info_.copy(), buffer, GST_MAP_WRITE);
  if (!walker->draw(shown.points, shown.truncation, to.span())) return false;
  // Not worth it where a controller or a user makes every frame other than expected.
  if (!expected_ || *expected_ == shown)
    for (gint64 ahead = 1; ahead <= walker->foresight() && frame + ahead * step >= 0; ++ahead)
      walker->foresee(shown_at(settings, frame + ahead * step).points, shown.truncation);
  expected_ = shown_at(settings, frame + step);
  counter_.advance(step);
  return true;
}

GstFlowReturn WalkStream::fill(GstBuffer* buffer) {
  const GstVideoInfo info = info_.copy();
  const bool sought = counter_.settle(info);
  const bool skipped = skip_late_frames(settings_.copy(), info);
  if (sought || skipped) expected_.reset();
  const gint64 frame = counter_.frame();
  if (frame < 0 || (info.fps_n == 0 && frame > 0)) return GST_FLOW_EOS;
  // What was left out counts among num-buffers, so that the stream is as long as it says.
  if (skipped_ > 0 && base_->num_buffers >= 0 && frame >= base_->num_buffers) return GST_FLOW_EOS;
  gst_object_sync_values(GST_OBJECT(base_), info.fps_n == 0 ? 0 : time_of_frame(info, frame));
  const WalkSettings settings = settings_.copy();  // one for the whole frame
  renew_path(settings.walk);
  const GstClockTime begun = Lateness::now(element());
  if (!draw(settings, buffer)) return GST_FLOW_FLUSHING;
  stamp_frame(info, frame, buffer);
  GST_BUFFER_PTS(buffer) += settings.timestamp_offset;
  if (skipped) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
  drawn_ = {GST_BUFFER_PTS(buffer), begun, Lateness::now(element())};
  return GST_FLOW_OK;
}

void WalkStream::sent(GstBuffer* buffer) {
  const GstClockTime timestamp = GST_BUFFER_PTS(buffer);
  moved_ = GST_CLOCK_DIFF(drawn_.timestamp, timestamp);
  lateness_.made(element(),
                 gst_segment_to_running_time(&base_->segment, GST_FORMAT_TIME, timestamp),
                 drawn_.begun, drawn_.done);
  GST_DEBUG_OBJECT(base_, "frame %" G_GUINT64_FORMAT ", frames take %.1f ms",
                   GST_BUFFER_OFFSET(buffer), lateness_.cost_ms());
}

}  // namespace gan
