// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of latentwalk: what they are, and their values.
#pragma once

#include <gst/gst.h>

#include "core/engine.h"
#include "core/latent.h"

namespace gan {

struct WalkSettings {
  WalkerOptions engine;
  std::string seeds = "0";
  PathShape path = PathShape::kLoop;
  Interpolation interpolation = Interpolation::kSlerp;
  double speed = 1;      // key points a second
  double position = -1;  // in key points; -1: by speed and stream time
  double truncation = 1;
  GstClockTimeDiff timestamp_offset = 0;

  PathOptions path_options() const;  // throws Error(kSettings)
};

enum WalkProperty {
  kWalkModel = 1,
  kWalkDevice,
  kWalkPrecision,
  kWalkThreads,
  kWalkSeeds,
  kWalkPath,
  kWalkInterpolation,
  kWalkSpeed,
  kWalkPosition,
  kWalkTruncation,
  kWalkTimestampOffset,
  kWalkIsLive,  // the element's own
};

void install_walk_properties(GObjectClass* object);
// False for an id that is not among those of WalkSettings.
bool set_walk_property(WalkSettings& settings, guint id, const GValue* value);
bool get_walk_property(const WalkSettings& settings, guint id, GValue* value);

}  // namespace gan
