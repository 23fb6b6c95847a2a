// SPDX-License-Identifier: LGPL-2.1-or-later
// The properties of enhancegan: what they are, and their values.
#pragma once

#include <gst/gst.h>

#include "core/engine.h"
#include "core/latent_path.h"
#include "gst-plugin/network_keeper.h"

namespace gan {

struct EnhanceSettings {
  EnhancerOptions engine;
  double strength = 1, split = 0;
  std::string seeds;  // key points of the code's path; empty: the code of zeros
  Pace pace;
  bool plain_when_late = false;  // else frames that come late are dropped
  bool reload = false;
};

enum EnhanceProperty {
  kEnhanceModel = 1,
  kEnhanceDevice,
  kEnhancePrecision,
  kEnhanceKernel,
  kEnhanceThreads,
  kEnhanceAllowTorchScript,
  kEnhanceTileSize,
  kEnhanceTileOverlap,
  kEnhanceMemoryLimit,
  kEnhanceSkipUnchanged,
  kEnhanceFramesInFlight,
  kEnhanceStrength,
  kEnhanceSplit,
  kEnhanceLatentSeeds,
  kEnhanceLatentPosition,
  kEnhanceLatentSpeed,
  kEnhanceOnLate,
  kEnhanceReload,
  kEnhanceStats,  // the element's own
};

void install_enhance_properties(GObjectClass* object);
// False for an id that is not among those of EnhanceSettings.
bool set_enhance_property(EnhanceSettings& settings, guint id, const GValue* value);
bool get_enhance_property(const EnhanceSettings& settings, guint id, GValue* value);

// The property stats; empty while no network is loaded. degraded: frames enlarged plainly.
GstStructure* enhance_stats(const NetworkKeeper& keeper, guint64 degraded, guint64 copied);

}  // namespace gan
