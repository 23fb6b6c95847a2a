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
#include "gst-plugin/code_path.h"
#include "gst-plugin/enhance_properties.h"
#include "gst-plugin/frame_metas.h"
#include "gst-plugin/guard.h"
#include "gst-plugin/latency.h"
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
  gan::Latency latency;  // what the network takes, as its warm-up showed
  // What follows belongs to the streaming thread.
  GstVideoInfo in, out;
  bool next_takes_meta = false;  // the element behind, GstVideoMeta
  gan::CodePath path;
  double seconds = 0;  // stream time of the frame
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
    const gan::EnhanceSettings now = state.settings.copy();  // loading takes time
    state.keeper.change_model(now.engine.model);
    state.keeper.watch(now.reload);
    const gan::EnhancerInfo info = state.keeper.current()->info();
    state.path.set_seeds(settings.seeds, info);
    GST_INFO_OBJECT(base, "loaded %s: %s x%d on %s in %s", info.model.c_str(), info.network.c_str(),
                    info.scale, info.device.c_str(), info.precision.c_str());
    state.scale.with([&](int& scale) { scale = info.scale; });
    state.lateness.start();
    state.next_takes_meta = false;
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
  GstCaps* const result = gan::scale_caps(caps, direction, state_of(base).scale.copy(), filter);
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

static gboolean set_caps(GstBaseTransform* base, GstCaps* in_caps, GstCaps* out_caps) {
  State& state = state_of(base);
  return guard(base, FALSE, [&]() -> gboolean {
    gan::check(gan::video_info_from_caps(state.in, in_caps) &&
                   gan::video_info_from_caps(state.out, out_caps),
               gan::ErrorKind::kSettings, "the negotiated caps are not raw video");
    if (!state.keeper.set_formats(gan::frame_format(state.in), gan::frame_format(state.out)))
      return FALSE;
    state.latency.set(GST_ELEMENT(base), state.keeper.stats().warm_ms);
    return TRUE;
  });
}

static bool changes_nothing(State& state) {
  return state.scale.copy() == 1 &&
         state.settings.with([](const gan::EnhanceSettings& now) { return now.strength <= 0; });
}

// Where nothing would change, buffers go through as they are: but not with padded rows to an
// element that does not look at GstVideoMeta.
static void let_through(GstBaseTransform* base, GstBuffer* buffer) {
  State& state = state_of(base);
  const gboolean nothing =
      changes_nothing(state) && (state.next_takes_meta || !gst_buffer_get_video_meta(buffer));
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
  let_through(base, buffer);
}

// A mistake in what was changed while playing must not end the show.
static void renew_path(GstBaseTransform* base, const std::string& seeds) {
  State& state = state_of(base);
  if (state.path.has_seeds(seeds)) return;
  const auto failed =
      gan::failure_of([&] { state.path.set_seeds(seeds, state.keeper.current()->info()); });
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
    gan::Look look{.strength = settings.strength,
                   .split = settings.split,
                   .code = state.path.at(settings.pace, state.seconds)};
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

// With on-late=plain what is late ends here: decoders would drop the frames that are to come.
static gboolean src_event(GstBaseTransform* base, GstEvent* event) {
  State& state = state_of(base);
  state.lateness.listen(event);
  if (GST_EVENT_TYPE(event) == GST_EVENT_QOS &&
      state.settings.copy(&gan::EnhanceSettings::plain_when_late)) {
    gst_event_unref(event);
    return TRUE;
  }
  return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->src_event(base, event);
}

static gboolean sink_event(GstBaseTransform* base, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) state_of(base).lateness.flush();
  return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->sink_event(base, event);
}

// No frame is held, but in a live pipeline each is later by the time that the network takes.
static gboolean query(GstBaseTransform* base, GstPadDirection direction, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY || direction != GST_PAD_SRC)
    return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->query(base, direction, query);
  return state_of(base).latency.answer(base, query);
}

static gboolean transform_meta(GstBaseTransform* base, GstBuffer* out, GstMeta* meta,
                               GstBuffer* in) {
  State& state = state_of(base);
  return gan::keep_meta(meta, {in, &state.in}, {out, &state.out});
}

static gboolean decide_allocation(GstBaseTransform* base, GstQuery* query) {
  state_of(base).next_takes_meta =
      gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)->decide_allocation(base, query);
}

// decided: null where the query is answered by the element behind.
static gboolean propose_allocation(GstBaseTransform* base, GstQuery* decided, GstQuery* query) {
  State& state = state_of(base);
  if (!GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)
           ->propose_allocation(base, decided, query))
    return FALSE;
  if (decided && (state.next_takes_meta || !changes_nothing(state)))
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
    if (event == gan::NetworkKeeper::kLoaded)
      self->state->latency.set(GST_ELEMENT(self), self->state->keeper.stats().warm_ms);
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
  GstCaps* const caps = gan::video_template_caps();
  gst_caps_set_simple(caps, "interlace-mode", G_TYPE_STRING, "progressive", nullptr);
  for (const auto& [name, direction] : {std::pair{"sink", GST_PAD_SINK}, {"src", GST_PAD_SRC}})
    gst_element_class_add_pad_template(element,
                                       gst_pad_template_new(name, direction, GST_PAD_ALWAYS, caps));
  gst_caps_unref(caps);
  gst_element_class_set_static_metadata(element, "GAN video enhancer", "Filter/Effect/Video",
                                        "Enhances or enlarges every frame by a neural network",
                                        "The gst-plugins-gan authors");
  base->start = GST_DEBUG_FUNCPTR(start);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->transform_caps = GST_DEBUG_FUNCPTR(transform_caps);
  base->accept_caps = GST_DEBUG_FUNCPTR(accept_caps);
  base->transform_size = GST_DEBUG_FUNCPTR(gan::size_of_frame);
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->before_transform = GST_DEBUG_FUNCPTR(before_transform);
  base->transform = GST_DEBUG_FUNCPTR(transform);
  base->src_event = GST_DEBUG_FUNCPTR(src_event);
  base->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  base->query = GST_DEBUG_FUNCPTR(query);
  base->transform_meta = GST_DEBUG_FUNCPTR(transform_meta);
  base->decide_allocation = GST_DEBUG_FUNCPTR(decide_allocation);
  base->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
}
