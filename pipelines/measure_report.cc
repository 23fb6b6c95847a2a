// SPDX-License-Identifier: LGPL-2.1-or-later
// measure-report FOLDER REFERENCE PROCESSED: reads FOLDER/values.csv, as psnrmeter writes it, and
// both videos as rows of PPM pictures (files or pipes); writes FOLDER/report.html with curves of
// the values over time, and the worst frames as pictures beside it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"

namespace {

using gan::check;
using gan::concat;
using gan::ErrorKind;

struct Values {
  std::map<std::string, std::vector<double>> columns;
  size_t rows = 0;
  const std::vector<double>& at(const std::string& name) const {
    const auto found = columns.find(name);
    check(found != columns.end(), ErrorKind::kData, "values.csv has no column ", name);
    return found->second;
  }
};

Values read_values(const std::string& path) {
  std::ifstream file(path);
  std::string line, cell;
  check(bool{std::getline(file, line)}, ErrorKind::kNotFound, path, ": cannot be read");
  std::vector<std::string> names;
  for (std::istringstream cells(line); std::getline(cells, cell, ',');) names.push_back(cell);
  Values values;
  for (; std::getline(file, line); ++values.rows) {
    std::istringstream cells(line);
    for (const auto& name : names) {
      check(bool{std::getline(cells, cell, ',')}, ErrorKind::kData, path, ": short line ", line);
      values.columns[name].push_back(std::strtod(cell.c_str(), nullptr));  // inf and nan too
    }
  }
  check(values.rows > 0, ErrorKind::kData, path, ": holds no frame");
  return values;
}

// The rows of lowest PSNR, no two within a twentieth of the video.
std::vector<size_t> worst_rows(const Values& values, size_t count) {
  const auto& psnr = values.at("psnr");
  std::vector<size_t> order(values.rows), worst;
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return psnr[a] < psnr[b]; });
  for (const size_t row : order) {
    const bool near = std::any_of(worst.begin(), worst.end(), [&](size_t other) {
      return 20 * (row > other ? row - other : other - row) < values.rows;
    });
    if (!near && std::isfinite(psnr[row])) worst.push_back(row);
    if (worst.size() == count) break;
  }
  return worst;
}

// Of a row of PPM pictures those with the given numbers.
std::map<size_t, gan::Picture> pick_pictures(const std::string& path, std::vector<size_t> numbers) {
  std::ranges::sort(numbers);
  std::ifstream file(path, std::ios::binary);
  std::map<size_t, gan::Picture> picked;
  std::vector<char> bytes;
  for (size_t at = 0; !numbers.empty() && at <= numbers.back(); ++at) {
    std::string kind;
    gan::Size size;
    int peak = 0;
    // pnmenc writes comments between the numbers.
    const auto next = [&](auto& value) {
      while (file >> std::ws && file.peek() == '#') std::getline(file, kind);
      file >> value;
    };
    next(kind);
    check(bool{file} && kind == "P6", ErrorKind::kData, "frame ", at, " cannot be read again");
    next(size.width);
    next(size.height);
    next(peak);
    file.get();
    bytes.resize(static_cast<size_t>(size.area() * 3));
    file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!std::ranges::binary_search(numbers, at)) continue;
    gan::Picture picture(size, 3);
    for (size_t i = 0; i < bytes.size(); ++i)
      picture.values[i] = static_cast<float>(static_cast<unsigned char>(bytes[i])) / 255;
    picked.emplace(at, std::move(picture));
  }
  return picked;
}

