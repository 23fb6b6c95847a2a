// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/enhance_stream.h"

#include "gst-plugin/frame_metas.h"
#include "gst-plugin/scaled_caps.h"
#include "gst-plugin/video_frame.h"

GST_DEBUG_CATEGORY_EXTERN(enhance_gan_debug);
#define GST_CAT_DEFAULT enhance_gan_debug

namespace gan {
namespace {

constexpr double milliseconds(GstClockTimeDiff time) {
  return static_cast<double>(time) / GST_MSECOND;
}

// Where a pointer is in the picture before it was enlarged.
GstEvent* with_scaled_pointer(GstEvent* event, const GstVideoInfo& in, const GstVideoInfo& out) {
  const GstStructure* const given = gst_event_get_structure(event);
  double x = 0, y = 0;
  if (GST_VIDEO_INFO_WIDTH(&out) == GST_VIDEO_INFO_WIDTH(&in) || !given ||
      !gst_structure_get_double(given, "pointer_x", &x) ||
      !gst_structure_get_double(given, "pointer_y", &y))
    return event;
  event = GST_EVENT(gst_mini_object_make_writable(GST_MINI_OBJECT(event)));
  gst_structure_set(gst_event_writable_structure(event), "pointer_x", G_TYPE_DOUBLE,
                    x * GST_VIDEO_INFO_WIDTH(&in) / GST_VIDEO_INFO_WIDTH(&out), "pointer_y",
                    G_TYPE_DOUBLE, y * GST_VIDEO_INFO_HEIGHT(&in) / GST_VIDEO_INFO_HEIGHT(&out),
                    nullptr);
  return event;
}

std::string precision_words(const Enhancer& enhancer) {
  const std::string trial = enhancer.precision_trial();
  const EnhancerInfo info = enhancer.info();
  return info.engine + " " + info.kernel + (trial.empty() ? "" : " (" + trial + ")");
}

}  // namespace

EnhanceStream::EnhanceStream(GstBaseTransform* base)
    : base_(base),
      keeper_({[this](const EnhancerInfo& info) { loaded(info); },
               [this](const Failure& failure, const std::string& asked,
                      const std::string& running) { refused(failure, asked, running); }}) {
  gst_video_info_init(&in);
  gst_video_info_init(&out);
}

void EnhanceStream::set(guint property, const GValue* value) {
  const EnhanceSettings now = settings_.with([&](EnhanceSettings& settings) {
    set_enhance_property(settings, property, value);
    return settings;
  });
  if (property == kEnhanceModel) keeper_.change_model(now.engine.model);
  if (property == kEnhanceReload) keeper_.watch(now.reload);
}

bool EnhanceStream::get(guint property, GValue* value) const {
  if (property != kEnhanceStats) return get_enhance_property(settings_.copy(), property, value);
  g_value_take_boxed(value, enhance_stats(keeper_, lateness_.degraded(), memory_.copies()));
  return true;
}

void EnhanceStream::start() {
  const EnhanceSettings settings = settings_.copy();
  keeper_.start(settings.engine, settings.reload);
  const EnhanceSettings now = settings_.copy();  // loading takes time
  keeper_.change_model(now.engine.model);
  keeper_.watch(now.reload);
  const EnhancerInfo info = keeper_.current()->info();
  path_.set_seeds(settings.seeds, info);
  GST_INFO_OBJECT(base_, "%s: %s x%d on %s", info.model.c_str(), info.network.c_str(), info.scale,
                  info.device.c_str());
  memory_.open(element(), *keeper_.current());
  scale_.with([&](int& scale) { scale = info.scale; });
  lateness_.start();
  next_takes_meta = false;
}

void EnhanceStream::stop() {
  held_.drop();
  scale_.with([](int& scale) { scale = 0; });
  memory_.close();
  keeper_.stop();
}

void EnhanceStream::flush() {
  lateness_.flush();
  held_.drop();
}

bool EnhanceStream::set_caps(GstCaps* in_caps, GstCaps* out_caps) {
  check(video_info_from_caps(in, in_caps) && video_info_from_caps(out, out_caps),
        ErrorKind::kSettings, "the negotiated caps are not raw video");
  same_memory_ = is_in_cuda(in_caps) == is_in_cuda(out_caps);
  if (!keeper_.set_formats(frame_format(in), frame_format(out))) return false;
  const EnhancerStats stats = keeper_.stats();
  GST_INFO_OBJECT(base_, "%" GST_PTR_FORMAT " to %dx%d, %s, %s, %.1f ms a frame expected", in_caps,
                  GST_VIDEO_INFO_WIDTH(&out), GST_VIDEO_INFO_HEIGHT(&out),
                  stats.tile_size ? concat("tiles of ", stats.tile_size).c_str() : "whole frames",
                  precision_words(*keeper_.current()).c_str(), stats.expected_ms);
  lateness_.assume_cost(stats.expected_ms);
  const int held = most_held() - 1;
  held_ms_ = held > 0 ? held * 1e3 * GST_VIDEO_INFO_FPS_D(&in) / GST_VIDEO_INFO_FPS_N(&in) : 0;
  latency_.expect(element(), stats.expected_ms + held_ms_);
  return true;
}

void EnhanceStream::loaded(const EnhancerInfo& info) {
  GST_INFO_OBJECT(base_, "%s has taken over: %s x%d, %s", info.model.c_str(), info.network.c_str(),
                  info.scale, precision_words(*keeper_.current()).c_str());
  post_event(element(),
             {"model-loaded",
              info.model,
              {{"model", info.model}, {"network", info.network}, {"scale", info.scale}}});
  latency_.expect(element(), keeper_.current()->stats().expected_ms + held_ms_);
}

void EnhanceStream::refused(const Failure& failure, const std::string& asked,
                            const std::string& running) {
  settings_.with([&](EnhanceSettings& settings) {
    if (settings.engine.model == asked) settings.engine.model = running;
  });
  Failure told = failure;
  told.text += "; the network stays as it was";
  post_event(element(), {"model-refused", told.text, {{"model", asked}, {"running", running}}});
  post_warning(element(), told);
}

// Nothing takes long while the network is not asked; what a controller makes of that changes from
// frame to frame.
bool EnhanceStream::is_idle() const {
  if (settings_.copy(&EnhanceSettings::strength) > 0) return false;
  GstControlBinding* const binding = gst_object_get_control_binding(GST_OBJECT(base_), "strength");
  if (binding) gst_object_unref(binding);
  return !binding;
}

GstCaps* EnhanceStream::transform_caps(GstCaps* caps, GstPadDirection from) const {
  const int scale = scale_.copy();
  return in_either_memory(scale_caps(caps, from, scale),
                          scale == 0 ? GAN_CUDA_FRAMES : memory_.is_open());
}

bool EnhanceStream::answer_latency(GstQuery* query) const {
  return latency_.answer(base_, query, is_idle());
}

GstEvent* EnhanceStream::from_downstream(GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_NAVIGATION) return with_scaled_pointer(event, in, out);
  lateness_.listen(event);
  if (GST_EVENT_TYPE(event) != GST_EVENT_QOS || !settings_.copy(&EnhanceSettings::plain_when_late))
    return event;
  gst_event_unref(event);  // decoders would drop the frames that are to come
  return nullptr;
}

