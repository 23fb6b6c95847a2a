// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frames of two streams belong together: those of one running time, and no others.
//
// Frames are taken in order. Two make a pair when their running times, those of the processed
// stream shifted by the offset, differ by no more than the tolerance. A pair can only be the right
// one if no other frame is as near, so the frames of each stream must be more than twice the
// tolerance apart. A frame without a partner is counted and never repeated, replaced or compared
// with another one.
//
// Some files give several frames one time (but for rounding, a microsecond), or let times go back.
// Where both streams do so alike, the frames pair in order; the surplus of one stream is alone, and
// counted as repeated too.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gan {

// What the offset is: none; the one by which the first frames of the streams are partners; or one
// that is found by looking at the frames, for which Pairing waits (set_offset).
enum class Align { kRunningTime, kFirstFrame, kBest };

struct PairingCounts {
  uint64_t reference = 0, processed = 0;  // frames of each stream
  uint64_t pairs = 0;
  uint64_t unpaired_reference = 0, unpaired_processed = 0;
  // Of the unpaired ones, those after the end of the other stream.
  uint64_t reference_after_end = 0, processed_after_end = 0;
  // Of the unpaired ones, those whose time is that of an earlier frame of their stream, or goes
  // back.
  uint64_t repeated_reference = 0, repeated_processed = 0;
  int64_t offset_ns = 0;  // added to the running times of the processed stream; 0 until it is known
};

struct PairingOptions {
  uint64_t tolerance_ns = 1'000'000;
  bool strict = false;  // a frame without a partner is an error
  Align align = Align::kRunningTime;
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
  // frame yet is not waited for. While the offset of kBest is not set, all wait, but for the
  // earlier frame when `late`. Throws Error(kSettings) when frames of a stream are too near to each
  // other, Error(kFailed) for an unpaired frame when strict.
  Step next(const StreamHead& reference, const StreamHead& processed, const PairingOptions& options,
            bool late = false);

  // Of kBest; before the first pair.
  void set_offset(int64_t offset_ns);
  bool has_offset() const { return has_offset_; }

  const PairingCounts& counts() const { return counts_; }
  // When frames that should have had a partner and have none outnumber the pairs: where the two
  // streams are, and which offset would pair them; else empty.
  std::string complaint(const PairingOptions& options) const;
  // When frames of one stream alone repeat a time: that the pairs after them may be wrong, since
  // such times are often too small from there on; else empty.
  std::string doubt() const;

 private:
  struct Stream {
    const char* name;
    std::optional<uint64_t> latest;     // of the running times of frames taken
    std::vector<uint64_t> first_times;  // of as many frames as are of use for advice
  };
  static void look_at(Stream& stream, const StreamHead& head, uint64_t frames_taken);
  static void check_order(const Stream& stream, const StreamHead& head, uint64_t tolerance);
  static void take(Stream& stream, const StreamHead& head);
  void find_offset(const PairingOptions& options);
  void take_alone(bool of_reference, const StreamHead& head, bool after_end,
                  const PairingOptions& options);
  std::string advice(const PairingOptions& options) const;

  Stream reference_{"reference", {}, {}}, processed_{"processed stream", {}, {}};
  bool has_offset_ = false;
  PairingCounts counts_;
};

}  // namespace gan
