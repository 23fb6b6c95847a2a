// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/arrival_forecast.h"

#include <algorithm>
#include <cstdlib>
#include <span>

namespace gan {
namespace {

// Video sinks throw away what is more than 5 ms late; less than that is shown.
constexpr int64_t kForgiven = 4'000'000;
// Where nothing was made for so many times its cost, and so long, one frame is tried: the cost may
// have fallen, and something should be seen.
constexpr int64_t kPatience = 8, kLeastPatience = 1'000'000'000;

}  // namespace

void ArrivalForecast::forget_sink() {
  told_ = false;
  late_until_ = kNever;
  count_ = 0;
  way_ = 0;
}

void ArrivalForecast::assume_cost(int64_t cost) {
  cost_ = cost;
  deviation_ = 0;
}

void ArrivalForecast::remember(int64_t frame, int64_t sent) {
  passed_[count_++ % passed_.size()] = {frame, sent};
  last_ = sent;
}

// Mean and mean deviation, as TCP estimates round trips (RFC 6298).
void ArrivalForecast::made(int64_t frame, int64_t begun, int64_t done, int64_t sent) {
  const int64_t cost = done - begun;
  if (cost_ < 0) {
    cost_ = cost;
  } else {
    deviation_ += (std::abs(cost - cost_) - deviation_) / 4;
    cost_ += (cost - cost_) / 8;
  }
  remember(frame, sent);
}

void ArrivalForecast::passed(int64_t frame, int64_t sent) {
  if (cost_ > 0) cost_ -= cost_ / 64;
  remember(frame, sent);
}

// A frame that came before its time may have waited in a queue, so it only shows that the way can
// be that short; one that came late did not wait.
void ArrivalForecast::told(int64_t frame, int64_t late) {
  const bool first = !told_;
  told_ = true;
  late_until_ = frame + late;
  const auto known = std::span(passed_).first(std::min<size_t>(count_, passed_.size()));
  const auto found = std::ranges::find(known, frame, &Passed::frame);
  if (found == known.end()) return;
  const int64_t way = late - (found->sent - frame);
  if (first || way < way_)
    way_ = way;
  else if (late > 0)
    way_ += (way - way_) / 2;
}

std::optional<int64_t> ArrivalForecast::earliest(int64_t now) const {
  if (!told_ || now > last_ + std::max(kPatience * cost(), kLeastPatience)) return std::nullopt;
  return std::max(late_until_ + 1, now + cost() + way_ - kForgiven);
}

std::optional<int64_t> ArrivalForecast::earliest() const {
  return told_ ? std::optional(late_until_ + 1) : std::nullopt;
}

}  // namespace gan
