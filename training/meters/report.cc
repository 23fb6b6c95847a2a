// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/meters/report.h"

#include <algorithm>
#include <cmath>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan::training {
namespace {

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    switch (c) {
      case '&': safe += "&amp;"; break;
      case '<': safe += "&lt;"; break;
      case '>': safe += "&gt;"; break;
      case '"': safe += "&quot;"; break;
      default: safe += c;
    }
  }
  return safe;
}

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

// One curve with its ends and extremes written beside it.
std::string curve(const std::string& name, const std::vector<std::pair<int64_t, double>>& points) {
  constexpr double kWidth = 420, kHeight = 120;
  double low = INFINITY, high = -INFINITY;
  for (const auto& [step, value] : points) {
    if (!std::isfinite(value)) continue;
    low = std::min(low, value);
    high = std::max(high, value);
  }
  if (!(low <= high)) return "";
  const auto first = static_cast<double>(points.front().first),
             last = static_cast<double>(points.back().first);
  std::string line;
  for (const auto& [step, value] : points) {
    if (!std::isfinite(value)) continue;
    const double x = last > first ? (static_cast<double>(step) - first) / (last - first) : 0.5;
    const double y = high > low ? (value - low) / (high - low) : 0.5;
    line += concat(short_number(x * kWidth), ",", short_number((1 - y) * kHeight), " ");
  }
  return concat("<figure><figcaption>", escaped(name), " <b>", short_number(points.back().second),
                "</b></figcaption><svg viewBox=\"-4 -4 ", kWidth + 8, " ", kHeight + 8,
                "\"><polyline points=\"", line, "\"/></svg><small>", short_number(low), " to ",
                short_number(high), ", steps ", points.front().first, " to ", points.back().first,
                "</small></figure>\n");
}

constexpr const char* kStyle =
    "body{font:15px sans-serif;margin:2em;color:#222;background:#fff}"
    "main{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0;padding:.6em;border:1px solid #ccc}"
    "svg{width:420px;height:128px;display:block}polyline{fill:none;stroke:#06c;stroke-width:1.5}"
    "td{padding:.1em .8em .1em 0;vertical-align:top;font-family:monospace}img{max-width:100%}";

}  // namespace

void write_report(const std::string& path, const ReportPage& page, const MetricsCsv& metrics) {
  std::string html =
      concat("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>",
             escaped(page.title), "</title><style>", kStyle, "</style></head><body>\n<h1>",
             escaped(page.title), "</h1>\n<main>\n");
  for (const auto& column : metrics.columns()) html += curve(column, metrics.values(column));
  html += "</main>\n<h2>Samples</h2>\n";
  for (size_t i = page.samples.size(); i-- > 0;)  // newest first
    html += concat("<figure><figcaption>", escaped(page.samples[i]), "</figcaption><img src=\"",
                   escaped(page.samples[i]), "\" alt=\"\"></figure>\n");
  html += "<h2>The run</h2>\n<table>\n";
  for (const auto& [name, value] : page.facts)
    html += concat("<tr><td>", escaped(name), "</td><td>", escaped(value), "</td></tr>\n");
  write_text_file(path, html + "</table>\n</body></html>\n");
}

}  // namespace gan::training
