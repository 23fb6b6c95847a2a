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
#include "gst-plugin/guard.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/precision_type.h"
#include "gst-plugin/scaled_caps.h"
#include "gst-plugin/video_frame.h"

GST_DEBUG_CATEGORY_STATIC(enhance_gan_debug);
#define GST_CAT_DEFAULT enhance_gan_debug

using gan::guard;

namespace {

struct Settings {
  gan::EnhancerOptions engine;
  gan::Look look;
};

struct State {
  gan::Locked<Settings> settings;  // any thread sets properties
  gan::Locked<int> scale{0};       // any thread asks for caps; 0: no network loaded
  gan::Locked<std::shared_ptr<gan::Enhancer>>
      enhancer;          // from start() to stop(); others ask for stats
  GstVideoInfo in, out;  // streaming thread
};

enum Property {
  kModel = 1,
  kDevice,
  kPrecision,
  kThreads,
  kAllowTorchScript,
  kTileSize,
  kStrength,
  kStats
};

}  // namespace

struct _GstEnhanceGan {
  GstBaseTransform parent;
  State* state;  // new in init, delete in finalize
};

G_DEFINE_TYPE(GstEnhanceGan, gst_enhance_gan, GST_TYPE_BASE_TRANSFORM)
GST_ELEMENT_REGISTER_DEFINE(enhancegan, "enhancegan", GST_RANK_NONE, GST_TYPE_ENHANCE_GAN)

static gboolean start(GstBaseTransform* base) {
  State& state = *GST_ENHANCE_GAN(base)->state;
  return guard(base, FALSE, [&] {
    std::shared_ptr<gan::Enhancer> enhancer = gan::load_enhancer(state.settings.copy().engine);
    const gan::EnhancerInfo info = enhancer->info();
    GST_INFO_OBJECT(base, "loaded %s: %s x%d on %s in %s", info.model.c_str(), info.network.c_str(),
                    info.scale, info.device.c_str(), info.precision.c_str());
    state.scale.with([&](int& scale) { scale = info.scale; });
    state.enhancer.with([&](auto& held) { held = std::move(enhancer); });
    return TRUE;
  });
}

static gboolean stop(GstBaseTransform* base) {
  State& state = *GST_ENHANCE_GAN(base)->state;
  state.scale.with([](int& scale) { scale = 0; });
  state.enhancer.with([](auto& held) { held.reset(); });
  return TRUE;
}

static GstCaps* transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps,
                               GstCaps* filter) {
  const int scale = GST_ENHANCE_GAN(base)->state->scale.copy();
  GstCaps* result = gan::scale_caps(caps, direction, scale);
  if (filter) {
    GstCaps* const filtered = gst_caps_intersect_full(filter, result, GST_CAPS_INTERSECT_FIRST);
    gst_caps_unref(result);
    result = filtered;
  }
  GST_DEBUG_OBJECT(base, "caps %" GST_PTR_FORMAT " become %" GST_PTR_FORMAT, caps, result);
  return result;
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
  State& state = *GST_ENHANCE_GAN(base)->state;
  return guard(base, FALSE, [&] {
    gan::check(gst_video_info_from_caps(&state.in, in_caps) &&
                   gst_video_info_from_caps(&state.out, out_caps),
               gan::ErrorKind::kSettings, "the negotiated caps are not raw video");
    gan::check(!GST_VIDEO_INFO_IS_INTERLACED(&state.in), gan::ErrorKind::kSettings,
               "interlaced video must pass through deinterlace first");
    state.enhancer.copy()->set_formats(gan::frame_format(state.in), gan::frame_format(state.out));
    return TRUE;
  });
}

static void before_transform(GstBaseTransform* base, GstBuffer* buffer) {
  const GstClockTime time =
      gst_segment_to_stream_time(&base->segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer));
  if (GST_CLOCK_TIME_IS_VALID(time)) gst_object_sync_values(GST_OBJECT(base), time);
}

static GstFlowReturn transform(GstBaseTransform* base, GstBuffer* in, GstBuffer* out) {
  State& state = *GST_ENHANCE_GAN(base)->state;
  return guard(base, GST_FLOW_ERROR, [&] {
    const gan::MappedFrame from(state.in, in, GST_MAP_READ);
    const gan::MappedFrame to(state.out, out, GST_MAP_WRITE);
    state.enhancer.copy()->run(from.view(), state.settings.copy().look, to.span());
    return GST_FLOW_OK;
  });
}

