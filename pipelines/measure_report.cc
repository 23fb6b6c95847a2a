// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/measure_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/image_file.h"
#include "pipelines/difference.h"
#include "pipelines/html.h"
#include "pipelines/stored_frame.h"

namespace gan {
namespace {

// Of the clip's frames those with the given numbers, as RGB.
std::map<size_t, UniqueFrame> pick_frames(Clip clip, std::vector<size_t> numbers) {
  std::ranges::sort(numbers);
  std::map<size_t, UniqueFrame> picked;
  for (size_t at = 0; !numbers.empty() && at <= numbers.back(); ++at) {
    UniqueFrame frame = clip.next();
    check(frame != nullptr, ErrorKind::kData, clip.path(), ": frame ", at, " cannot be read again");
    if (std::ranges::binary_search(numbers, at)) picked[at] = as_rgb(std::move(frame));
  }
  return picked;
}

std::string text(double value, const char* format = "%.5g") {
  char buffer[40];
  std::snprintf(buffer, sizeof buffer, format, value);
  return buffer;
}

// A curve over seconds. Of very many values the lowest and highest of each stretch are drawn.
std::string curve(const Measured& values, const std::string& name,
                  const std::vector<size_t>& worst) {
  constexpr double kWidth = 900, kHeight = 160;
  const auto& y = values.each(name);
  const auto& time = values.each("running-time");
  double low = INFINITY, high = -INFINITY;
  for (const double value : y)
    if (std::isfinite(value)) low = std::min(low, value), high = std::max(high, value);
  if (!(low <= high)) return "";
  const double span = std::max(time.back() - time.front(), 1.0);
  const auto point = [&](size_t row) {
    const double height = high > low ? (y[row] - low) / (high - low) : 0.5;
    return text((time[row] - time.front()) / span * kWidth) + "," + text((1 - height) * kHeight);
  };
  const size_t stretch = std::max<size_t>(1, values.pairs / 1000);
  std::string line, marks;
  for (size_t begin = 0; begin < values.pairs; begin += stretch) {
    size_t least = begin, most = begin;
    for (size_t row = begin; row < std::min(begin + stretch, values.pairs); ++row) {
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

std::string worst_frames(const std::string& folder, const Comparison& comparison,
                         const std::vector<size_t>& worst) {
  const Measured& values = comparison.measured;
  const auto numbers = [&](const char* column) {
    std::vector<size_t> of;
    for (const size_t row : worst) of.push_back(static_cast<size_t>(values.each(column)[row]));
    return of;
  };
  const auto original_numbers = numbers("reference-frame");
  const auto processed_numbers = numbers("processed-frame");
  const auto original = pick_frames(comparison.open_original(), original_numbers);
  const auto processed = pick_frames(comparison.open_processed(), processed_numbers);
  std::string html;
  for (size_t i = 0; i < worst.size(); ++i) {
    const AVFrame &a = *original.at(original_numbers[i]), &b = *processed.at(processed_numbers[i]);
    const UniqueFrame apart = difference(a, b);
    html += concat("<h3>frame ", values.each("frame")[worst[i]], ", ",
                   text(values.each("running-time")[worst[i]] / 1e9), " s: PSNR ",
                   text(psnr_of(values)[worst[i]], "%.2f"), " dB</h3><div class=\"frames\">");
    for (const auto& [name, picture] :
         {std::pair{"original", &a}, {"processed", &b}, {"difference", apart.get()}}) {
      const std::string file = concat("worst-", i + 1, "-", name, ".png");
      write_stored(folder + "/" + file, image_of(*picture, PixelFormat::kRGB));
      html += concat("<figure><img src=\"", file, "\" alt=\"\"><figcaption>", name,
                     picture == apart.get() ? " x8" : "", "</figcaption></figure>");
    }
    html += "</div>\n";
  }
  return html;
}

}  // namespace

const std::vector<double>& psnr_of(const Measured& measured) {
  return measured.each(measured.frames.contains("psnr-y") ? "psnr-y" : "psnr");
}

std::vector<size_t> worst_rows(const Measured& measured, size_t count) {
  const auto& psnr = psnr_of(measured);
  std::vector<size_t> order(measured.pairs), worst;
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return psnr[a] < psnr[b]; });
  for (const size_t row : order) {
    const bool near = std::any_of(worst.begin(), worst.end(), [&](size_t other) {
      return 20 * (row > other ? row - other : other - row) < measured.pairs;
    });
    if (!near && std::isfinite(psnr[row])) worst.push_back(row);
    if (worst.size() == count) break;
  }
  return worst;
}

void write_report(const std::string& folder, const Comparison& comparison) {
  const Measured& values = comparison.measured;
  const std::vector<size_t> worst = worst_rows(values, 3);
  std::string html = concat("<p>", values.pairs, " frames measured against ",
                            as_html(comparison.original), "</p>\n");
  for (const char* name :
       {"psnr", "psnr-y", "ssim", "ssim-y", "ms-ssim", "flicker", "flicker-static", "mse"})
    if (values.frames.contains(name)) html += curve(values, name, worst);
  html += "<h2>Worst frames</h2>\n" + worst_frames(folder, comparison, worst);
  write_text_file(folder + "/report.html", page(comparison.processed, html));
}

}  // namespace gan
