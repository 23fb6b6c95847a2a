// SPDX-License-Identifier: LGPL-2.1-or-later
// metrics.csv: a row per logged step, means of the losses since the row before. No times in it, so
// that the same command writes the same file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gan::training {

// Means of named numbers between two rows; survives a resume through text().
class Means {
 public:
  void add(const std::string& name, double value);
  std::map<std::string, double> take();  // and starts anew
  std::string text() const;              // exact
  void restore(const std::string& text);

 private:
  struct Sum {
    double sum = 0;
    int64_t count = 0;
  };
  std::map<std::string, Sum> sums_;
};

class MetricsCsv {
 public:
  // Opens for appending. Rows after `step` (and a line cut short by a kill) are dropped first.
  // A name that the file lacks so far adds a column.
  MetricsCsv(std::string path, int64_t step);
  void write(int64_t step, const std::map<std::string, double>& values);

  const std::vector<std::string>& columns() const { return columns_; }
  std::vector<std::pair<int64_t, double>> values(const std::string& column) const;  // by step

 private:
  void rewrite() const;
  std::string path_;
  std::vector<std::string> columns_;
  std::map<int64_t, std::map<std::string, std::string>> rows_;
};

}  // namespace gan::training
