// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/enhance_properties.h"

#include "core/error.h"
#include "gst-plugin/precision_type.h"

namespace gan {
namespace {

GType on_late_type() {
  static const GEnumValue values[] = {{0, "A frame that would come late is dropped", "drop"},
                                      {1, "It is enlarged plainly, without the network", "plain"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstEnhanceGanOnLate", values);
  return type;
}

}  // namespace

bool set_enhance_property(EnhanceSettings& settings, guint id, const GValue* value) {
  EnhancerOptions& engine = settings.engine;
  const auto text = [&] {
    const char* const given = g_value_get_string(value);
    return std::string(given ? given : "");
  };
  switch (id) {
    case kEnhanceModel: engine.model = text(); break;
    case kEnhanceDevice: engine.device = text().empty() ? "auto" : text(); break;
    case kEnhancePrecision: engine.precision = precision_nick(g_value_get_enum(value)); break;
    case kEnhanceKernel: engine.kernel = text(); break;
    case kEnhanceThreads: engine.threads = g_value_get_int(value); break;
    case kEnhanceAllowTorchScript: engine.allow_torchscript = g_value_get_boolean(value); break;
    case kEnhanceTileSize: engine.tile_size = g_value_get_int(value); break;
    case kEnhanceTileOverlap: engine.tile_overlap = g_value_get_int(value); break;
    case kEnhanceMemoryLimit: engine.memory_limit = g_value_get_uint64(value); break;
    case kEnhanceSkipUnchanged: engine.skip_unchanged = g_value_get_boolean(value); break;
    case kEnhanceFramesInFlight: engine.frames_in_flight = g_value_get_int(value); break;
    case kEnhanceStrength: settings.strength = g_value_get_double(value); break;
    case kEnhanceSplit: settings.split = g_value_get_double(value); break;
    case kEnhanceLatentSeeds: settings.seeds = text(); break;
    case kEnhanceLatentPosition: settings.pace.position = g_value_get_double(value); break;
    case kEnhanceLatentSpeed: settings.pace.speed = g_value_get_double(value); break;
    case kEnhanceOnLate: settings.plain_when_late = g_value_get_enum(value) == 1; break;
    case kEnhanceReload: settings.reload = g_value_get_boolean(value); break;
    default: return false;
  }
  return true;
}

bool get_enhance_property(const EnhanceSettings& settings, guint id, GValue* value) {
  const EnhancerOptions& engine = settings.engine;
  switch (id) {
    case kEnhanceModel: g_value_set_string(value, engine.model.c_str()); break;
    case kEnhanceDevice: g_value_set_string(value, engine.device.c_str()); break;
    case kEnhancePrecision: g_value_set_enum(value, precision_index(engine.precision)); break;
    case kEnhanceKernel: g_value_set_string(value, engine.kernel.c_str()); break;
    case kEnhanceThreads: g_value_set_int(value, engine.threads); break;
    case kEnhanceAllowTorchScript: g_value_set_boolean(value, engine.allow_torchscript); break;
    case kEnhanceTileSize: g_value_set_int(value, engine.tile_size); break;
    case kEnhanceTileOverlap: g_value_set_int(value, engine.tile_overlap); break;
    case kEnhanceMemoryLimit: g_value_set_uint64(value, engine.memory_limit); break;
    case kEnhanceSkipUnchanged: g_value_set_boolean(value, engine.skip_unchanged); break;
    case kEnhanceFramesInFlight: g_value_set_int(value, engine.frames_in_flight); break;
    case kEnhanceStrength: g_value_set_double(value, settings.strength); break;
    case kEnhanceSplit: g_value_set_double(value, settings.split); break;
    case kEnhanceLatentSeeds: g_value_set_string(value, settings.seeds.c_str()); break;
    case kEnhanceLatentPosition: g_value_set_double(value, settings.pace.position); break;
    case kEnhanceLatentSpeed: g_value_set_double(value, settings.pace.speed); break;
    case kEnhanceOnLate: g_value_set_enum(value, settings.plain_when_late); break;
    case kEnhanceReload: g_value_set_boolean(value, settings.reload); break;
    default: return false;
  }
  return true;
}

namespace {

constexpr auto kFixed =
    GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
constexpr auto kLive =
    GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
constexpr auto kDriven = GParamFlags(kLive | GST_PARAM_CONTROLLABLE);

void install(GObjectClass* object, EnhanceProperty id, GParamSpec* spec) {
  g_object_class_install_property(object, id, spec);
}

void install_network(GObjectClass* object) {
  install(object, kEnhanceModel,
          g_param_spec_string("model", "Model",
                              "Path of a checkpoint (safetensors, or an official .pth), or the "
                              "name of a built-in model; empty: the built-in 2x network",
                              "", kLive));
  install(object, kEnhanceDevice,
          g_param_spec_string("device", "Device", "auto, cpu, cuda or cuda:N", "auto", kFixed));
  install(object, kEnhancePrecision,
          g_param_spec_enum("precision", "Precision",
                            "Number format of the network; auto and fast: on the CPU the fastest "
                            "that is near enough to fp32, by a trial, for formats of 8 bits",
                            precision_type(), 0, kFixed));
  install(object, kEnhanceKernel,
          g_param_spec_string("kernel", "Kernel",
                              "How the network is computed, a word that stats has, so that several "
                              "machines agree; empty: as the precision leaves it open",
                              "", kFixed));
  install(object, kEnhanceThreads,
          g_param_spec_int("threads", "Threads", "CPU threads of this element; 0: all", 0, 1024, 0,
                           kFixed));
  install(object, kEnhanceAllowTorchScript,
          g_param_spec_boolean("allow-torchscript", "Allow TorchScript",
                               "Play TorchScript archives too. A script can run any operator, "
                               "also ones that write files: only for files that you trust",
                               FALSE, kFixed));
}

void install_tiles(GObjectClass* object) {
  install(object, kEnhanceTileSize,
          g_param_spec_int("tile-size", "Tile size",
                           "Side of the tiles a frame is cut into, in input pixels, 16 or more; 0: "
                           "the whole frame at once, or as memory-limit wants it",
                           0, 65536, 0, kFixed));
  install(object, kEnhanceTileOverlap,
          g_param_spec_int("tile-overlap", "Tile overlap",
                           "Pixels that a tile reads beyond its own on each side; 0: the network's "
                           "reach, at most 64, by which tiles cannot be seen",
                           0, 1024, 0, kFixed));
  install(object, kEnhanceMemoryLimit,
          g_param_spec_uint64("memory-limit", "Memory limit",
                              "Bytes of host memory that frames and tiles may take; tiles are made "
                              "to fit; 0: half of what the machine has to give",
                              0, G_MAXUINT64, 0, kFixed));
  install(object, kEnhanceSkipUnchanged,
          g_param_spec_boolean("skip-unchanged", "Skip unchanged",
                               "Squares of 32 pixels whose input is bit for bit that "
                               "of the frame before keep their output, exact within 1 code",
                               FALSE, kFixed));
}

void install_flight(GObjectClass* object) {
  install(
      object, kEnhanceFramesInFlight,
      g_param_spec_int("frames-in-flight", "Frames in flight",
                       "Frames that a GPU has at once: one goes up, one is made, one comes down. "
                       "Live, each but the first makes the picture later by a frame",
                       1, 16, 3, kFixed));
}

void install_look(GObjectClass* object) {
  install(object, kEnhanceStrength,
          g_param_spec_double("strength", "Strength",
                              "Share of the network against plain bicubic resampling", 0, 1, 1,
                              kDriven));
  install(object, kEnhanceSplit,
          g_param_spec_double("split", "Split",
                              "Share of the width, from the left, that shows the plain input "
                              "resampled, for comparing by eye",
                              0, 1, 0, kDriven));
  install(object, kEnhanceLatentSeeds,
          g_param_spec_string("latent-seeds", "Latent seeds",
                              "For networks with a code, key points of its path, a loop: such as "
                              "3, 1, 8-11, each numpy.random.RandomState(seed).randn(n); empty: "
                              "the code of zeros",
                              "", kLive));
  install(object, kEnhanceLatentPosition,
          g_param_spec_double("latent-position", "Latent position",
                              "Where the code stands on its path, in key points; -1: driven by "
                              "stream time at latent-speed",
                              -1, 1e9, -1, kDriven));
  install(object, kEnhanceLatentSpeed,
          g_param_spec_double("latent-speed", "Latent speed", "Key points a second of stream time",
                              -1000, 1000, 1, kDriven));
}

void install_stream(GObjectClass* object) {
  install(object, kEnhanceOnLate,
          g_param_spec_enum("on-late", "On late",
                            "What becomes of a frame that would come late; drop wants the property "
                            "qos, plain keeps what is late from the elements before",
                            on_late_type(), 0, kLive));
  install(object, kEnhanceReload,
          g_param_spec_boolean("reload", "Reload",
                               "Load the model's file again when it changes; another network takes "
                               "over between two frames",
                               FALSE, kLive));
}

}  // namespace

void install_enhance_properties(GObjectClass* object) {
  install_network(object);
  install_tiles(object);
  install_flight(object);
  install_look(object);
  install_stream(object);
  install(object, kEnhanceStats,
          g_param_spec_boxed("stats", "Statistics",
                             "frames, degraded, copied, tiles, tiles-skipped, retries, tile-size, "
                             "network, model, device, "
                             "precision, engine, kernel, scale, latent, expected-ms, mean-ms, "
                             "p95-ms; empty while no network is loaded",
                             GST_TYPE_STRUCTURE,
                             GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  for (const GType type : {precision_type(), on_late_type()})
    gst_type_mark_as_plugin_api(type, GstPluginAPIFlags(0));
}

GstStructure* enhance_stats(const NetworkKeeper& keeper, guint64 degraded, guint64 copied) {
  GstStructure* const stats = gst_structure_new_empty("enhancegan-stats");
  const auto enhancer = keeper.current();
  if (!enhancer) return stats;
  const EnhancerStats now = keeper.stats();
  const EnhancerInfo info = enhancer->info();
  gst_structure_set(
      stats, "frames", G_TYPE_UINT64, now.frames, "degraded", G_TYPE_UINT64, degraded, "copied",
      G_TYPE_UINT64, copied, "tiles", G_TYPE_UINT64, now.tiles, "tiles-skipped", G_TYPE_UINT64,
      now.tiles_skipped, "retries", G_TYPE_UINT64, now.retries, "tile-size", G_TYPE_INT,
      now.tile_size, "network", G_TYPE_STRING, info.network.c_str(), "model", G_TYPE_STRING,
      info.model.c_str(), "device", G_TYPE_STRING, info.device.c_str(), "precision", G_TYPE_STRING,
      info.precision.c_str(), "engine", G_TYPE_STRING, info.engine.c_str(), "kernel", G_TYPE_STRING,
      info.kernel.c_str(), "scale", G_TYPE_INT, info.scale, "latent", G_TYPE_INT, info.latent,
      "expected-ms", G_TYPE_DOUBLE, now.expected_ms, "mean-ms", G_TYPE_DOUBLE, now.mean_ms,
      "p95-ms", G_TYPE_DOUBLE, now.p95_ms, nullptr);
  return stats;
}

}  // namespace gan
