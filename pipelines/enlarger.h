// SPDX-License-Identifier: LGPL-2.1-or-later
// enhancegan frame by frame, for the commands that look at what networks do.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "pipelines/element_line.h"

namespace gan {

struct EnlargerOptions {
  std::string model;                    // of enhancegan; empty: its default
  std::vector<std::string> properties;  // PROPERTY=VALUE
  std::function<void(const std::string&)> say;
  const std::atomic<bool>* stop = nullptr;
};

class Enlarger {
 public:
  // Throws Error for the properties, and what the element says when it starts.
  explicit Enlarger(const EnlargerOptions& options);

  void put(const AVFrame& frame, AVRational time_base);
  UniqueFrame take();  // that which was put first; its times are those of the frame put

  UniqueFrame run(UniqueFrame frame);

 private:
  ElementLine line_;
  std::vector<UniqueFrame> inside_;
};

// How many times as large the model makes frames.
int scale_of(const EnlargerOptions& options);

// What a model is called: a built-in one's name, a file's without folder and suffix.
std::string name_of_model(const std::string& model);

}  // namespace gan
