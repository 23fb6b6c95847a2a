// SPDX-License-Identifier: LGPL-2.1-or-later
// The values of every frame as a file: CSV or JSON lines, by the suffix of the path.
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/checkpoint/atomic_file.h"

namespace gan {

// Fields are those of the messages, under their names. CSV: a line of names, then a line a frame;
// infinity is "inf", what has no value "nan". JSON lines: an object a frame and at the end one with
// final=true; infinity is the string "inf", what has no value null.
// The file appears whole, when finish() is called; before, its lines are in a temporary file beside
// it. Every line is written at once: a full disk is an error at that frame, and no file appears.
class MeterLog {
 public:
  // Throws Error(kSettings) for other suffixes, Error(kUnwritable) when it cannot be written.
  explicit MeterLog(const std::string& path);
  void add_frame(const GstStructure* values);
  void finish(const GstStructure* summary);

 private:
  void write(const std::string& line);
  bool json_;
  bool any_ = false, broken_ = false;
  AtomicFile file_;
};

}  // namespace gan
