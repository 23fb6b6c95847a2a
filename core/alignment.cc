// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/alignment.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/error.h"
#include "core/time_offsets.h"

namespace gan {
namespace {

constexpr double kAlike = 32;         // code values of 8 bits
constexpr double kUsualSlack = 0.05;  // of the mean squared difference

// Note [Excess]
// Shifts pair different frames, and frames differ in how well they were processed: the mean
// difference alone prefers the shift that leaves out the worst frames, or pairs black frames alone.
// So a pair is judged by how much worse it is than the next best that either frame finds in the
// other stream: less than nothing for the right partner, nothing for any in a still scene.
class Differences {
 public:
  Differences(std::span<const AlignmentFrame> reference, std::span<const AlignmentFrame> processed)
      : rows_(reference.size()), columns_(processed.size()) {
    for (const auto& r : reference)
      for (const auto& p : processed) values_.push_back(squared_difference(r.picture, p.picture));
  }
  double of(size_t r, size_t p) const { return values_[r * columns_ + p]; }
  double excess(size_t r, size_t p) const {
    double next_of_reference = INFINITY, next_of_processed = INFINITY;
    for (size_t other = 0; other < columns_; ++other)
      if (other != p) next_of_reference = std::min(next_of_reference, of(r, other));
    for (size_t other = 0; other < rows_; ++other)
      if (other != r) next_of_processed = std::min(next_of_processed, of(other, p));
    // A stream of one frame offers no other.
    if (columns_ == 1) next_of_reference = next_of_processed;
    if (rows_ == 1) next_of_processed = next_of_reference;
    const double next = std::max(next_of_reference, next_of_processed);
    return std::isinf(next) ? 0 : of(r, p) - next;
  }

 private:
  size_t rows_, columns_;
  std::vector<double> values_;
};

struct Judged {
  double excess = 0, difference = 0;  // means over the pairs
};

Judged judge(const TimeOffset& offset, const Differences& differences) {
  Judged sum;
  for (const auto& [r, p] : offset.pairs) {
    sum.excess += differences.excess(r, p);
    sum.difference += differences.of(r, p);
  }
  const auto count = static_cast<double>(offset.pairs.size());
  return {sum.excess / count, sum.difference / count};
}

std::vector<uint64_t> times_of(std::span<const AlignmentFrame> frames) {
  std::vector<uint64_t> times;
  for (const auto& frame : frames) times.push_back(frame.running_time_ns);
  return times;
}

// Number of the chosen one. Noise must not win over what is usual, so that needs to be as good but
// for a small part of its difference.
size_t choose(const std::vector<TimeOffset>& offsets, const std::vector<Judged>& judged) {
  double least = INFINITY;
  for (const Judged& one : judged) least = std::min(least, one.excess);
  for (size_t i = 0; i < offsets.size(); ++i)
    if (offsets[i].usual && judged[i].excess <= least + kUsualSlack * judged[i].difference)
      return i;
  size_t best = 0;
  for (size_t i = 1; i < offsets.size(); ++i)
    if (judged[i].excess < judged[best].excess) best = i;
  return best;
}

}  // namespace

Alignment best_alignment(std::span<const AlignmentFrame> reference,
                         std::span<const AlignmentFrame> processed, uint64_t tolerance_ns) {
  const auto offsets = time_offsets(times_of(reference), times_of(processed), tolerance_ns);
  if (offsets.empty()) return {};
  const Differences differences(reference, processed);
  std::vector<Judged> judged;
  for (const TimeOffset& offset : offsets) judged.push_back(judge(offset, differences));
  const size_t chosen = choose(offsets, judged);
  const double difference = rms_of_8bit(judged[chosen].difference);
  const bool fits = difference <= kAlike;
  return {fits, fits ? offsets[chosen].offset_ns : 0, offsets[chosen].pairs.size(), difference,
          offsets.size()};
}

std::string Alignment::text() const {
  if (candidates == 0) return "one of the streams has no frame";
  if (!fits)
    return concat("no offset of ", candidates, " makes the pictures alike; the best leaves ",
                  difference, " of 255 between them");
  return concat("offset ", offset_ns, " ns, the best of ", candidates, ": it pairs ", pairs,
                " frames, which differ by ", difference, " of 255");
}

}  // namespace gan
