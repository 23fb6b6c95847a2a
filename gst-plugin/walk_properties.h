// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of latentwalk: what they are, and their values.
#pragma once

#include <gst/gst.h>

#include "core/latent_walk.h"

namespace gan {

struct WalkSettings {
  WalkerOptions engine;
  WalkOptions walk;
  Pace pace;
  double truncation = 1;
  std::string grid = "1x1";
  std::string vectors, from_image, to_image;  // files
  GstClockTimeDiff timestamp_offset = 0;
  bool skip_when_late = true;
};

enum WalkProperty {
  kWalkModel = 1,
  kWalkDevice,
  kWalkPrecision,
  kWalkThreads,
  kWalkSeeds,
  kWalkExpression,
  kWalkVectors,
  kWalkFromImage,
  kWalkToImage,
  kWalkLabel,
  kWalkLabelPath,
  kWalkPath,
  kWalkInterpolation,
  kWalkSpeed,
  kWalkPeriod,
  kWalkPosition,
  kWalkTruncation,
  kWalkGrid,
  kWalkTimestampOffset,
  kWalkOnLate,
  kWalkIsLive,  // this and the following are the element's own
  kWalkStats,
};

void install_walk_properties(GObjectClass* object);
// False for an id that is not among those of WalkSettings.
bool set_walk_property(WalkSettings& settings, guint id, const GValue* value);
bool get_walk_property(const WalkSettings& settings, guint id, GValue* value);

// What the properties that name files hold. Throws Error.
WalkGround load_ground(const WalkSettings& settings, LatentWalker& walker);

// The property stats; empty without a walker. skipped: frames left out because they would have come
// late.
GstStructure* walk_stats(const LatentWalker* walker, guint64 skipped);

}  // namespace gan
