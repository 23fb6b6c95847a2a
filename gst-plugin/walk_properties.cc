// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/walk_properties.h"

#include "gst-plugin/picture_file.h"
#include "gst-plugin/precision_type.h"

namespace gan {
namespace {

GType path_type() {
  static const GEnumValue values[] = {
      {0, "From the first key point to the last, and there it stays", "line"},
      {1, "And from the last key point back to the first", "loop"},
      {2, "After the last key point come those of the following seeds, without end", "random"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstLatentWalkPath", values);
  return type;
}

GType interpolation_type() {
  static const GEnumValue values[] = {{0, "Along great circles", "slerp"},
                                      {1, "Along straight lines", "lerp"},
                                      {2, "Smooth through the key points", "spline"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstLatentWalkInterpolation", values);
  return type;
}

GType on_late_type() {
  static const GEnumValue values[] = {{0, "Frames that would come late are left out", "skip"},
                                      {1, "Every frame is drawn", "draw"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstLatentWalkOnLate", values);
  return type;
}

}  // namespace

bool set_walk_property(WalkSettings& settings, guint id, const GValue* value) {
  WalkOptions& walk = settings.walk;
  const auto text = [&] {
    const char* const given = g_value_get_string(value);
    return std::string(given ? given : "");
  };
  switch (id) {
    case kWalkModel: settings.engine.model = text(); break;
    case kWalkDevice: settings.engine.device = text().empty() ? "auto" : text(); break;
    case kWalkPrecision: settings.engine.precision = precision_nick(g_value_get_enum(value)); break;
    case kWalkThreads: settings.engine.threads = g_value_get_int(value); break;
    case kWalkSeeds: walk.seeds = text(); break;
    case kWalkExpression: walk.expression = text(); break;
    case kWalkVectors: settings.vectors = text(); break;
    case kWalkFromImage: settings.from_image = text(); break;
    case kWalkToImage: settings.to_image = text(); break;
    case kWalkLabel: walk.label = g_value_get_int(value); break;
    case kWalkLabelPath: walk.label_path = text(); break;
    case kWalkPath: walk.shape = static_cast<PathShape>(g_value_get_enum(value)); break;
    case kWalkInterpolation:
      walk.interpolation = static_cast<Interpolation>(g_value_get_enum(value));
      break;
    case kWalkSpeed: settings.pace.speed = g_value_get_double(value); break;
    case kWalkPeriod: walk.period = g_value_get_int(value); break;
    case kWalkPosition: settings.pace.position = g_value_get_double(value); break;
    case kWalkTruncation: settings.truncation = g_value_get_double(value); break;
    case kWalkGrid: settings.grid = text().empty() ? "1x1" : text(); break;
    case kWalkTimestampOffset: settings.timestamp_offset = g_value_get_int64(value); break;
    case kWalkOnLate: settings.skip_when_late = g_value_get_enum(value) == 0; break;
    default: return false;
  }
  return true;
}

bool get_walk_property(const WalkSettings& settings, guint id, GValue* value) {
  const WalkOptions& walk = settings.walk;
  switch (id) {
    case kWalkModel: g_value_set_string(value, settings.engine.model.c_str()); break;
    case kWalkDevice: g_value_set_string(value, settings.engine.device.c_str()); break;
    case kWalkPrecision: g_value_set_enum(value, precision_index(settings.engine.precision)); break;
    case kWalkThreads: g_value_set_int(value, settings.engine.threads); break;
    case kWalkSeeds: g_value_set_string(value, walk.seeds.c_str()); break;
    case kWalkExpression: g_value_set_string(value, walk.expression.c_str()); break;
    case kWalkVectors: g_value_set_string(value, settings.vectors.c_str()); break;
    case kWalkFromImage: g_value_set_string(value, settings.from_image.c_str()); break;
    case kWalkToImage: g_value_set_string(value, settings.to_image.c_str()); break;
    case kWalkLabel: g_value_set_int(value, walk.label); break;
    case kWalkLabelPath: g_value_set_string(value, walk.label_path.c_str()); break;
    case kWalkPath: g_value_set_enum(value, static_cast<int>(walk.shape)); break;
    case kWalkInterpolation: g_value_set_enum(value, static_cast<int>(walk.interpolation)); break;
    case kWalkSpeed: g_value_set_double(value, settings.pace.speed); break;
    case kWalkPeriod: g_value_set_int(value, walk.period); break;
    case kWalkPosition: g_value_set_double(value, settings.pace.position); break;
    case kWalkTruncation: g_value_set_double(value, settings.truncation); break;
    case kWalkGrid: g_value_set_string(value, settings.grid.c_str()); break;
    case kWalkTimestampOffset: g_value_set_int64(value, settings.timestamp_offset); break;
    case kWalkOnLate: g_value_set_enum(value, settings.skip_when_late ? 0 : 1); break;
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

void install(GObjectClass* object, WalkProperty id, GParamSpec* spec) {
  g_object_class_install_property(object, id, spec);
}

void install_network(GObjectClass* object) {
  install(object, kWalkModel,
          g_param_spec_string("model", "Model",
                              "Path of a generator's checkpoint, or the name of a built-in model; "
                              "empty: the built-in generator of clothes",
                              "", kFixed));
  install(object, kWalkDevice,
          g_param_spec_string("device", "Device", "auto, cpu, cuda or cuda:N", "auto", kFixed));
  install(object, kWalkPrecision,
          g_param_spec_enum("precision", "Precision",
                            "Number format of the network; auto and fast are fp32",
                            precision_type(), 0, kFixed));
  install(object, kWalkThreads,
          g_param_spec_int(
              "threads", "Threads",
              "CPU threads of this element, each drawing pictures of its own; 0: all, at most 16",
              0, 1024, 0, kFixed));
  install(object, kWalkStats,
          g_param_spec_boxed("stats", "Statistics",
                             "frames, skipped, network, device, precision, width, height, "
                             "latent, classes, "
                             "mean-ms, p95-ms; empty while no network is loaded",
                             GST_TYPE_STRUCTURE,
                             GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
}

void install_key_points(GObjectClass* object) {
  install(object, kWalkSeeds,
          g_param_spec_string("seeds", "Seeds",
                              "Key points, such as 3, 1, 8-11: codes of "
                              "numpy.random.RandomState(seed).randn(n); empty: 0-7, or as many as "
                              "the grid has cells, or none beside from-image and to-image",
                              "", kLive));
  install(object, kWalkExpression,
          g_param_spec_string("expression", "Expression",
                              "Key points instead of seeds, separated by ;, such as a - b + c; 0.5 "
                              "* a; mean(seed(3), seed(17))",
                              "", kLive));
  install(object, kWalkVectors,
          g_param_spec_string("vectors", "Vectors",
                              "JSON file of the vectors that expression names: name to seed or "
                              "list of numbers",
                              "", kFixed));
  install(object, kWalkFromImage,
          g_param_spec_string("from-image", "From image",
                              "Picture whose code is the first key point; for networks with an "
                              "encoder (vae)",
                              "", kFixed));
  install(object, kWalkToImage,
          g_param_spec_string("to-image", "To image",
                              "Picture whose code is the last key point; for networks with an "
                              "encoder (vae)",
                              "", kFixed));
  install(object, kWalkLabel,
          g_param_spec_int("label", "Label", "Class of every picture, for conditional networks", 0,
                           99999, 0, kLive));
  install(object, kWalkLabelPath,
          g_param_spec_string("label-path", "Label path",
                              "Class of each key point instead of label, such as 0-9; classes "
                              "blend from one to the next, and the shorter list of key points and "
                              "classes is repeated",
                              "", kLive));
}

void install_walk(GObjectClass* object) {
  install(object, kWalkPath,
          g_param_spec_enum("path", "Path", "What comes after the last key point", path_type(), 1,
                            kLive));
  install(object, kWalkInterpolation,
          g_param_spec_enum("interpolation", "Interpolation",
                            "How the path runs from key point to key point", interpolation_type(),
                            0, kLive));
  install(object, kWalkSpeed,
          g_param_spec_double("speed", "Speed", "Key points a second of stream time", -1000, 1000,
                              1, kDriven));
  install(object, kWalkPeriod,
          g_param_spec_int("period", "Period",
                           "Frames of one round of a loop, or of a line from end to end, in steps "
                           "of one length; 0: by speed",
                           0, G_MAXINT, 0, kLive));
  install(
      object, kWalkPosition,
      g_param_spec_double("position", "Position", "In key points; -1: driven by period or speed",
                          -1, 1e9, -1, kDriven));
  install(object, kWalkTruncation,
          g_param_spec_double("truncation", "Truncation",
                              "1: codes as they are; nearer to 0: nearer to the mean picture", -10,
                              10, 1, kDriven));
  install(object, kWalkGrid,
          g_param_spec_string("grid", "Grid",
                              "ROWSxCOLUMNS of pictures, each one key point ahead of the one "
                              "before it",
                              "1x1", kFixed));
}

}  // namespace

void install_walk_properties(GObjectClass* object) {
  install_network(object);
  install_key_points(object);
  install_walk(object);
  install(object, kWalkIsLive,
          g_param_spec_boolean("is-live", "Is live", "Act as a live source", FALSE, kFixed));
  install(object, kWalkTimestampOffset,
          g_param_spec_int64("timestamp-offset", "Timestamp offset",
                             "Nanoseconds added to every timestamp", 0, G_MAXINT64, 0, kFixed));
  install(object, kWalkOnLate,
          g_param_spec_enum("on-late", "On late",
                            "What becomes of frames that would come late: of a live source, and "
                            "where the sink keeps to the clock",
                            on_late_type(), 0, kLive));
  for (const GType type : {precision_type(), path_type(), interpolation_type(), on_late_type()})
    gst_type_mark_as_plugin_api(type, GstPluginAPIFlags(0));
}

WalkGround load_ground(const WalkSettings& settings, LatentWalker& walker) {
  const WalkerInfo info = walker.info();
  WalkGround ground{info.latent, info.classes, parse_grid(settings.grid).cells(), {}, {}, {}};
  if (!settings.vectors.empty()) ground.vectors = read_vectors(settings.vectors, info.latent);
  const auto code_of = [&](const std::string& path) {
    return walker.encode(PictureFile(path).view());
  };
  if (!settings.from_image.empty()) ground.from_image = code_of(settings.from_image);
  if (!settings.to_image.empty()) ground.to_image = code_of(settings.to_image);
  return ground;
}

GstStructure* walk_stats(const LatentWalker* walker, guint64 skipped) {
  GstStructure* const stats = gst_structure_new_empty("latentwalk-stats");
  if (!walker) return stats;
  const WalkerStats now = walker->stats();
  const WalkerInfo info = walker->info();
  gst_structure_set(stats, "frames", G_TYPE_UINT64, now.frames, "skipped", G_TYPE_UINT64, skipped,
                    "network", G_TYPE_STRING, info.network.c_str(), "device", G_TYPE_STRING,
                    info.device.c_str(), "precision", G_TYPE_STRING, info.precision.c_str(),
                    "width", G_TYPE_INT, info.size.width, "height", G_TYPE_INT, info.size.height,
                    "latent", G_TYPE_INT, info.latent, "classes", G_TYPE_INT, info.classes,
                    "mean-ms", G_TYPE_DOUBLE, now.mean_ms, "p95-ms", G_TYPE_DOUBLE, now.p95_ms,
                    nullptr);
  return stats;
}

}  // namespace gan