static gboolean propose_allocation(GstBaseTransform* base, GstQuery* decided, GstQuery* query) {
  if (!GST_BASE_TRANSFORM_CLASS(gst_enhance_gan_parent_class)
           ->propose_allocation(base, decided, query))
    return FALSE;
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

static GstStructure* stats_structure(State& state) {
  const auto enhancer = state.enhancer.copy();
  GstStructure* const stats = gst_structure_new_empty("enhancegan-stats");
  if (!enhancer) return stats;
  const gan::EnhancerStats now = enhancer->stats();
  const gan::EnhancerInfo info = enhancer->info();
  gst_structure_set(stats, "frames", G_TYPE_UINT64, now.frames, "tiles", G_TYPE_UINT64, now.tiles,
                    "device", G_TYPE_STRING, info.device.c_str(), "precision", G_TYPE_STRING,
                    info.precision.c_str(), "mean-ms", G_TYPE_DOUBLE, now.mean_ms, "p95-ms",
                    G_TYPE_DOUBLE, now.p95_ms, nullptr);
  return stats;
}

static void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  State& state = *GST_ENHANCE_GAN(object)->state;
  const auto text = [&] {
    const char* const given = g_value_get_string(value);
    return std::string(given ? given : "");
  };
  state.settings.with([&](Settings& settings) {
    switch (id) {
      case kModel: settings.engine.model = text(); break;
      case kDevice: settings.engine.device = text().empty() ? "auto" : text(); break;
      case kPrecision:
        settings.engine.precision = gan::precision_nick(g_value_get_enum(value));
        break;
      case kThreads: settings.engine.threads = g_value_get_int(value); break;
      case kAllowTorchScript: settings.engine.allow_torchscript = g_value_get_boolean(value); break;
      case kTileSize: settings.engine.tile_size = g_value_get_int(value); break;
      case kStrength: settings.look.strength = g_value_get_double(value); break;
      default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    }
  });
}

static void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  State& state = *GST_ENHANCE_GAN(object)->state;
  const Settings settings = state.settings.copy();
  switch (id) {
    case kModel: g_value_set_string(value, settings.engine.model.c_str()); break;
    case kDevice: g_value_set_string(value, settings.engine.device.c_str()); break;
    case kPrecision:
      g_value_set_enum(value, gan::precision_index(settings.engine.precision));
      break;
    case kThreads: g_value_set_int(value, settings.engine.threads); break;
    case kAllowTorchScript: g_value_set_boolean(value, settings.engine.allow_torchscript); break;
    case kTileSize: g_value_set_int(value, settings.engine.tile_size); break;
    case kStrength: g_value_set_double(value, settings.look.strength); break;
    case kStats: g_value_take_boxed(value, stats_structure(state)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
}

static void finalize(GObject* object) {
  delete GST_ENHANCE_GAN(object)->state;
  G_OBJECT_CLASS(gst_enhance_gan_parent_class)->finalize(object);
}

static void gst_enhance_gan_init(GstEnhanceGan* self) { self->state = new State; }

static void install_properties(GObjectClass* object) {
  const auto install = [&](Property id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  const auto fixed =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto live = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS |
                                GST_PARAM_MUTABLE_PLAYING | GST_PARAM_CONTROLLABLE);
  install(kModel, g_param_spec_string("model", "Model",
                                      "Path of a checkpoint (safetensors, or an official .pth), or "
                                      "the name of a built-in model; "
                                      "empty: the built-in 2x network",
                                      "", fixed));
  install(kDevice,
          g_param_spec_string("device", "Device", "auto, cpu, cuda or cuda:N", "auto", fixed));
  install(kPrecision, g_param_spec_enum("precision", "Precision", "Number format of the network",
                                        gan::precision_type(), 0, fixed));
  install(kThreads, g_param_spec_int("threads", "Threads", "CPU threads of this element; 0: all", 0,
                                     1024, 0, fixed));
  install(kAllowTorchScript,
          g_param_spec_boolean("allow-torchscript", "Allow TorchScript",
                               "Play TorchScript archives too. A script can run any operator, "
                               "also ones that write files: only for files that you trust",
                               FALSE, fixed));
  install(kTileSize, g_param_spec_int("tile-size", "Tile size",
                                      "Side of the tiles a frame is cut into, in input pixels, 16 "
                                      "or more; 0: the whole frame at once",
                                      0, 65536, 0, fixed));
  install(kStrength, g_param_spec_double("strength", "Strength",
                                         "Share of the network against plain bicubic resampling", 0,
                                         1, 1, live));
  install(kStats, g_param_spec_boxed(
                      "stats", "Statistics", "frames, tiles, device, precision, mean-ms, p95-ms",
                      GST_TYPE_STRUCTURE, GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

static void gst_enhance_gan_class_init(GstEnhanceGanClass* klass) {
  GST_DEBUG_CATEGORY_INIT(enhance_gan_debug, "enhancegan", 0, "neural enhancement of video");
  auto* const object = G_OBJECT_CLASS(klass);
  auto* const element = GST_ELEMENT_CLASS(klass);
  auto* const base = GST_BASE_TRANSFORM_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  install_properties(object);
  gst_type_mark_as_plugin_api(gan::precision_type(), GstPluginAPIFlags(0));
  GstCaps* const caps = gst_caps_from_string(GST_VIDEO_CAPS_MAKE(GAN_VIDEO_FORMATS));
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
  base->transform_size = GST_DEBUG_FUNCPTR(transform_size);
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->before_transform = GST_DEBUG_FUNCPTR(before_transform);
  base->transform = GST_DEBUG_FUNCPTR(transform);
  base->propose_allocation = GST_DEBUG_FUNCPTR(propose_allocation);
}
