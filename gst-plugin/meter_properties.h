// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of psnrmeter: what they are, and their values.
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/frame_meter.h"
#include "core/pairing.h"

namespace gan {

struct MeterSettings {
  MeterOptions meter;
  PairingOptions pairing;
  int threads = 0;
  bool messages = true;
  std::string log_file;
};

enum MeterProperty {
  kMeterTolerance = 1,
  kMeterStrict,
  kMeterAlign,
  kMeterCropBorder,
  kMeterSsim,
  kMeterSsimWindow,
  kMeterMsSsim,
  kMeterFlicker,
  kMeterLuma,
  kMeterThreads,
  kMeterMessage,
  kMeterLogFile,
  kMeterStats,  // the element's own
};

void install_meter_properties(GObjectClass* object);
// False for an id that is not among those of MeterSettings.
bool set_meter_property(MeterSettings& settings, guint id, const GValue* value);
bool get_meter_property(const MeterSettings& settings, guint id, GValue* value);

}  // namespace gan
