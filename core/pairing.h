// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frames of two streams belong together: those of one running time, and no others.
//
// Frames are taken in order. Two make a pair when their running times differ by no more than the
// tolerance. A pair can only be the right one if no other frame is as near, so the frames of each
// stream must be more than twice the tolerance apart. A frame without a partner is counted and
// never repeated, replaced or compared with another one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace gan {

struct PairingCounts {
  uint64_t reference = 0, processed = 0;  // frames of each stream
  uint64_t pairs = 0;
  uint64_t unpaired_reference = 0, unpaired_processed = 0;
  // Of the unpaired ones, those after the end of the other stream.
  uint64_t reference_after_end = 0, processed_after_end = 0;
};

struct PairingOptions {
  uint64_t tolerance_ns = 1'000'000;
  bool strict = false;  // a frame without a partner is an error
};

// The oldest frame of a stream that is not taken yet.
struct StreamHead {
  std::optional<uint64_t> running_time_ns;
  bool ended = false;  // no frame will follow
};

class Pairing {
 public:
  enum class Step { kWait, kPair, kReferenceAlone, kProcessedAlone, kEnd };

  // What to do with the two heads; the frames it names are taken. With `late`, a stream that has no
  // frame yet is not waited for. Throws Error(kSettings) when frames of a stream are too near to
  // each other, Error(kFailed) for an unpaired frame when strict.
  Step next(const StreamHead& reference, const StreamHead& processed, const PairingOptions& options,
            bool late = false);

  const PairingCounts& counts() const { return counts_; }
  // Says, when many frames have come and none found a partner, where the two streams are; else
  // empty.
  std::string why_none() const;

 private:
  struct Stream {
    const char* name;
    std::optional<uint64_t> first, last;  // running times of frames taken
  };
  static void check_order(const Stream& stream, const StreamHead& head, uint64_t tolerance);
  void take_alone(bool of_reference, const StreamHead& head, bool after_end,
                  const PairingOptions& options);

  Stream reference_{"reference", {}, {}}, processed_{"processed stream", {}, {}};
  PairingCounts counts_;
};

}  // namespace gan
