// SPDX-License-Identifier: LGPL-2.1-or-later
// Results of gan-measure in words.
#pragma once

#include <string>
#include <vector>

#include "pipelines/measure_report.h"

namespace gan {

// Of one: a value a line. Of several: a line each, the best first.
std::string table_of(const std::vector<Comparison>& measured);

// A line of JSON each, the best first.
std::string json_of(const std::vector<Comparison>& measured);

// FOLDER/report.html, which leads to the reports of each, in the folders that `places` names.
void write_ranking(const std::string& folder, const std::vector<Comparison>& measured,
                   const std::vector<std::string>& places);

}  // namespace gan
