// SPDX-License-Identifier: LGPL-2.1-or-later
// report.html of a run: curves of all losses and metrics and the samples, one file that needs no
// network and no program but a browser.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "training/meters/metrics_csv.h"

namespace gan::training {

// What a report says beside a recipe's numbers.
struct ReportWords {
  std::string samples;                   // what a sample shows: "bicubic | output | truth"
  std::string plain;                     // what the lines without a network are: "bicubic", "input"
  std::map<std::string, double> levels;  // of them, by column: {"val_psnr_y", 28.4}
};

struct ReportPage {
  std::string title;                                       // "esrgan, step 2000 of 60000"
  std::vector<std::pair<std::string, std::string>> facts;  // configuration, machine, command
  std::vector<std::string> samples;  // paths relative to the page, oldest first
  ReportWords words;
};

// What a column of metrics.csv means, in a line; empty for one that is not known here.
std::string meaning_of(const std::string& column);

// Writes it whole or not at all. Throws Error(kUnwritable).
void write_report(const std::string& path, const ReportPage& page, const MetricsCsv& metrics);

}  // namespace gan::training
