// SPDX-License-Identifier: LGPL-2.1-or-later
// report.html of a run: curves of all losses and metrics and the samples, one file that needs no
// network and no program but a browser.
#pragma once

#include <string>
#include <vector>

#include "training/meters/metrics_csv.h"

namespace gan::training {

struct ReportPage {
  std::string title;                                       // "esrgan, step 2000 of 60000"
  std::vector<std::pair<std::string, std::string>> facts;  // configuration, machine, command
  std::vector<std::string> samples;  // paths relative to the page, oldest first
};

// Writes it whole or not at all. Throws Error(kUnwritable).
void write_report(const std::string& path, const ReportPage& page, const MetricsCsv& metrics);

}  // namespace gan::training
