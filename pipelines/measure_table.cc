// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/measure_table.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "core/checkpoint/atomic_file.h"
#include "core/json.h"
#include "pipelines/html.h"

namespace gan {
namespace {

std::string number(const char* format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

// Of luma, where there is one.
double of_luma(const Measured& measured, const std::string& name) {
  const double luma = measured.of(name + "-y");
  return std::isnan(luma) ? measured.of(name) : luma;
}

// The best first.
std::vector<size_t> order_of(const std::vector<Comparison>& measured) {
  std::vector<size_t> order(measured.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) {
    return of_luma(measured[a].measured, "psnr") > of_luma(measured[b].measured, "psnr");
  });
  return order;
}

// PSNR, SSIM and flicker of luma, where there is one.
constexpr std::array kColumns = {"PSNR-Y", "SSIM-Y", "flicker-Y", "worst frame", "frames"};

std::array<std::string, kColumns.size()> cells_of(const Measured& measured) {
  const double flicker = of_luma(measured, "flicker");
  std::string worst = "-";
  if (const auto rows = worst_rows(measured, 1); !rows.empty() && measured.pairs > 1)
    worst = number("%.2f dB", psnr_of(measured)[rows[0]]) +
            number(" at %.2f s", measured.each("running-time")[rows[0]] / 1e9);
  const double alone = measured.of("unpaired-reference") + measured.of("unpaired-processed");
  return {number("%.2f dB", of_luma(measured, "psnr")), number("%.4f", of_luma(measured, "ssim")),
          std::isnan(flicker) ? "-" : number("%.3f", flicker), worst,
          number("%.0f", measured.of("frames")) +
              (alone > 0 ? number(", %.0f without a partner", alone) : "")};
}

std::string list_of(const Comparison& one) {
  std::string list;
  const auto line = [&](const std::string& name, const std::string& value) {
    list += name + std::string(name.size() < 20 ? 20 - name.size() : 1, ' ') + " " + value + "\n";
  };
  const Measured& measured = one.measured;
  if (const double offset = measured.of("offset"); offset != 0)
    line("offset", number("%.6f s", offset / 1e9));
  for (const char* name : {"repeated-reference", "repeated-processed"})
    if (measured.of(name) > 0) line(name, number("%.0f", measured.of(name)));
  for (const char* name : {"frames", "unpaired-reference", "unpaired-processed"})
    line(name, number("%.0f", measured.of(name)));
  for (const char* name : {"psnr", "psnr-mean", "psnr-min", "psnr-y", "ssim", "ssim-y", "ms-ssim",
                           "flicker", "flicker-y", "flicker-static"})
    if (!std::isnan(measured.of(name))) line(name, number("%.6g", measured.of(name)));
  if (measured.pairs > 1) line("worst frame, luma", cells_of(measured)[3]);
  return list;
}

}  // namespace

std::string table_of(const std::vector<Comparison>& measured) {
  if (measured.size() == 1) return list_of(measured[0]);
  std::vector<std::vector<std::string>> rows = {{"", ""}};
  rows[0].insert(rows[0].end(), kColumns.begin(), kColumns.end());
  for (const size_t i : order_of(measured)) {
    const auto cells = cells_of(measured[i].measured);
    rows.push_back({std::to_string(rows.size()), measured[i].processed});
    rows.back().insert(rows.back().end(), cells.begin(), cells.end());
  }
  std::string table;
  for (const auto& row : rows) {
    for (size_t column = 0; column < row.size(); ++column) {
      size_t width = 0;
      for (const auto& each : rows) width = std::max(width, each[column].size());
      table += row[column];
      if (column + 1 < row.size()) table += std::string(width + 2 - row[column].size(), ' ');
    }
    table += "\n";
  }
  return table;
}

std::string json_of(const std::vector<Comparison>& measured) {
  std::string lines;
  for (const size_t i : order_of(measured)) {
    lines += concat("{\"event\": \"measured\", \"original\": ", json_quote(measured[i].original),
                    ", \"processed\": ", json_quote(measured[i].processed));
    for (const auto& [name, value] : measured[i].measured.whole)
      lines += concat(", ", json_quote(name), ": ", json_number(value));
    lines += "}\n";
  }
  return lines;
}

void write_ranking(const std::string& folder, const std::vector<Comparison>& measured,
                   const std::vector<std::string>& places) {
  std::string rows = "<tr><th></th>";
  for (const char* column : kColumns) rows += concat("<th>", column, "</th>");
  rows += "</tr>\n";
  for (const size_t i : order_of(measured)) {
    rows += concat("<tr><td><a href=\"", as_html(places[i]), "/report.html\">",
                   as_html(measured[i].processed), "</a></td>");
    for (const std::string& cell : cells_of(measured[i].measured))
      rows += concat("<td>", cell, "</td>");
    rows += "</tr>\n";
  }
  write_text_file(folder + "/report.html",
                  page("against " + measured[0].original, "<table>\n" + rows + "</table>\n"));
}

}  // namespace gan
