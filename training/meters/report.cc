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

struct Meaning {
  const char* part;  // of the column's name, behind val_ and look_
  const char* text;
};
constexpr Meaning kMeanings[] = {
    {"psnr_y_gain",
     "PSNR of the luma above that of the plain picture, dB; above 0 the network helps"},
    {"psnr_rgb_gain", "PSNR above that of the input, dB; above 0 the network helps"},
    {"psnr_y", "peak signal-to-noise ratio of the luma, dB; higher is nearer to the truth"},
    {"psnr_rgb", "peak signal-to-noise ratio of all colours, dB; higher is nearer to the truth"},
    {"psnr_best", "the same of the best of eight codes, dB"},
    {"gradient_y",
     "gradient energy over the truth's; below 1 blurred, above 1 noise or false edges"},
    {"ssim", "structural similarity, up to 1, which is equal"},
    {"swd", "sliced Wasserstein distance to real pictures; lower is more like them"},
    {"class_accuracy", "share of drawn pictures that a classifier finds in the class asked for"},
    {"worst_class", "the same of the class where it is lowest"},
    {"judge_accuracy", "share of real pictures that the same classifier finds in their class"},
    {"blurred_diversity", "how far blurred outputs of other codes are apart, code values of 255"},
    {"diversity", "how far outputs of other codes are apart, code values of 255"},
    {"feature_peak", "how far the worst blob stands out of the last feature maps; 1: none"},
    {"blur", "how far the blurred output is from the blurred input"},
    {"accuracy_d",
     "share of the discriminator's right answers; near 1 or 1/2 for long, one side has won"},
    {"logit_real", "what the discriminator says of real pictures, on average"},
    {"logit_fake", "what the discriminator says of the generator's pictures, on average"},
    {"loss_d", "what the discriminator minimises"},
    {"loss_g", "what the generator minimises"},
    {"loss", "what is minimised; lower is better, noise from batch to batch is usual"},
    {"gan", "adversarial part of the generator's loss: how far it is from deceiving"},
    {"code_cycle", "how far a code is from the one found again in its picture"},
    {"cycle", "how far a picture is from itself after both ways"},
    {"identity", "what the generator does to pictures that need nothing"},
    {"perceptual", "distance in the features of a network"},
    {"paired", "mean distance from the pair's other picture"},
    {"l1", "mean absolute difference from the target"},
    {"pixels", "pixel loss against the target"},
    {"picture", "difference of a picture and what comes back of it"},
    {"kl", "divergence of the codes from N(0, 1), nats"},
    {"path", "how far a small step of the code moves the picture"},
    {"lr_factor", "the learning rate, as a share of the base rate"},
};

using Points = std::vector<std::pair<int64_t, double>>;

// Three round numbers of an axis or less: its ends and middle would be crooked.
std::vector<double> ticks(double low, double high) {
  const double span = high - low;
  if (!(span > 0)) return {low};
  double step = std::pow(10, std::floor(std::log10(span)));
  for (const double divisor : {1.0, 2.0, 5.0, 10.0})
    if (span / (step / divisor) >= 2) {
      step /= divisor;
      break;
    }
  std::vector<double> marks;
  for (double mark = std::ceil(low / step) * step; mark <= high + step * 1e-9; mark += step)
    marks.push_back(std::abs(mark) < step * 1e-9 ? 0 : mark);
  return marks;
}

