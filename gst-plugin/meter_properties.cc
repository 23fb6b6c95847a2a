// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_properties.h"

namespace gan {
namespace {

GType window_type() {
  static const GEnumValue values[] = {
      {0, "11x11 Gaussian, sigma 1.5 (Wang 2004, scikit-image, BasicSR)", "gaussian"},
      {1, "8x8 blocks 4 samples apart (FFmpeg, x264)", "ffmpeg"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstPsnrMeterSsimWindow", values);
  return type;
}

GType align_type() {
  static const GEnumValue values[] = {
      {static_cast<int>(Align::kRunningTime), "Frames of one running time", "running-time"},
      {static_cast<int>(Align::kFirstFrame), "The first frames, and by running time from there on",
       "first-frame"},
      {static_cast<int>(Align::kBest),
       "By the offset of the smallest difference in the first second", "best"},
      {0, nullptr, nullptr}};
  static const GType type = g_enum_register_static("GstPsnrMeterAlign", values);
  return type;
}

}  // namespace

bool set_meter_property(MeterSettings& settings, guint id, const GValue* value) {
  switch (id) {
    case kMeterTolerance: settings.pairing.tolerance_ns = g_value_get_uint64(value); break;
    case kMeterStrict: settings.pairing.strict = g_value_get_boolean(value); break;
    case kMeterAlign: settings.pairing.align = static_cast<Align>(g_value_get_enum(value)); break;
    case kMeterCropBorder: settings.meter.crop_border = g_value_get_int(value); break;
    case kMeterSsim: settings.meter.ssim = g_value_get_boolean(value); break;
    case kMeterSsimWindow:
      settings.meter.ssim_window = static_cast<SsimWindow>(g_value_get_enum(value));
      break;
    case kMeterMsSsim: settings.meter.ms_ssim = g_value_get_boolean(value); break;
    case kMeterFlicker: settings.meter.flicker = g_value_get_boolean(value); break;
    case kMeterLuma: settings.meter.luma = g_value_get_boolean(value); break;
    case kMeterThreads: settings.threads = g_value_get_int(value); break;
    case kMeterMessage: settings.messages = g_value_get_boolean(value); break;
    case kMeterLogFile: {
      const char* const path = g_value_get_string(value);
      settings.log_file = path ? path : "";
      break;
    }
    default: return false;
  }
  return true;
}

bool get_meter_property(const MeterSettings& settings, guint id, GValue* value) {
  switch (id) {
    case kMeterTolerance: g_value_set_uint64(value, settings.pairing.tolerance_ns); break;
    case kMeterStrict: g_value_set_boolean(value, settings.pairing.strict); break;
    case kMeterAlign: g_value_set_enum(value, static_cast<int>(settings.pairing.align)); break;
    case kMeterCropBorder: g_value_set_int(value, settings.meter.crop_border); break;
    case kMeterSsim: g_value_set_boolean(value, settings.meter.ssim); break;
    case kMeterSsimWindow:
      g_value_set_enum(value, static_cast<int>(settings.meter.ssim_window));
      break;
    case kMeterMsSsim: g_value_set_boolean(value, settings.meter.ms_ssim); break;
    case kMeterFlicker: g_value_set_boolean(value, settings.meter.flicker); break;
    case kMeterLuma: g_value_set_boolean(value, settings.meter.luma); break;
    case kMeterThreads: g_value_set_int(value, settings.threads); break;
    case kMeterMessage: g_value_set_boolean(value, settings.messages); break;
    case kMeterLogFile: g_value_set_string(value, settings.log_file.c_str()); break;
    default: return false;
  }
  return true;
}

void install_meter_properties(GObjectClass* object) {
  const auto install = [&](MeterProperty id, GParamSpec* spec) {
    g_object_class_install_property(object, id, spec);
  };
  const auto fixed =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto live =
      GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING);
  const auto flag = [&](MeterProperty id, const char* name, const char* nick, const char* blurb) {
    install(id, g_param_spec_boolean(name, nick, blurb, FALSE, fixed));
  };
  install(kMeterTolerance,
          g_param_spec_uint64("tolerance", "Tolerance",
                              "Largest difference of running times of a pair, in ns; must be less "
                              "than half the time between frames",
                              0, G_MAXUINT64, GST_MSECOND, live));
  install(kMeterStrict, g_param_spec_boolean("strict", "Strict",
                                             "A frame without a partner is an error", FALSE, live));
  install(kMeterAlign,
          g_param_spec_enum("align", "Align", "What makes frames of the two streams partners",
                            align_type(), 0, fixed));
  install(kMeterCropBorder,
          g_param_spec_int("crop-border", "Crop border",
                           "Luma samples left out at each side of the frame", 0, 1024, 0, fixed));
  install(kMeterSsim, g_param_spec_boolean("ssim", "SSIM", "Measure SSIM", TRUE, fixed));
  install(kMeterSsimWindow,
          g_param_spec_enum("ssim-window", "SSIM window", "Whose SSIM", window_type(), 0, fixed));
  flag(kMeterMsSsim, "ms-ssim", "MS-SSIM",
       "Measure multi-scale SSIM too; planes of 161 samples a side or more");
  flag(kMeterFlicker, "flicker", "Flicker",
       "Measure what changes from frame to frame and does not in the reference");
  flag(kMeterLuma, "luma", "Luma",
       "Measure the BT.601 luma of RGB formats too (as super-resolution papers do), as plane y");
  install(kMeterThreads,
          g_param_spec_int("threads", "Threads", "Threads that measure; 0: one for each processor",
                           0, 1024, 0, fixed));
  install(kMeterMessage,
          g_param_spec_boolean("message", "Message", "Post an element message for every frame",
                               TRUE, live));
  install(kMeterLogFile,
          g_param_spec_string("log-file", "Log file",
                              "Write the values of every frame here: .csv, or .jsonl (JSON lines); "
                              "the file appears when the measurement ends",
                              "", fixed));
  install(kMeterStats,
          g_param_spec_boxed("stats", "Statistics",
                             "frames, identical, unpaired-reference, unpaired-processed, "
                             "reference-after-end, processed-after-end, repeated-reference, "
                             "repeated-processed; offset; means of mse, psnr, ssim and what else "
                             "is measured, also of each plane; psnr-mean, psnr-min",
                             GST_TYPE_STRUCTURE,
                             GParamFlags(G_PARAM_READABLE | G_PARAM_STATIC_STRINGS)));
  for (const GType type : {window_type(), align_type()})
    gst_type_mark_as_plugin_api(type, GstPluginAPIFlags(0));
}

}  // namespace gan
