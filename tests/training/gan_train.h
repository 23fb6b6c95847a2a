// SPDX-License-Identifier: LGPL-2.1-or-later
// Runs the real gan-train as a user does. Its path comes in the variable GAN_TRAIN.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "core/checkpoint/tensor_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "tests/core/checkpoint/scratch.h"

namespace gan::test {

class GanTrain {
 public:
  // Starts it; output goes to `log`.
  GanTrain(std::vector<std::string> arguments, const std::string& log) {
    const char* const program = std::getenv("GAN_TRAIN");
    check(program, ErrorKind::kSettings,
          "GAN_TRAIN must name the program, as tests/meson.build does");
    std::vector<char*> argv = {const_cast<char*>(program)};
    for (auto& argument : arguments) argv.push_back(argument.data());
    argv.push_back(nullptr);
    child_ = fork();
    if (child_ != 0) return;
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execv(program, argv.data());
    _exit(127);
  }
  ~GanTrain() {
    if (child_ > 0) {
      kill(child_, SIGKILL);
      wait();
    }
  }
  GanTrain(const GanTrain&) = delete;
  GanTrain& operator=(const GanTrain&) = delete;

  pid_t pid() const { return child_; }
  void signal(int number) const {
    if (child_ > 0) kill(child_, number);
  }
  bool running() {
    if (child_ <= 0) return false;
    if (waitpid(child_, &status_, WNOHANG) == 0) return true;
    child_ = 0;
    return false;
  }
  // The exit status, or 128 + the signal that killed it.
  int wait() {
    if (child_ > 0) wait4(child_, &status_, 0, &usage_);
    child_ = 0;
    return WIFEXITED(status_) ? WEXITSTATUS(status_) : 128 + WTERMSIG(status_);
  }

  // Largest resident size of the process that wait() saw end.
  int64_t peak_bytes() const { return int64_t{usage_.ru_maxrss} * 1024; }

 private:
  pid_t child_ = 0;
  int status_ = 0;
  rusage usage_ = {};
};

struct Finished {
  int status;
  std::string output;
};

inline std::string slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline Finished gan_train(const Scratch& scratch, std::vector<std::string> arguments) {
  const std::string log = scratch.file("output.txt");
  const int status = GanTrain(std::move(arguments), log).wait();
  return {status, slurp(log)};
}

// Pictures with edges and textures of several sizes.
inline void make_pictures(const std::string& folder, int count, Size size = {72, 64}) {
  std::filesystem::create_directories(folder);
  for (int i = 0; i < count; ++i) {
    Picture picture(size, 3);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x)
        for (int c = 0; c < 3; ++c)
          picture.span().row(y)[3 * x + c] =
              0.5f + 0.3f * std::sin(0.2f * static_cast<float>((c + 1) * x + i * y)) +
              ((x / (4 + i) + y / 8) % 2 ? 0.15f : -0.15f);
    write_image(folder + "/" + std::to_string(i) + ".png", picture.view());
  }
}

// The numbers of one column of a metrics.csv, from rows that have one.
inline std::vector<double> column(const std::string& table, const std::string& name) {
  const auto words = [](const std::string& line) {
    std::vector<std::string> list;
    std::istringstream text(line);
    for (std::string word; std::getline(text, word, ',');) list.push_back(word);
    return list;
  };
  std::istringstream rows(table);
  std::string line;
  std::getline(rows, line);
  const auto header = words(line);
  const auto place = static_cast<size_t>(std::ranges::find(header, name) - header.begin());
  std::vector<double> values;
  while (std::getline(rows, line))
    if (const auto row = words(line); place < row.size() && !row[place].empty())
      values.push_back(std::strtod(row[place].c_str(), nullptr));
  return values;
}

// Every tensor of both files is equal, bit for bit; those of b lie under a key, or none.
inline void expect_equal_weights(const std::string& a, const std::string& b,
                                 const std::string& under = "") {
  const TensorFile first = open_tensor_file(a), second = open_tensor_file(b);
  ASSERT_EQ(first.tensors.size(), second.tensors.size());
  for (const auto& entry : first.tensors) {
    const TensorEntry* other = second.find(under + entry.name);
    ASSERT_TRUE(other) << entry.name;
    std::vector<std::byte> x(static_cast<size_t>(entry.extent()) * item_size(entry.dtype)),
        y(x.size());
    first.read(entry, x);
    second.read(*other, y);
    EXPECT_TRUE(x == y) << entry.name << " of " << a << " and " << b;
  }
}

// Base of tests that run one recipe several times on scratch folder "data". Base: testing::Test or
// TestWithParam.
template <class Base>
class RunTest : public Base {
 protected:
  // Words of `gan-train run` that write into the scratch folder `out`.
  std::vector<std::string> command(const std::string& out,
                                   std::vector<std::string> more = {}) const {
    std::vector<std::string> words = {"run",         recipe(),
                                      "--data",      scratch_.file("data"),
                                      "--out",       scratch_.file(out),
                                      "--threads",   "1",
                                      "--precision", "fp32"};
    auto all = settings();
    all.insert(all.end(),
               {"save_every=7", "log_every=5", "validate_every=20", "workers=1", "look=0"});
    for (const char* setting : all) words.insert(words.end(), {"--set", setting});
    words.insert(words.end(), {"--steps", "40"});
    for (auto& word : more) words.push_back(std::move(word));
    return words;
  }
  std::string latest(const std::string& out) const {
    return scratch_.file(out + "/checkpoints/latest.safetensors");
  }
  std::string metrics(const std::string& out) const {
    return slurp(scratch_.file(out + "/metrics.csv"));
  }
  void run_whole(const std::string& out, std::vector<std::string> more = {}) {
    const Finished done = gan_train(scratch_, command(out, std::move(more)));
    ASSERT_EQ(done.status, 0) << done.output;
  }
  void resume_and_compare(const std::string& out) {
    // A kill may come before a run has written anything.
    const bool begun = std::filesystem::exists(scratch_.file(out + "/command.txt"));
    run_whole(out, begun ? std::vector<std::string>{"--resume"} : std::vector<std::string>());
    expect_equal_weights(latest("reference"), latest(out));
    EXPECT_EQ(metrics("reference"), metrics(out));
  }

  virtual const char* recipe() const = 0;
  virtual std::vector<const char*> settings() const = 0;  // of the recipe, as for --set

  Scratch scratch_;
};

}  // namespace gan::test