// One curve with numbers at its axes; plain: a line that needs no network, or NaN.
std::string curve(const std::string& name, const Points& points, double plain,
                  const std::string& plain_name) {
  constexpr double kWidth = 420, kHeight = 130, kLeft = 58, kTop = 6;
  double low = INFINITY, high = -INFINITY;
  const auto reach = [&](double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value);
    high = std::max(high, value);
  };
  for (const auto& [step, value] : points) reach(value);
  if (!(low <= high)) return "";
  reach(plain);
  const auto first = static_cast<double>(points.front().first),
             last = static_cast<double>(points.back().first);
  const auto x = [&](double step) {
    return kLeft + (last > first ? (step - first) / (last - first) : 0.5) * kWidth;
  };
  const auto y = [&](double value) {
    return kTop + (1 - (high > low ? (value - low) / (high - low) : 0.5)) * kHeight;
  };
  std::string shapes, line;
  for (const double mark : ticks(low, high))
    shapes += concat("<path class=\"g\" d=\"M", kLeft, " ", short_number(y(mark)), "h", kWidth,
                     "\"/><text class=\"y\" x=\"", kLeft - 5, "\" y=\"", short_number(y(mark) + 4),
                     "\">", short_number(mark), "</text>");
  for (const double mark : ticks(first, last))
    shapes +=
        concat("<path class=\"g\" d=\"M", short_number(x(mark)), " ", kTop, "v", kHeight,
               "\"/><text class=\"x\" x=\"", short_number(x(mark)), "\" y=\"", kTop + kHeight + 14,
               "\">", static_cast<int64_t>(std::lround(mark)), "</text>");
  if (std::isfinite(plain))
    shapes +=
        concat("<path class=\"p\" d=\"M", kLeft, " ", short_number(y(plain)), "h", kWidth, "\"/>");
  for (const auto& [step, value] : points)
    if (std::isfinite(value))
      line += concat(short_number(x(static_cast<double>(step))), ",", short_number(y(value)), " ");
  std::string text = concat("<figure><figcaption>", escaped(name), " <b>",
                            short_number(points.back().second), "</b>");
  if (std::isfinite(plain))
    text += concat(" <span>", escaped(plain_name), " ", short_number(plain), "</span>");
  return concat(text, "<br><small>", escaped(meaning_of(name)),
                "</small></figcaption><svg viewBox=\"0 0 ", kLeft + kWidth + 14, " ",
                kTop + kHeight + 18, "\">", shapes, "<polyline points=\"", line,
                "\"/></svg></figure>\n");
}

constexpr const char* kStyle =
    "body{font:15px sans-serif;margin:2em;color:#222;background:#fff}"
    "main{display:flex;flex-wrap:wrap;gap:1em}figure{margin:0;padding:.6em;border:1px solid #ccc}"
    "figcaption{max-width:480px;min-height:3.4em}small{color:#666}span{color:#a50}"
    "svg{width:492px;display:block;font-size:11px}polyline{fill:none;stroke:#06c;stroke-width:1.5}"
    ".g{stroke:#e4e4e4}.p{stroke:#a50;stroke-dasharray:6 4}text{fill:#555}.y{text-anchor:end}"
    ".x{text-anchor:middle}"
    "td{padding:.1em .8em .1em 0;vertical-align:top;font-family:monospace}img{max-width:100%}";

}  // namespace

std::string meaning_of(const std::string& column) {
  std::string name = column, prefix;
  for (const auto& [start, said] : {std::pair("val_", "held-out pictures: "),
                                    std::pair("look_", "patches of held-out pictures: ")})
    if (name.starts_with(start)) {
      name.erase(0, std::string_view(start).size());
      prefix = said;
    }
  if (name.ends_with("_plain")) {
    name.erase(name.size() - 6);
    prefix += "of the plain picture: ";
  }
  for (const auto& [part, text] : kMeanings)
    if (name.starts_with(part)) return prefix + text;
  return "";
}

void write_report(const std::string& path, const ReportPage& page, const MetricsCsv& metrics) {
  std::string html =
      concat("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>",
             escaped(page.title), "</title><style>", kStyle, "</style></head><body>\n<h1>",
             escaped(page.title), "</h1>\n<main>\n");
  for (const auto& column : metrics.columns()) {
    const auto level = page.words.levels.find(column);
    html += curve(column, metrics.values(column),
                  level == page.words.levels.end() ? NAN : level->second, page.words.plain);
  }
  html += concat("</main>\n<h2>Samples</h2>\n<p>", escaped(page.words.samples), "</p>\n");
  for (size_t i = page.samples.size(); i-- > 0;)  // newest first
    html += concat("<figure><figcaption>", escaped(page.samples[i]), "</figcaption><img src=\"",
                   escaped(page.samples[i]), "\" alt=\"\"></figure>\n");
  html += "<h2>The run</h2>\n<table>\n";
  for (const auto& [name, value] : page.facts)
    html += concat("<tr><td>", escaped(name), "</td><td>", escaped(value), "</td></tr>\n");
  write_text_file(path, html + "</table>\n</body></html>\n");
}

}  // namespace gan::training
