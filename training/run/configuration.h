// SPDX-License-Identifier: LGPL-2.1-or-later
// What a run is: the command line, a configuration file, or a checkpoint that remembers it.
#pragma once

#include <optional>
#include <string>

#include "core/options.h"

namespace gan::training {

struct RunRequest {
  std::string recipe;
  std::string data;      // folder
  std::string out;       // run folder; empty: runs/NNNNN-RECIPE, the next number
  bool resume = false;   // go on from the newest state in `out`
  bool dry_run = false;  // a step, its memory and the configuration; nothing is written
  // What is empty is still open, and in the end what the comment says.
  std::optional<std::string> device, precision;  // auto
  std::optional<int> threads;                    // 0: all
  std::optional<double> minutes;                 // after which the run saves and ends; 0: no limit
  OptionValues settings;                         // over the recipe's defaults
  double patience = 300;                         // seconds, of several processes (ranks.h)
  bool holdout_given = false;                    // by the user himself, not by a file
  std::string command;                           // the command line, written into checkpoints
};

// Reads a configuration: a key file with the groups [run] (recipe, data, out, device, precision,
// threads, minutes) and [options] (as --set), or a checkpoint, whose recipe, options, precision and
// threads are taken.
// Only what is still empty in `request` is filled, so the command line wins. Throws Error:
// kNotFound, kSettings with the nearest known key.
void read_configuration(const std::string& path, RunRequest& request);
// The same of values by the keys of [run]; `what` begins an error's text.
void take_run_keys(RunRequest& request, const OptionValues& values, const std::string& what);

// What runs did that were begun before there was an option which changes a network.
const OptionValues& options_before_they_were();

// A path by one name, however it was written.
std::string whole_path(const std::string& path);

// What a run's own folder says of it: its run.conf, or its newest state.
void read_run_folder(const std::string& folder, RunRequest& request);

// Takes what --set init=FILE holds into the settings: network and options, unless they say
// otherwise. Throws what reading the file throws.
void take_init(RunRequest& request);

// The key file of a request with all options of its recipe.
std::string configuration_text(const RunRequest& request, Options& options);

// A numbered folder runs/NNNNN-RECIPE that is not there yet; runs/latest will point to it. With
// `resume` the one that runs/latest points to. Throws Error.
std::string run_folder_for(const RunRequest& request);

}  // namespace gan::training
