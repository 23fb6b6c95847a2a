// SPDX-License-Identifier: LGPL-2.1-or-later
// The commands of gan-train, one file each: command_<name>.cc.
#pragma once

#include <glib.h>

#include <span>
#include <string>
#include <vector>

#include "core/options.h"

namespace gan::training {

struct Command {
  const char* name;
  const char* summary;
  int (*run)(int argc, char** argv);  // argv[0] is the command's name; returns the exit status
};
std::span<const Command> commands();

int command_run(int argc, char** argv);
int command_eval(int argc, char** argv);
int command_show(int argc, char** argv);
int command_list(int argc, char** argv);
int command_convert(int argc, char** argv);
int command_sample(int argc, char** argv);
int command_degrade(int argc, char** argv);

// Parses GOption entries (strings through StringOption below) and returns the words that are no
// options. --help prints and exits with 0; bad usage throws Error(kSettings).
std::vector<std::string> parse_arguments(int argc, char** argv, const char* arguments,
                                         const char* description, const GOptionEntry* entries);

// The values of an option KEY=VALUE, a null-terminated array or nullptr. Throws Error(kSettings)
// for one without '='.
OptionValues settings_from(char** pairs, const char* option = "--set");

// A char* that GOption fills and this frees.
class StringOption {
 public:
  StringOption() = default;
  ~StringOption() { g_free(value_); }
  StringOption(const StringOption&) = delete;
  StringOption& operator=(const StringOption&) = delete;
  char** operator&() { return &value_; }
  std::string get(const char* otherwise = "") const { return value_ ? value_ : otherwise; }

 private:
  char* value_ = nullptr;
};

}  // namespace gan::training
