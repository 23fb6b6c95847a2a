// SPDX-License-Identifier: LGPL-2.1-or-later
// Several processes of one run, as a launcher starts them.
#pragma once

#include <chrono>
#include <map>
#include <thread>

#include "tests/training/gan_train.h"
#include "training/run/launch.h"

namespace gan::test {

class Processes {
 public:
  // Of the program that the variable names; each writes to log + its rank.
  Processes(int count, const char* variable, std::vector<std::string> words, std::string log)
      : log_(std::move(log)) {
    const char* const program = std::getenv(variable);
    check(program, ErrorKind::kSettings, variable,
          " must name the program, as tests/meson.build does");
    const std::string port = std::to_string(training::free_port());
    words.insert(words.begin(), program);
    for (int rank = 0; rank < count; ++rank) {
      std::vector<char*> argv;
      for (auto& word : words) argv.push_back(word.data());
      argv.push_back(nullptr);
      const pid_t child = fork();
      if (child != 0) {
        children_.push_back(child);
        continue;
      }
      for (const auto& [key, value] :
           std::map<std::string, std::string>{{"RANK", std::to_string(rank)},
                                              {"LOCAL_RANK", std::to_string(rank)},
                                              {"WORLD_SIZE", std::to_string(count)},
                                              {"LOCAL_WORLD_SIZE", std::to_string(count)},
                                              {"MASTER_ADDR", "127.0.0.1"},
                                              {"MASTER_PORT", port}})
        setenv(key.c_str(), value.c_str(), 1);
      const int out =
          open((log_ + std::to_string(rank)).c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
      dup2(out, STDOUT_FILENO);
      dup2(out, STDERR_FILENO);
      execv(program, argv.data());
      _exit(127);
    }
  }
  ~Processes() {
    for (const pid_t child : children_)
      if (child > 0) kill(child, SIGKILL), waitpid(child, nullptr, 0);
  }
  Processes(const Processes&) = delete;
  Processes& operator=(const Processes&) = delete;

  void signal(int rank, int number) const {
    if (const pid_t child = children_[static_cast<size_t>(rank)]; child > 0) kill(child, number);
  }
  // All statuses, by rank: of exit, or 128 + the signal; -1: did not end within so many seconds.
  std::vector<int> wait(double seconds) {
    const auto begin = std::chrono::steady_clock::now();
    std::vector<int> all(children_.size(), -1);
    for (size_t left = children_.size(); left > 0;) {
      for (size_t i = 0; i < children_.size(); ++i) {
        int status = 0;
        if (children_[i] <= 0 || waitpid(children_[i], &status, WNOHANG) == 0) continue;
        children_[i] = 0;
        --left;
        all[i] = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
      }
      if (std::chrono::steady_clock::now() - begin > std::chrono::duration<double>(seconds)) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return all;
  }
  std::string output(int rank) const { return slurp(log_ + std::to_string(rank)); }

 private:
  std::string log_;
  std::vector<pid_t> children_;  // 0: has ended
};

}  // namespace gan::test