void EnhanceStream::take_offered_scale() {
  const auto offered = keeper_.offered_scale();
  if (!offered) return;
  GstCaps* const now = gst_pad_get_current_caps(base_->sinkpad);
  GstCaps* const wanted =
      in_either_memory(scale_caps(now, GST_PAD_SINK, *offered), memory_.is_open());
  GstCaps* const taken = gst_pad_peer_query_caps(base_->srcpad, wanted);
  const bool fits = !gst_caps_is_empty(taken);
  for (GstCaps* caps : {now, wanted, taken}) gst_caps_unref(caps);
  if (fits) {
    drain();
    scale_.with([&](int& scale) { scale = *offered; });
    keeper_.accept();
    gst_base_transform_reconfigure_src(base_);
  } else {
    keeper_.decline({ErrorKind::kSettings,
                     concat("a network of scale ", *offered,
                            ": the elements behind take no frames of that size"),
                     ""});
  }
}

void EnhanceStream::before_frame(GstBuffer* buffer) {
  take_offered_scale();
  const EnhanceSettings now = settings_.copy();
  std::optional<GstClockTime> earliest;
  if (!now.plain_when_late && now.strength > 0 && now.split < 1)
    earliest = lateness_.earliest(element());
  if (earliest && *earliest > 0) {
    const GstClockTime time = running_time(buffer);
    if (GST_CLOCK_TIME_IS_VALID(time) && time < *earliest)
      GST_DEBUG_OBJECT(base_, "frame %" GST_TIME_FORMAT " would come %.1f ms late: dropped",
                       GST_TIME_ARGS(time), milliseconds(GST_CLOCK_DIFF(time, *earliest)));
    gst_base_transform_update_qos(base_, 1, -1, *earliest);  // drops what begins up to then
  } else {
    gst_base_transform_update_qos(base_, 1, -1, 0);  // none
  }
}

