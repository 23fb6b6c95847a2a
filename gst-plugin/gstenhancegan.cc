// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * SECTION:element-enhancegan
 * @title: enhancegan
 * @short_description: enhances or enlarges every frame by a neural network
 *
 * A frame in, the enhanced frame out, `scale` times larger where the network enlarges. Without the
 * property #GstEnhanceGan:model the built-in 2x super-resolution network runs.
 *
 * |[
 * gst-launch-1.0 filesrc location=clip.mp4 ! decodebin ! videoconvert ! enhancegan ! videoconvert !
 * autovideosink
 * ]|
 */
#include "gst-plugin/gstenhancegan.h"

#include <gst/video/video.h>

#include <memory>

#include "core/engine.h"
#include "gst-plugin/enhance_properties.h"
#include "gst-plugin/frame_metas.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/lateness.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/network_keeper.h"
#include "gst-plugin/scaled_caps.h"
#include "gst-plugin/video_frame.h"

GST_DEBUG_CATEGORY_STATIC(enhance_gan_debug);
#define GST_CAT_DEFAULT enhance_gan_debug

using gan::guard;

namespace {

struct State {
  explicit State(gan::NetworkKeeper::Report report) : keeper(std::move(report)) {}
  gan::Locked<gan::EnhanceSettings> settings;  // any thread sets properties
  gan::Locked<int> scale{0};                   // any thread asks for caps; 0: no network loaded
  gan::NetworkKeeper keeper;                   // loaded from start() to stop()
  gan::Lateness lateness;
  gan::Locked<GstClockTime> frame_time{0};  // that the network takes, as the warm-up showed
  // What follows belongs to the streaming thread.
  GstVideoInfo in, out;
  std::optional<gan::LatentPath> path;
  std::string path_seeds;  // that the path was made of
  double seconds = 0;      // stream time of the frame
};

}  // namespace

struct _GstEnhanceGan {
  GstBaseTransform parent;
  State* state;  // new in init, delete in finalize
};

G_DEFINE_TYPE_WITH_CODE(GstEnhanceGan, gst_enhance_gan, GST_TYPE_BASE_TRANSFORM,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_PRESET, nullptr))
GST_ELEMENT_REGISTER_DEFINE(enhancegan, "enhancegan", GST_RANK_NONE, GST_TYPE_ENHANCE_GAN)

static State& state_of(gpointer self) { return *GST_ENHANCE_GAN(self)->state; }

static gboolean start(GstBaseTransform* base) {
  State& state = state_of(base);
  gst_base_transform_set_passthrough(base, FALSE);
  const gboolean started = guard(base, FALSE, [&] {
    const gan::EnhanceSettings settings = state.settings.copy();
    state.keeper.start(settings.engine, settings.reload);
    const gan::EnhancerInfo info = state.keeper.current()->info();
    state.path = gan::code_path(settings.seeds, info);
    state.path_seeds = settings.seeds;
    GST_INFO_OBJECT(base, "loaded %s: %s x%d on %s in %s", info.model.c_str(), info.network.c_str(),
                    info.scale, info.device.c_str(), info.precision.c_str());
    state.scale.with([&](int& scale) { scale = info.scale; });
    state.frame_time.with([](GstClockTime& time) { time = 0; });
    state.lateness.reset();
    return TRUE;
  });
  if (!started) state.keeper.stop();
  return started;
}

static gboolean stop(GstBaseTransform* base) {
  State& state = state_of(base);
  state.scale.with([](int& scale) { scale = 0; });
  state.keeper.stop();
  return TRUE;
}

static GstCaps* transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps,
                               GstCaps* filter) {
  const int scale = state_of(base).scale.copy();
  GstCaps* result = gan::scale_caps(caps, direction, scale);
  if (filter) {
    GstCaps* const filtered = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(result);
    result = filtered;
  }
  GST_DEBUG_OBJECT(base, "caps %" GST_PTR_FORMAT " become %" GST_PTR_FORMAT, caps, result);
  return result;
}

static gboolean accept_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps) {
  GstCaps* const said = gan::with_interlace_mode(caps);
  const gboolean accepted =
      GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->accept_caps(base, direction, said);
  gst_caps_unref(said);
  return accepted;
}

