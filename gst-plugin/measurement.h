// SPDX-License-Identifier: LGPL-2.1-or-later
// One measurement of psnrmeter, from the start or a flush to the end of both streams: which frames
// belong together, their quality, the log and what is said about them.
#pragma once

#include <memory>
#include <string>

#include "core/workers.h"
#include "gst-plugin/locked.h"
#include "gst-plugin/meter_log.h"
#include "gst-plugin/meter_properties.h"
#include "gst-plugin/meter_report.h"

namespace gan {

// The streaming thread's, but for summary(), which any thread may call.
class Measurement {
 public:
  // From zero, with these settings. Throws Error when log-file cannot be written.
  void begin(const MeterSettings& settings);

  // See Pairing::next.
  Pairing::Step next(const StreamHead& reference, const StreamHead& processed,
                     const PairingOptions& options, bool late);
  // Measures the pair that next() has just found, and logs it. The structure for a message.
  UniqueStructure add(const FrameView& reference, const FrameView& processed,
                      const FramePlace& place);
  UniqueStructure summary(const char* name);
  // The summary with final=true, once; null when it was there before. The log appears.
  UniqueStructure finish();
  // Why nothing was paired, when it is time to say so: at the end, and after 100 frames.
  std::string complaint(bool at_end) const;

  void end_threads() { workers_.reset(); }

 private:
  struct Measured {
    FrameMeter meter;
    PairingCounts counts;
    MeterOptions options;
  };
  Locked<Measured> measured_;
  Pairing pairing_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<MeterLog> log_;
  bool finished_ = true;
};

}  // namespace gan