bool EnhanceStream::changes_nothing() const {
  return same_memory_ && scale_.copy() == 1 && settings_.copy(&EnhanceSettings::strength) <= 0;
}

void EnhanceStream::set_stream_time(GstClockTime time) {
  seconds_ = static_cast<double>(time) / GST_SECOND;
}

GstClockTime EnhanceStream::running_time(GstBuffer* buffer) const {
  return gst_segment_to_running_time(&base_->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
}

// A mistake in what was changed while playing must not end the show.
void EnhanceStream::renew_path(const std::string& seeds) {
  if (path_.has_seeds(seeds)) return;
  auto failed = failure_of([&] { path_.set_seeds(seeds, keeper_.current()->info()); });
  if (!failed) return;
  failed->text += "; the code's path stays as it was";
  post_warning(element(), *failed);
}

EnhanceFrame EnhanceStream::begin(GstBuffer* from) {
  const EnhanceSettings settings = settings_.copy();  // one for the whole frame
  renew_path(settings.seeds);
  EnhanceFrame frame{{.strength = settings.strength,
                      .split = settings.split,
                      .code = path_.at(settings.pace, seconds_)},
                     running_time(from),
                     Lateness::now(element()),
                     settings.strength > 0 && settings.split < 1};
  lateness_.count_frame();
  if (frame.enhanced && settings.plain_when_late && lateness_.is_late(element(), frame.time)) {
    frame.enhanced = false;
    frame.look.strength = 0;
    const GstClockTime time = GST_BUFFER_PTS(from);
    lateness_.post_degraded(
        element(), {frame.time, gst_segment_to_stream_time(&base_->segment, GST_FORMAT_TIME, time),
                    time, GST_BUFFER_DURATION(from)});
  }
  return frame;
}

void EnhanceStream::transform(GstBuffer* from, GstBuffer* to) {
  const auto enhancer = keeper_.next_frame();
  const EnhanceFrame frame = begin(from);
  {
    const MappedFrame source = memory_.map(in, from, GST_MAP_READ),
                      target = memory_.map(out, to, GST_MAP_WRITE);
    enhancer->run(source.view(), frame.look, target.span());
  }
  end(frame, *enhancer);
}

void EnhanceStream::submit(GstBuffer* from, GstBuffer* to) {
  HeldFrame held;
  held.buffer.reset(to);
  const auto enhancer = keeper_.next_frame();
  if (enhancer != held_.network()) drain();
  held.frame = begin(from);
  const MappedFrame source = memory_.map(in, from, GST_MAP_READ);
  held_.submit(enhancer, source.view(), std::move(held), memory_.map(out, to, GST_MAP_WRITE));
}

// Where there is no rate it is not known by how much frames that are held would come later.
int EnhanceStream::most_held() const {
  return GST_VIDEO_INFO_FPS_N(&in) > 0 && !is_idle() ? keeper_.current()->most_submitted() : 1;
}

bool EnhanceStream::is_full() const { return held_.count() > 0 && held_.count() >= most_held(); }

GstBuffer* EnhanceStream::collect() {
  const auto enhancer = held_.network();
  HeldFrame held = held_.collect();
  end(held.frame, *enhancer);
  return held.buffer.release();
}

void EnhanceStream::drain() {
  while (held_.count() > 0) gst_pad_push(base_->srcpad, collect());
}

void EnhanceStream::end(const EnhanceFrame& frame, Enhancer& enhancer) {
  if (frame.enhanced) {
    lateness_.made(element(), frame.time, frame.begun, Lateness::now(element()));
    latency_.measured(element(), lateness_.cost_ms());
  } else {
    lateness_.passed(element(), frame.time);
  }
  GST_DEBUG_OBJECT(base_, "frame %" GST_TIME_FORMAT " %s, %.1f ms of late",
                   GST_TIME_ARGS(frame.time), frame.enhanced ? "enhanced" : "plain",
                   lateness_.cost_ms());
  for (const EngineEvent& event : enhancer.take_events()) {
    GST_INFO_OBJECT(base_, "%s: %s", event.name.c_str(), event.text.c_str());
    post_event(element(), event);
  }
}

bool EnhanceStream::keep_meta(GstBuffer* to, GstMeta* meta, GstBuffer* from) {
  return gan::keep_meta(meta, {from, &in}, {to, &out});
}

}  // namespace gan
