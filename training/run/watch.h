// SPDX-License-Identifier: LGPL-2.1-or-later
// Which of a run's processes are alive and how far they are. Each says so every two seconds, by a
// thread of its own; so somebody who is silent is dead, stopped or cut off, and somebody who only
// takes long is told from them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gan::training {

// Where all processes can leave texts for each other. Both may block and throw.
struct Board {
  std::function<void(const std::string& key, const std::string& text)> tell;
  std::function<std::optional<std::string>(const std::string& key)> ask;
};

class Watch {
 public:
  // limit: seconds that one may be silent, or may let the others wait; at least two and a half
  // beats.
  Watch(Board board, int rank, int ranks, double limit);
  ~Watch();  // does not wait for a board that blocks

  // How many meetings this process has come to, and whether it is busy with what the others wait
  // for without limit, such as a validation.
  void at(int64_t meeting, bool busy);
  // Tells the others why this process ends; takes some seconds at most.
  void leave(const std::string& why);
  // Why a meeting that this process has waited for so long will not take place; empty: it may.
  std::string trouble(double waited_seconds) const;
  // Who is to blame for a broken connection of this process, or empty; to be asked for some
  // seconds.
  std::string culprit();

  static constexpr double kBeat = 2;  // seconds

 private:
  struct State;
  static void beat(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;  // its thread may outlive the watch
};

}  // namespace gan::training
