// SPDX-License-Identifier: LGPL-2.1-or-later
// One measurement of psnrmeter, from the start or a flush to the end of both streams: which frames
// belong together, their quality, the log and what is said about them.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "core/alignment.h"
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

  // Whether next() may be called with both heads.
  bool aligned() const { return pairing_.has_offset(); }
  // Finds the offset of align=best. Running times stay as they are where none fits.
  Alignment align(std::span<const AlignmentFrame> reference,
                  std::span<const AlignmentFrame> processed, const PairingOptions& options);
  // See Pairing::next.
  Pairing::Step next(const StreamHead& reference, const StreamHead& processed,
                     const PairingOptions& options, bool late);
  // Measures the pair that next() has just found, and logs it. The structure for a message.
  UniqueStructure add(const FrameView& reference, const FrameView& processed,
                      const FramePlace& place);
  UniqueStructure summary(const char* name);
  // The summary with final=true, once; null when it was there before. The log appears.
  UniqueStructure finish();
  // What Pairing complains of, when it is time to say so: at the end, and once before, after 32
  // frames without a partner.
  std::string complaint(const PairingOptions& options, bool at_end);
  std::string doubt() const { return pairing_.doubt(); }
  PairingCounts counts() const { return pairing_.counts(); }

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
  bool finished_ = true, complained_ = false;
};

}  // namespace gan