// A buffer is one frame whatever its bytes are: decoders pad rows and planes (GstVideoMeta tells).
static gboolean transform_size(GstBaseTransform* base, GstPadDirection, GstCaps*, gsize,
                               GstCaps* other_caps, gsize* other_size) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, other_caps)) {
    GST_ERROR_OBJECT(base, "not video caps: %" GST_PTR_FORMAT, other_caps);
    return FALSE;
  }
  *other_size = GST_VIDEO_INFO_SIZE(&info);
  return TRUE;
}

static gboolean set_caps(GstBaseTransform* base, GstCaps* in_caps, GstCaps* out_caps) {
  State& state = state_of(base);
  return guard(base, FALSE, [&] {
    gan::check(gst_video_info_from_caps(&state.in, in_caps) &&
                   gst_video_info_from_caps(&state.out, out_caps),
               gan::ErrorKind::kSettings, "the negotiated caps are not raw video");
    state.keeper.set_formats(gan::frame_format(state.in), gan::frame_format(state.out));
    const double ms = state.keeper.stats().warm_ms;
    state.frame_time.with([&](GstClockTime& time) { time = GstClockTime(ms * GST_MSECOND); });
    gst_element_post_message(GST_ELEMENT(base), gst_message_new_latency(GST_OBJECT(base)));
    return TRUE;
  });
}

// Where nothing would change, buffers go through as they are.
static void let_through(GstBaseTransform* base, const State& state) {
  const gboolean nothing = state.settings.copy().strength <= 0 && state.scale.copy() == 1;
  if (nothing == gst_base_transform_is_passthrough(base)) return;
  gst_base_transform_set_passthrough(base, nothing);
  gst_base_transform_reconfigure_src(base);  // buffers from another pool
}

static void before_transform(GstBaseTransform* base, GstBuffer* buffer) {
  const GstClockTime time =
      gst_segment_to_stream_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  State& state = state_of(base);
  if (GST_CLOCK_TIME_IS_VALID(time)) {
    gst_object_sync_values(GST_OBJECT(base), time);
    state.seconds = static_cast<double>(time) / GST_SECOND;
  }
  let_through(base, state);
}

// A mistake in what was changed while playing must not end the show.
static void renew_path(GstBaseTransform* base, const std::string& seeds) {
  State& state = state_of(base);
  if (state.path_seeds == seeds) return;
  state.path_seeds = seeds;
  const auto failed =
      gan::failure_of([&] { state.path = gan::code_path(seeds, state.keeper.current()->info()); });
  if (failed)
    GST_ELEMENT_WARNING(base, RESOURCE, SETTINGS,
                        ("%s; the code's path stays as it was", failed->text.c_str()), (nullptr));
}

static void post_events(GstBaseTransform* base, gan::Enhancer& enhancer) {
  for (const gan::EngineEvent& event : enhancer.take_events())
    gan::post_event(GST_ELEMENT(base), event.name, event.text);
}

static GstFlowReturn transform(GstBaseTransform* base, GstBuffer* in, GstBuffer* out) {
  State& state = state_of(base);
  return guard(base, GST_FLOW_ERROR, [&] {
    const gan::EnhanceSettings settings = state.settings.copy();  // one for the whole frame
    const auto enhancer = state.keeper.next_frame();
    renew_path(base, settings.seeds);
    gan::Look look{.strength = settings.strength, .split = settings.split, .code = {}};
    if (state.path)
      look.code = state.path->at(state.path->position(settings.pace, 0, state.seconds));
    state.lateness.count_frame();
    if (settings.plain_when_late && state.lateness.is_late(base->segment, in)) {
      look.strength = 0;
      state.lateness.post(base, in);
    }
    const gan::MappedFrame from(state.in, in, GST_MAP_READ);
    const gan::MappedFrame to(state.out, out, GST_MAP_WRITE);
    enhancer->run(from.view(), look, to.span());
    post_events(base, *enhancer);
    return GST_FLOW_OK;
  });
}

static gboolean src_event(GstBaseTransform* base, GstEvent* event) {
  state_of(base).lateness.listen(event);
  return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->src_event(base, event);
}

