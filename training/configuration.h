// SPDX-License-Identifier: LGPL-2.1-or-later
// What a run is: the command line, a configuration file, or a checkpoint that remembers it.
#pragma once

#include <string>

#include "core/options.h"

namespace gan::training {

struct RunRequest {
  std::string recipe;
  std::string data;      // folder
  std::string out;       // run folder; empty: runs/NNNNN-RECIPE, the next number
  bool resume = false;   // go on from the newest state in `out`; a fresh run where there is none
  bool dry_run = false;  // one step, its memory and the configuration; nothing is written
  std::string device = "auto";
  std::string precision = "auto";
  int threads = 0;        // 0: all
  double minutes = 0;     // after which the run saves and ends; 0: no limit
  OptionValues settings;  // over the recipe's defaults
  std::string command;    // the command line, written into checkpoints
};

// Reads a configuration: a key file with the groups [run] (recipe, data, out, device, precision,
// threads, minutes) and [options] (as --set), or a checkpoint, whose recipe and options are taken.
// Only what is still empty in `request` is filled, so the command line wins. Throws Error:
// kNotFound, kSettings with the nearest known key.
void read_configuration(const std::string& path, RunRequest& request);

// The key file of a request with all options of its recipe.
std::string configuration_text(const RunRequest& request, Options& options);

// A numbered folder runs/NNNNN-RECIPE that is not there yet; runs/latest will point to it. With
// `resume` the one that runs/latest points to. Throws Error.
std::string run_folder_for(const RunRequest& request);

}  // namespace gan::training
