// SPDX-License-Identifier: LGPL-2.1-or-later
// What the commands share: their start, their options, their last words.
#pragma once

#include <glib.h>

#include <functional>
#include <string>
#include <vector>

namespace gan {

struct Command {
  const char* name;             // "gan-enhance"
  const char* arguments;        // "INPUT OUTPUT [-- PROPERTY=VALUE ...]"
  const char* summary;          // under the first line of --help
  const char* description;      // under the options
  const GOptionEntry* options;  // ends with {}
};

struct Arguments {
  std::vector<std::string> files;
  std::vector<std::string> properties;  // behind "--"
  bool version = false;                 // --version
};

// Reads the options, makes GStreamer ready and runs `body`. Returns the exit status: 0 done, 1
// error, 2 usage, 128 + n when signal n ended it.
int run_command(const Command& command, int argc, char** argv,
                const std::function<void(const Arguments&)>& body);

// Throws Error(kSettings) where the output is a folder, the input itself, or there already and not
// to be replaced.
void check_output(const std::string& input, const std::string& output, bool overwrite);

// Makes the folder that the output goes into, where it is missing. Throws Error(kUnwritable).
void make_folder_of(const std::string& output);

// "90", "1:30", "1:02:03.5", "90s" as seconds. Throws Error(kSettings) that names `option`.
double seconds_of(const std::string& text, const char* option);

// Of a file's time line, in seconds; `to_s` 0: to its end.
struct Part {
  double from_s = 0, to_s = 0;
};

// What --preview says, "LENGTH[@TIME]"; null: all. Throws Error(kSettings).
Part part_of(const char* preview);

}  // namespace gan
