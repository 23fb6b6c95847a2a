// SPDX-License-Identifier: LGPL-2.1-or-later
// Which frames a slow step of a pipeline can still bring to the sink in time: begun too late, a
// frame is made and then thrown away.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>

namespace gan {

// All times are nanoseconds, of frames their running time. Not thread-safe.
class ArrivalForecast {
 public:
  // Nothing is known of the sink any more: after a flush.
  void forget_sink();
  // What a frame takes, where none has been made yet.
  void assume_cost(int64_t cost);

  // A frame was made between the two moments, and sent at a third.
  void made(int64_t frame, int64_t begun, int64_t done, int64_t sent);
  // A frame was passed on as it came, or made in a way that costs nothing: what is known of the
  // cost of the others grows old, so that one is tried again after a while.
  void passed(int64_t frame, int64_t sent);
  // The sink says that a frame reached it `late` after its time (negative: before).
  void told(int64_t frame, int64_t late);

  // The earliest frame that will be in time if it is begun now; none where any will do: no sink has
  // told anything, as those do not that wait for no clock, or nothing was made for long.
  std::optional<int64_t> earliest(int64_t now) const;
  // The same without a clock: what the sink would have thrown away already.
  std::optional<int64_t> earliest() const;
  // What a frame takes, with what it varies by. 0: unknown.
  int64_t cost() const { return cost_ < 0 ? 0 : cost_ + deviation_; }

 private:
  struct Passed {
    int64_t frame = 0, sent = 0;
  };
  void remember(int64_t frame, int64_t sent);

  std::array<Passed, 64> passed_{};  // ring
  uint64_t count_ = 0;
  int64_t last_ = 0;  // moment
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::min() / 2;
  bool told_ = false;
  int64_t late_until_ = kNever;  // frame
  // From here to the sink, less the latency that the pipeline grants; see told().
  int64_t way_ = 0;
  int64_t cost_ = -1, deviation_ = 0;
};

}  // namespace gan
