// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/meters/metrics_csv.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan::training {
namespace {

std::vector<std::string> split(const std::string& line, char separator) {
  std::vector<std::string> cells;
  std::stringstream stream(line);
  for (std::string cell; std::getline(stream, cell, separator);) cells.push_back(cell);
  return cells;
}

std::string shortest(double value) {
  char digits[40];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

}  // namespace

void Means::add(const std::string& name, double value) {
  sums_[name].sum += value;
  ++sums_[name].count;
}

std::map<std::string, double> Means::take() {
  std::map<std::string, double> means;
  for (const auto& [name, sum] : sums_) means[name] = sum.sum / static_cast<double>(sum.count);
  sums_.clear();
  return means;
}

std::string Means::text() const {
  std::string text;
  for (const auto& [name, sum] : sums_)
    text += concat(name, " ", shortest(sum.sum), " ", sum.count, "\n");
  return text;
}

void Means::restore(const std::string& text) {
  sums_.clear();
  std::stringstream stream(text);
  std::string name, sum;
  int64_t count = 0;
  while (stream >> name >> sum >> count) {
    double value = 0;
    std::from_chars(sum.data(), sum.data() + sum.size(), value);
    sums_[name] = {value, count};
  }
}

MetricsCsv::MetricsCsv(std::string path, int64_t step) : path_(std::move(path)) {
  std::ifstream file(path_);
  std::string line;
  if (!std::getline(file, line)) return;
  columns_ = split(line, ',');
  if (!columns_.empty()) columns_.erase(columns_.begin());  // "step"
  while (std::getline(file, line)) {
    if (file.eof()) break;  // no newline at its end: cut short
    const auto cells = split(line, ',');
    int64_t row = 0;
    if (cells.empty() ||
        std::from_chars(cells[0].data(), cells[0].data() + cells[0].size(), row).ec != std::errc())
      continue;
    if (row > step) break;
    rows_[row];
    for (size_t i = 1; i < cells.size() && i <= columns_.size(); ++i)
      if (!cells[i].empty()) rows_[row][columns_[i - 1]] = cells[i];
  }
  // Columns that only the dropped rows had would betray them.
  std::erase_if(columns_, [&](const std::string& column) {
    return std::ranges::none_of(rows_,
                                [&](const auto& row) { return row.second.contains(column); });
  });
  rewrite();
}

void MetricsCsv::write(int64_t step, const std::map<std::string, double>& values) {
  bool new_column = false;
  const bool goes_on = rows_.contains(step);  // a step may be written in parts
  auto& row = rows_[step];
  for (const auto& [name, value] : values) {
    row[name] = shortest(value);
    if (std::ranges::find(columns_, name) == columns_.end()) {
      columns_.push_back(name);
      new_column = true;
    }
  }
  if (new_column || goes_on || rows_.size() == 1) return rewrite();
  std::string line = std::to_string(step);
  for (const auto& column : columns_) line += "," + (row.contains(column) ? row[column] : "");
  line += "\n";
  std::FILE* file = std::fopen(path_.c_str(), "a");
  check(file && std::fwrite(line.data(), 1, line.size(), file) == line.size() &&
            std::fclose(file) == 0,
        ErrorKind::kUnwritable, path_, ": cannot be written");
}

std::vector<std::pair<int64_t, double>> MetricsCsv::values(const std::string& column) const {
  std::vector<std::pair<int64_t, double>> points;
  for (const auto& [step, row] : rows_)
    if (const auto cell = row.find(column); cell != row.end())
      points.emplace_back(step, std::strtod(cell->second.c_str(), nullptr));
  return points;
}

void MetricsCsv::rewrite() const {
  std::string text = "step";
  for (const auto& column : columns_) text += "," + column;
  for (const auto& [step, row] : rows_) {
    text += "\n" + std::to_string(step);
    for (const auto& column : columns_) {
      const auto cell = row.find(column);
      text += "," + (cell == row.end() ? "" : cell->second);
    }
  }
  write_text_file(path_, text + "\n");
}

}  // namespace gan::training
