// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/walk_properties.h"

#include "gst-plugin/precision_type.h"

namespace gan {
namespace {

GType path_type() {
  static const GEnumValue values[] = {
      {0, "From the first seed to the last, and there it stays", "line"},
      {1, "And from the last seed back to the first", "loop"},
      {2, "After the last seed come the following ones without end", "random"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstLatentWalkPath", values);
  return type;
}

GType interpolation_type() {
  static const GEnumValue values[] = {{0, "Along great circles", "slerp"},
                                      {1, "Along straight lines", "lerp"},
                                      {2, "Smooth through the seeds", "spline"},
                                      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstLatentWalkInterpolation", values);
  return type;
}

}  // namespace

PathOptions WalkSettings::path_options() const { return {parse_seeds(seeds), path, interpolation}; }

bool set_walk_property(WalkSettings& settings, guint id, const GValue* value) {
  const auto text = [&] {
    const char* const given = g_value_get_string(value);
    return std::string(given ? given : "");
  };
  switch (id) {
    case kWalkModel: settings.engine.model = text(); break;
    case kWalkDevice: settings.engine.device = text().empty() ? "auto" : text(); break;
    case kWalkPrecision: settings.engine.precision = precision_nick(g_value_get_enum(value)); break;
    case kWalkThreads: settings.engine.threads = g_value_get_int(value); break;
    case kWalkSeeds: settings.seeds = text(); break;
    case kWalkPath: settings.path = static_cast<PathShape>(g_value_get_enum(value)); break;
    case kWalkInterpolation:
      settings.interpolation = static_cast<Interpolation>(g_value_get_enum(value));
      break;
    case kWalkSpeed: settings.speed = g_value_get_double(value); break;
    case kWalkPosition: settings.position = g_value_get_double(value); break;
    case kWalkTruncation: settings.truncation = g_value_get_double(value); break;
    case kWalkTimestampOffset: settings.timestamp_offset = g_value_get_int64(value); break;
    default: return false;
  }
  return true;
}

bool get_walk_property(const WalkSettings& settings, guint id, GValue* value) {
  switch (id) {
    case kWalkModel: g_value_set_string(value, settings.engine.model.c_str()); break;
    case kWalkDevice: g_value_set_string(value, settings.engine.device.c_str()); break;
    case kWalkPrecision: g_value_set_enum(value, precision_index(settings.engine.precision)); break;
    case kWalkThreads: g_value_set_int(value, settings.engine.threads); break;
    case kWalkSeeds: g_value_set_string(value, settings.seeds.c_str()); break;
    case kWalkPath: g_value_set_enum(value, static_cast<int>(settings.path)); break;
    case kWalkInterpolation:
      g_value_set_enum(value, static_cast<int>(settings.interpolation));
      break;
    case kWalkSpeed: g_value_set_double(value, settings.speed); break;
    case kWalkPosition: g_value_set_double(value, settings.position); break;
    case kWalkTruncation: g_value_set_double(value, settings.truncation); break;
    case kWalkTimestampOffset: g_value_set_int64(value, settings.timestamp_offset); break;
    default: return false;
  }
  return true;
}

void install_walk_properties(GObjectClass* object) {
  const auto install = [&](WalkProperty id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  const auto fixed =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto live =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  const auto driven = GParamFlags(live | GST_PARAM_CONTROLLABLE);
  install(kWalkModel,
          g_param_spec_string("model", "Model", "Path of a generator's checkpoint", "", fixed));
  install(kWalkDevice,
          g_param_spec_string("device", "Device", "auto, cpu, cuda or cuda:N", "auto", fixed));
  install(kWalkPrecision,
          g_param_spec_enum("precision", "Precision", "Number format of the network",
                            precision_type(), 0, fixed));
  install(kWalkThreads, g_param_spec_int("threads", "Threads",
                                         "CPU threads of this element; 0: all", 0, 1024, 0, fixed));
  install(kWalkSeeds,
          g_param_spec_string("seeds", "Seeds", "Key points, such as 3, 1, 8-11", "0", live));
  install(kWalkPath, g_param_spec_enum("path", "Path", "What comes after the last seed",
                                       path_type(), 1, live));
  install(kWalkInterpolation,
          g_param_spec_enum("interpolation", "Interpolation", "How the path runs from seed to seed",
                            interpolation_type(), 0, live));
  install(kWalkSpeed, g_param_spec_double("speed", "Speed", "Key points a second of stream time",
                                          -1000, 1000, 1, driven));
  install(kWalkPosition, g_param_spec_double("position", "Position",
                                             "In key points; -1: driven by speed and stream time",
                                             -1, 1e9, -1, driven));
  install(kWalkTruncation,
          g_param_spec_double("truncation", "Truncation",
                              "1: codes as they are; nearer to 0: nearer to the mean "
                              "picture",
                              -10, 10, 1, driven));
  install(kWalkIsLive,
          g_param_spec_boolean("is-live", "Is live", "Act as a live source", FALSE, fixed));
  install(kWalkTimestampOffset,
          g_param_spec_int64("timestamp-offset", "Timestamp offset",
                             "Nanoseconds added to every timestamp", 0, G_MAXINT64, 0, fixed));
  for (const GType type : {precision_type(), path_type(), interpolation_type()})
    gst_type_mark_as_plugin_api(type, GstPluginAPIFlags(0));
}

}  // namespace gan