std::string text(double value, const char* format = "%.5g") {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

// A curve over seconds. Of very many values the lowest and highest of each stretch are drawn.
std::string curve(const Values& values, const std::string& name, const std::vector<size_t>& worst) {
  constexpr double kWidth = 900, kHeight = 160;
  const auto& y = values.at(name);
  const auto& time = values.at("running-time");
  double low = INFINITY, high = -INFINITY;
  for (const double value : y)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  if (!(low <= high)) return "";
  const double span = std::max(time.back() - time.front(), 1.0);
  const auto point = [&](size_t row) {
    const double height = high > low ? (y[row] - low) / (high - low) : 0.5;
    return text((time[row] - time.front()) / span * kWidth) + "," + text((1 - height) * kHeight);
  };
  const size_t stretch = std::max<size_t>(1, values.rows / 1000);
  std::string line, marks;
  for (size_t begin = 0; begin < values.rows; begin += stretch) {
    size_t least = begin, most = begin;
    for (size_t row = begin; row < std::min(begin + stretch, values.rows); ++row) {
      if (!(y[row] >= y[least])) least = row;
      if (!(y[row] <= y[most])) most = row;
    }
    std::vector<size_t> drawn{std::min(least, most)};
    if (least != most) drawn.push_back(std::max(least, most));
    for (const size_t row : drawn)
      if (std::isfinite(y[row])) line += point(row) + " ";
  }
  for (const size_t row : worst)
    if (std::isfinite(y[row])) {
      const std::string place = point(row);
      const size_t comma = place.find(',');
      marks += concat("<circle cx=\"", place.substr(0, comma), "\" cy=\"", place.substr(comma + 1),
                      "\" r=\"4\"/>");
    }
  return concat("<figure><figcaption><b>", name, "</b> ", text(low), " to ", text(high),
                "</figcaption><svg viewBox=\"-6 -6 912 172\"><polyline points=\"", line, "\"/>",
                marks, "</svg><small>", text(time.front() / 1e9), " s to ", text(time.back() / 1e9),
                " s</small></figure>\n");
}

gan::Picture difference(const gan::Picture& a, const gan::Picture& b) {
  gan::Picture result(a.size, 3);
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] = 8 * std::abs(b.values[i] - a.values[i]);
  return result;
}

constexpr const char* kStyle =
    "body{font:15px sans-serif;margin:2em;color:#222;background:#fff;max-width:1400px}"
    "figure{margin:0 0 1em}svg{width:100%;height:180px;border:1px solid #ccc;display:block}"
    "polyline{fill:none;stroke:#06c;stroke-width:1.2;vector-effect:non-scaling-stroke}"
    "circle{fill:#c20}.frames{display:grid;grid-template-columns:repeat(3,1fr);gap:.5em}"
    "img{width:100%}";

std::string worst_frames(const std::string& folder, const Values& values,
                         const std::vector<size_t>& worst, char** videos) {
  const auto numbers = [&](const char* column) {
    std::vector<size_t> of;
    for (const size_t row : worst) of.push_back(static_cast<size_t>(values.at(column)[row]));
    return of;
  };
  const auto reference_numbers = numbers("reference-frame");
  const auto processed_numbers = numbers("processed-frame");
  const auto reference = pick_pictures(videos[0], reference_numbers);
  const auto processed = pick_pictures(videos[1], processed_numbers);
  std::string html;
  for (size_t i = 0; i < worst.size(); ++i) {
    const gan::Picture &a = reference.at(reference_numbers[i]),
                       &b = processed.at(processed_numbers[i]);
    check(a.size == b.size, ErrorKind::kData, "the worst frames differ in size");
    html += concat("<h3>frame ", values.at("frame")[worst[i]], ", ",
                   text(values.at("running-time")[worst[i]] / 1e9), " s: PSNR ",
                   text(values.at("psnr")[worst[i]], "%.2f"), " dB</h3><div class=\"frames\">");
    for (const auto& [name, picture] :
         {std::pair{"original", a}, {"processed", b}, {"difference x8", difference(a, b)}}) {
      const std::string file =
          concat("worst-", i + 1, "-", std::string(name, std::strcspn(name, " ")), ".png");
      gan::write_image(folder + "/" + file, picture.view());
      html += concat("<figure><img src=\"", file, "\" alt=\"\"><figcaption>", name,
                     "</figcaption></figure>");
    }
    html += "</div>\n";
  }
  return html;
}

int run(int argc, char** argv) {
  check(argc == 4, ErrorKind::kSettings, "usage: measure-report FOLDER REFERENCE PROCESSED");
  const std::string folder = argv[1];
  const Values values = read_values(folder + "/values.csv");
  const std::vector<size_t> worst = worst_rows(values, 3);
  std::string html = concat(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<title>psnrmeter</title><style>",
      kStyle, "</style></head><body>\n<h1>", values.rows, " frames measured</h1>\n");
  for (const char* name :
       {"psnr", "psnr-y", "ssim", "ssim-y", "ms-ssim", "flicker", "flicker-static", "mse"})
    if (values.columns.contains(name)) html += curve(values, name, worst);
  html += "<h2>Worst frames</h2>\n" + worst_frames(folder, values, worst, argv + 2);
  gan::write_text_file(folder + "/report.html", html + "</body></html>\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "measure-report: %s\n", error.what());
    return 1;
  }
}
