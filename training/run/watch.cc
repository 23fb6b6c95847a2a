// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/watch.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.h"

namespace gan::training {
namespace {

using Clock = std::chrono::steady_clock;

double age_of(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string host() {
  char name[256] = "?";
  gethostname(name, sizeof name - 1);
  return name;
}

// Keys of the board. Rank 0 looks at all others, they look at it and at what it finds.
std::string alive(int rank) { return "alive/" + std::to_string(rank); }
constexpr const char* kEnd = "end";        // why the run ends
constexpr const char* kBroken = "broken";  // somebody's connection is; rank 0 finds out by whom

}  // namespace

struct Watch::State {
  Board board;
  int rank, ranks;
  double limit;

  mutable std::mutex mutex;
  std::condition_variable changed;
  bool stopping = false, stopped = false;
  int64_t meeting = 0;
  bool busy = false;
  std::string last_word;
  bool last_word_told = false;
  bool broken_here = false, broken = false;  // a connection; of this process, of any

  struct Seen {
    std::string text, who;
    Clock::time_point changed = Clock::now();
    int64_t meeting = 0;
    bool busy = false;
  };
  std::vector<Seen> seen;                     // by rank
  std::string end;                            // what somebody has said
  Clock::time_point answered = Clock::now();  // the board, the last time

  std::string name(int other) const {
    const auto& who = seen[static_cast<size_t>(other)].who;
    return concat("rank ", other, who.empty() ? "" : " (" + who + ")");
  }
  bool watched(int other) const { return other != rank && (rank == 0 || other == 0); }

  void tell_and_ask(int64_t number);
  std::string gone() const;
};

// The board is used without the lock: it may block for long.
void Watch::State::tell_and_ask(int64_t number) {
  std::string mine, word;
  bool tells_broken = false;
  {
    const std::lock_guard lock(mutex);
    mine = concat(number, " ", meeting, " ", busy ? 1 : 0, " ", host(), ", process ", getpid());
    word = last_word_told ? "" : last_word;
    tells_broken = broken_here && !broken;
  }
  board.tell(alive(rank), mine);
  if (!word.empty()) board.tell(kEnd, word);
  if (tells_broken) board.tell(kBroken, "1");
  const bool is_broken = board.ask(kBroken).has_value();
  const auto why = board.ask(kEnd);
  for (int other = 0; other < ranks; ++other) {
    if (!watched(other)) continue;
    const auto text = board.ask(alive(other));
    const std::lock_guard lock(mutex);
    Seen& one = seen[static_cast<size_t>(other)];
    if (!text || *text == one.text) continue;
    one.text = *text;
    one.changed = Clock::now();
    long long at = 0;
    int is_busy = 0, length = 0;
    if (std::sscanf(text->c_str(), "%*s %lld %d %n", &at, &is_busy, &length) == 2)
      one.who = text->substr(static_cast<size_t>(length));
    one.meeting = at;
    one.busy = is_busy != 0;
  }
  std::string found;
  {
    const std::lock_guard lock(mutex);
    if (!word.empty()) last_word_told = true;
    if (why) end = *why;
    broken = is_broken;
    answered = Clock::now();
    if (rank == 0 && broken && end.empty() && last_word.empty()) found = gone();
  }
  // Rank 0 alone sees all; its own thread may just be at a validation.
  if (found.empty()) return;
  board.tell(kEnd, found);
  const std::lock_guard lock(mutex);
  end = found;
}

void Watch::beat(const std::shared_ptr<State>& state) {
  for (int64_t number = 0;; ++number) {
    try {
      state->tell_and_ask(number);
    } catch (const std::exception&) {
      // The board may come back; when it does not, `answered` tells.
    }
    std::unique_lock lock(state->mutex);
    state->changed.notify_all();
    const auto called = [&] {
      return state->stopping || (!state->last_word.empty() && !state->last_word_told);
    };
    state->changed.wait_for(lock, std::chrono::duration<double>(kBeat), called);
    if (!state->stopping) continue;
    state->stopped = true;
    state->changed.notify_all();
    return;
  }
}

Watch::Watch(Board board, int rank, int ranks, double limit) : state_(std::make_shared<State>()) {
  state_->board = std::move(board);
  state_->rank = rank;
  state_->ranks = ranks;
  state_->limit = std::max(limit, 2.5 * kBeat);
  state_->seen.resize(static_cast<size_t>(ranks));
  std::thread(beat, state_).detach();
}

Watch::~Watch() {
  std::unique_lock lock(state_->mutex);
  state_->stopping = true;
  state_->changed.notify_all();
  state_->changed.wait_for(lock, std::chrono::seconds(2), [this] { return state_->stopped; });
}

void Watch::at(int64_t meeting, bool busy) {
  const std::lock_guard lock(state_->mutex);
  state_->meeting = meeting;
  state_->busy = busy;
}

void Watch::leave(const std::string& why) {
  State& all = *state_;
  std::unique_lock lock(all.mutex);
  if (all.end.empty()) {
    all.last_word = concat("rank ", all.rank, " (", host(), ", process ", getpid(), "): ", why);
    all.changed.notify_all();
    all.changed.wait_for(lock, std::chrono::seconds(3), [&] { return all.last_word_told; });
  }
  // The board may end with rank 0, so the others have some beats to read it.
  if (all.rank == 0)
    all.changed.wait_for(lock, std::chrono::duration<double>(2.5 * kBeat), [] { return false; });
}

std::string Watch::trouble(double waited_seconds) const {
  const State& all = *state_;
  const std::lock_guard lock(all.mutex);
  if (!all.end.empty() && all.end != all.last_word) return all.end;
  if (age_of(all.answered) > all.limit)
    return concat(all.name(0), " has not answered for ", static_cast<int>(age_of(all.answered)),
                  " s");
  if (all.broken)
    if (auto who = all.gone(); !who.empty()) return who;
  for (int other = 0; other < all.ranks; ++other) {
    if (!all.watched(other)) continue;
    const auto& one = all.seen[static_cast<size_t>(other)];
    if (age_of(one.changed) > all.limit)
      return concat(all.name(other), " has been silent for ", static_cast<int>(age_of(one.changed)),
                    " s");
    if (waited_seconds > all.limit + 2 * kBeat && one.meeting < all.meeting && !one.busy)
      return concat(all.name(other), " has let the others wait for ",
                    static_cast<int>(waited_seconds), " s");
  }
  return "";
}

// Who has been silent since a connection broke; the caller holds the lock.
std::string Watch::State::gone() const {
  for (int other = 0; other < ranks; ++other)
    if (watched(other) && age_of(seen[static_cast<size_t>(other)].changed) > 2.5 * kBeat)
      return concat(name(other), " has gone");
  return age_of(answered) > 2.5 * kBeat ? concat(name(0), " has gone") : "";
}

std::string Watch::culprit() {
  State& all = *state_;
  const std::lock_guard lock(all.mutex);
  all.broken_here = true;
  return !all.end.empty() && all.end != all.last_word ? all.end : all.gone();
}

}  // namespace gan::training