static gboolean sink_event(GstBaseTransform* base, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) state_of(base).lateness.reset();
  return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->sink_event(base, event);
}

// No frame is held, but in a live pipeline each is later by the time that the network takes.
static gboolean query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC)
    return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->query(base, direction, query);
  if (!gst_pad_peer_query(base->sinkpad, query)) return FALSE;
  gboolean live = FALSE;
  GstClockTime least = 0, most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  const GstClockTime own = live ? state_of(base).frame_time.copy() : 0;
  gst_query_set_latency(query, live, least + own,
                        GST_CLOCK_TIME_IS_VALID(most) ? most + own : most);
  return TRUE;
}

static gboolean transform_meta(GstBaseTransform* base, GstBuffer* out, GstMeta* meta,
                               GstBuffer* in) {
  State& state = state_of(base);
  return gan::keep_meta(meta, {in, &state.in}, {out, &state.out});
}

static gboolean propose_allocation(GstBaseTransform* base, GstQuery* decided, GstQuery* query) {
  if (!GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)
           ->propose_allocation(base, decided, query))
    return FALSE;
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  const bool known = state_of(object).settings.with([&](gan::EnhanceSettings& settings) {
    return gan::set_enhance_property(settings, id, value);
  });
  if (!known) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  const gan::EnhanceSettings now = state_of(object).settings.copy();
  if (id == gan::kEnhanceModel) state_of(object).keeper.change_model(now.engine.model);
  if (id == gan::kEnhanceReload) state_of(object).keeper.watch(now.reload);
  if (id == gan::kEnhanceOnLate)
    gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(object), !now.plain_when_late);
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  State& state = state_of(object);
  if (id == gan::kEnhanceStats)
    g_value_take_boxed(value, gan::enhance_stats(state.keeper, state.lateness.degraded()));
  else if (!gan::get_enhance_property(state.settings.copy(), id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject* object) {
  delete GST_ENHANCE_GAN(object)->state;
  G_OBJECT_CLASS(gst_enhance_gan_parent_class)->finalize(object);
}

static void gst_enhance_gan_init(GstEnhanceGan* self) {
  self->state = new State([self](const std::string& event, const std::string& text) {
    gan::post_event(GST_ELEMENT(self), event, text);
  });
  gst_base_transform_set_qos_enabled(GST_BASE_TRANSFORM(self), TRUE);  // on-late=drop
}

static void gst_enhance_gan_class_init(GstEnhanceGanClass* klass) {
  GST_DEBUG_CATEGORY_INIT(enhance_gan_debug, "enhancegan", 0, "neural enhancement of video");
  auto* const object = G_OBJECT_CLASS(klass);
  auto* const element = GST_ELEMENT_CLASS(klass);
  auto* const base = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  gan::install_enhance_properties(object);
  GstCaps* const caps = gst_caps_from_string(
      GST_VIDEO_CAPS_MAKE(GAN_VIDEO_FORMATS) ", interlace-mode=(string)progressive");
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("sink", GST_PAD_SINK, GST_PAD_ALWAYS, caps));
  gst_element_class_add_pad_template(
      element, gst_pad_template_new("src", GST_PAD_SRC, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  gst_element_class_set_static_metadata(element, "GAN video enhancer", "Filter/Effect/Video",
                                        "Enhances or enlarges every frame by a neural network",
                                        "The gst-plugins-gan authors");
  base->start = GST_DEBUG_FUNCPTR(start);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->transform_caps = GST_DEBUG_FUNCPTR(transform_caps);
  base->accept_caps = GST_DEBUG_FUNCPTR(accept_caps);
  base->transform_size = GST_DEBUG_FUNCPTR(transform_size);
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->before_transform = GST_DEBUG_FUNCPTR(before_transform);
  base->transform = GST_DEBUG_FUNCPTR(transform);
  base->src_event = GST_DEBUG_FUNCPTR(src_event);
  base->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  base->query = GST_DEBUG_FUNCPTR(query);
  base->transform_meta = GST_DEBUG_FUNCPTR(transform_meta);
  base->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
}
