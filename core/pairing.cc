// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/pairing.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "core/error.h"
#include "core/time_offsets.h"

namespace gan {
namespace {

constexpr size_t kTimesForAdvice = 64;
constexpr uint64_t kRounding_ns = 1000;

template <class Integer>
std::string seconds(Integer nanoseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f s", static_cast<double>(nanoseconds) / 1e9);
  return text;
}

// Of times in ns.
uint64_t apart(int64_t a, int64_t b) { return static_cast<uint64_t>(std::abs(a - b)); }

}  // namespace

void Pairing::look_at(Stream& stream, const StreamHead& head, uint64_t frames_taken) {
  if (head.running_time_ns && frames_taken < kTimesForAdvice &&
      stream.first_times.size() == frames_taken)
    stream.first_times.push_back(*head.running_time_ns);
}

void Pairing::check_order(const Stream& stream, const StreamHead& head, uint64_t tolerance) {
  if (!head.running_time_ns || !stream.latest) return;
  const uint64_t now = *head.running_time_ns, latest = *stream.latest;
  const uint64_t distance = std::max(now, latest) - std::min(now, latest);
  // Written without sums, which a large tolerance would overflow.
  check(distance <= kRounding_ns || (distance - 1) / 2 >= tolerance, ErrorKind::kSettings,
        "frames must be more than twice the tolerance (", seconds(tolerance),
        ") apart, or pairs are ambiguous; in the ", stream.name, " one at ", seconds(now),
        " follows one at ", seconds(latest));
}

void Pairing::take(Stream& stream, const StreamHead& head) {
  stream.latest = std::max(stream.latest.value_or(0), *head.running_time_ns);
}

void Pairing::take_alone(bool of_reference, const StreamHead& head, bool after_end,
                         const PairingOptions& options) {
  Stream& stream = of_reference ? reference_ : processed_;
  const uint64_t number = of_reference ? counts_.reference++ : counts_.processed++;
  ++(of_reference ? counts_.unpaired_reference : counts_.unpaired_processed);
  if (after_end) ++(of_reference ? counts_.reference_after_end : counts_.processed_after_end);
  if (stream.latest && *head.running_time_ns <= *stream.latest + kRounding_ns)
    ++(of_reference ? counts_.repeated_reference : counts_.repeated_processed);
  take(stream, head);
  check(!options.strict, ErrorKind::kFailed, "frame ", number, " of the ", stream.name, ", at ",
        seconds(*head.running_time_ns), ", has no partner within ", seconds(options.tolerance_ns));
}

void Pairing::set_offset(int64_t offset_ns) {
  counts_.offset_ns = offset_ns;
  has_offset_ = true;
}

void Pairing::find_offset(const PairingOptions& options) {
  if (has_offset_) return;
  if (options.align == Align::kRunningTime) set_offset(0);
  const auto &reference = reference_.first_times, &processed = processed_.first_times;
  if (options.align == Align::kFirstFrame && !reference.empty() && !processed.empty())
    set_offset(static_cast<int64_t>(reference[0]) - static_cast<int64_t>(processed[0]));
}

Pairing::Step Pairing::next(const StreamHead& reference, const StreamHead& processed,
                            const PairingOptions& options, bool late) {
  check_order(reference_, reference, options.tolerance_ns);
  check_order(processed_, processed, options.tolerance_ns);
  look_at(reference_, reference, counts_.reference);
  look_at(processed_, processed, counts_.processed);
  find_offset(options);
  const bool searching = options.align == Align::kBest && !has_offset_;
  if (searching && !late) return Step::kWait;
  const auto& a = reference.running_time_ns;
  const auto& b = processed.running_time_ns;
  if (a && b) {
    const auto reference_time = static_cast<int64_t>(*a);
    const int64_t shifted_time = static_cast<int64_t>(*b) + counts_.offset_ns;
    if (!searching && apart(reference_time, shifted_time) <= options.tolerance_ns) {
      take(reference_, reference);
      take(processed_, processed);
      ++counts_.reference;
      ++counts_.processed;
      ++counts_.pairs;
      return Step::kPair;
    }
    const bool reference_first = reference_time < shifted_time;
    take_alone(reference_first, reference_first ? reference : processed, false, options);
    return reference_first ? Step::kReferenceAlone : Step::kProcessedAlone;
  }
  if (!a && !b) return reference.ended && processed.ended ? Step::kEnd : Step::kWait;
  const bool ended = a ? processed.ended : reference.ended;
  if (!ended && !late) return Step::kWait;
  take_alone(a.has_value(), a ? reference : processed, ended, options);
  return a ? Step::kReferenceAlone : Step::kProcessedAlone;
}

std::string Pairing::advice(const PairingOptions& options) const {
  const Times reference = reference_.first_times, processed = processed_.first_times;
  const auto offsets = time_offsets(reference, processed, options.tolerance_ns);
  if (offsets.empty()) return "";
  const auto pairs = [](const TimeOffset& offset) { return offset.pairs.size(); };
  const TimeOffset& best = *std::ranges::max_element(offsets, {}, pairs);
  const TimeOffset now = meet_at(counts_.offset_ns, reference, processed, options.tolerance_ns);
  if (pairs(best) <= pairs(now)) return "; no offset pairs more: do both have one frame rate?";
  const int64_t of_first_frames =
      static_cast<int64_t>(reference[0]) - static_cast<int64_t>(processed[0]);
  const bool first_frames = options.align != Align::kFirstFrame &&
                            apart(best.offset_ns, of_first_frames) <= options.tolerance_ns;
  const bool pictures = options.align != Align::kBest;
  return concat("; an offset of ", seconds(best.offset_ns),
                ", added to the times of the processed stream, would pair ", pairs(best),
                " of the first ", std::min(reference.size(), processed.size()),
                first_frames || pictures ? ": " : "", first_frames ? "align=first-frame" : "",
                first_frames && pictures ? " or " : "", pictures ? "align=best" : "");
}

std::string Pairing::doubt() const {
  const uint64_t repeated = counts_.repeated_reference + counts_.repeated_processed;
  if (repeated == 0) return "";
  return concat(
      repeated, " frames of ",
      counts_.repeated_processed == 0   ? "the reference"
      : counts_.repeated_reference == 0 ? "the processed stream"
                                        : "the streams",
      " repeat the time of an earlier one and have no partner; if the times after them are "
      "wrong too, so are the pairs");
}

std::string Pairing::complaint(const PairingOptions& options) const {
  const PairingCounts& c = counts_;
  const uint64_t alone = c.unpaired_reference + c.unpaired_processed,
                 after_end = c.reference_after_end + c.processed_after_end;
  if (c.pairs > 0 ? alone - after_end <= c.pairs : alone == 0) return "";
  const auto text = [](const Stream& stream, uint64_t frames) {
    if (stream.first_times.empty()) return concat("no frame of the ", stream.name);
    if (frames == 0)
      return concat("the first frame of the ", stream.name, " at ", seconds(stream.first_times[0]));
    return concat(frames, " frames of the ", stream.name, " from ", seconds(stream.first_times[0]),
                  " to ", seconds(*stream.latest));
  };
  const std::string fact = c.pairs == 0 ? "no frame has found a partner of its running time"
                                        : concat("only ", 2 * c.pairs,
                                                 " frames have found a partner of their running "
                                                 "time, ",
                                                 alone, " have none");
  return concat(fact, ": ", text(reference_, c.reference), ", ", text(processed_, c.processed),
                advice(options));
}

}  // namespace gan
