// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/pairing.h"

#include <cstdio>

#include "core/error.h"

namespace gan {
namespace {

std::string seconds(uint64_t nanoseconds) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6f s", static_cast<double>(nanoseconds) / 1e9);
  return text;
}

}  // namespace

void Pairing::check_order(const Stream& stream, const StreamHead& head, uint64_t tolerance) {
  if (!head.running_time_ns || !stream.last) return;
  const uint64_t now = *head.running_time_ns, last = *stream.last;
  // Written without sums, which a large tolerance would overflow.
  check(now > last && (now - last - 1) / 2 >= tolerance, ErrorKind::kSettings,
        "frames must be more than twice the tolerance (", seconds(tolerance),
        ") apart, or pairs are ambiguous; in the ", stream.name, " one at ", seconds(now),
        " follows one at ", seconds(last));
}

void Pairing::take_alone(bool of_reference, const StreamHead& head, bool after_end,
                         const PairingOptions& options) {
  Stream& stream = of_reference ? reference_ : processed_;
  const uint64_t number = of_reference ? counts_.reference++ : counts_.processed++;
  ++(of_reference ? counts_.unpaired_reference : counts_.unpaired_processed);
  if (after_end) ++(of_reference ? counts_.reference_after_end : counts_.processed_after_end);
  stream.last = head.running_time_ns;
  if (!stream.first) stream.first = stream.last;
  check(!options.strict, ErrorKind::kFailed, "frame ", number, " of the ", stream.name, ", at ",
        seconds(*stream.last), ", has no partner within ", seconds(options.tolerance_ns));
}

Pairing::Step Pairing::next(const StreamHead& reference, const StreamHead& processed,
                            const PairingOptions& options, bool late) {
  check_order(reference_, reference, options.tolerance_ns);
  check_order(processed_, processed, options.tolerance_ns);
  const auto& a = reference.running_time_ns;
  const auto& b = processed.running_time_ns;
  if (a && b) {
    if ((*a > *b ? *a - *b : *b - *a) <= options.tolerance_ns) {
      reference_.last = a;
      processed_.last = b;
      ++counts_.reference;
      ++counts_.processed;
      ++counts_.pairs;
      return Step::kPair;
    }
    take_alone(*a < *b, *a < *b ? reference : processed, false, options);
    return *a < *b ? Step::kReferenceAlone : Step::kProcessedAlone;
  }
  if (!a && !b) return reference.ended && processed.ended ? Step::kEnd : Step::kWait;
  const bool ended = a ? processed.ended : reference.ended;
  if (!ended && !late) return Step::kWait;
  take_alone(a.has_value(), a ? reference : processed, ended, options);
  return a ? Step::kReferenceAlone : Step::kProcessedAlone;
}

std::string Pairing::why_none() const {
  if (counts_.pairs > 0 || counts_.reference + counts_.processed == 0) return "";
  const auto text = [](const Stream& stream, uint64_t frames) {
    if (frames == 0) return concat("no frame of the ", stream.name);
    return concat(frames, " frames of the ", stream.name, " from ", seconds(*stream.first), " to ",
                  seconds(*stream.last));
  };
  return concat("no frame has found a partner of its running time: ",
                text(reference_, counts_.reference), ", ", text(processed_, counts_.processed));
}

}  // namespace gan
