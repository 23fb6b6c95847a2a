// SPDX-License-Identifier: LGPL-2.1-or-later
// What stands side by side: the input, what networks make of it, other files of the same moments.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/frame.h"
#include "pipelines/clip.h"
#include "pipelines/enlarger.h"

namespace gan {

// One of them, as RGB24 frames of one size.
class Column {
 public:
  Column(std::string label, Size cell);
  virtual ~Column() = default;

  const std::string& label() const { return label_; }
  virtual void put(const AVFrame& input, AVRational time_base) = 0;  // the next frame of the input

  // What belongs beside it. `time_s`: since the file's first frame; `slack_s`: how far off it may
  // be.
  virtual UniqueFrame take(double time_s, double slack_s) = 0;

 protected:
  UniqueFrame fitted(UniqueFrame frame);
  const FilterTarget& target() const { return target_; }

 private:
  std::string label_;
  FilterTarget target_;
  std::optional<FrameFilter> fit_;
  FilterInput fitted_;
};

class InputColumn : public Column {
 public:
  using Column::Column;
  void put(const AVFrame& input, AVRational) override;
  UniqueFrame take(double, double) override { return fitted(std::move(frame_)); }

 private:
  UniqueFrame frame_;
};

class NetworkColumn : public Column {
 public:
  NetworkColumn(std::string label, Size cell, const EnlargerOptions& options)
      : Column(std::move(label), cell), enlarger_(options) {}
  void put(const AVFrame& input, AVRational time_base) override { enlarger_.put(input, time_base); }
  UniqueFrame take(double, double) override { return fitted(enlarger_.take()); }

 private:
  Enlarger enlarger_;
};

// The frame of another file that is shown at the time.
class FileColumn : public Column {
 public:
  FileColumn(std::string label, Size cell, const std::string& path, const ReaderOptions& options);
  void put(const AVFrame&, AVRational) override {}
  UniqueFrame take(double time_s, double slack_s) override;

 private:
  Clip clip_;
  UniqueFrame shown_, next_;
};

// All columns' frames in a row, under their names.
class Canvas {
 public:
  Canvas(Size cell, const std::vector<std::string>& labels);
  UniqueFrame draw(const std::vector<UniqueFrame>& cells) const;  // RGB24, of even sides

 private:
  Size cell_;
  int head_;  // height of the labels
  UniqueFrame empty_;
};

// As it is shown on square pixels.
Size shown_size(const FilterTarget& shape, int scale);

}  // namespace gan
