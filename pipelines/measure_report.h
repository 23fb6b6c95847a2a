// SPDX-License-Identifier: LGPL-2.1-or-later
// What was measured, as a page to look at: curves over time, and the worst frames as pictures.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipelines/meter_line.h"

namespace gan {

struct Comparison {
  std::string original, processed;                      // what they are called
  std::function<Clip()> open_original, open_processed;  // of one size and format
  Measured measured;
};

// Of each frame: of luma, where there is one, else of all.
const std::vector<double>& psnr_of(const Measured& measured);

// Rows of the frames of lowest PSNR by psnr_of(), the worst first; no two within a twentieth of the
// clip.
std::vector<size_t> worst_rows(const Measured& measured, size_t count);

// Writes FOLDER/report.html and the pictures beside it. Throws Error(kUnwritable), and what reading
// the files throws.
void write_report(const std::string& folder, const Comparison& comparison);

}  // namespace gan
