// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/commands/commands.h"

#include "core/error.h"

namespace gan::training {
namespace {

constexpr Command kCommands[] = {
    {"run", "train a network by a recipe", command_run},
    {"eval", "measure a checkpoint on pictures: one that enlarges, repairs or draws", command_eval},
    {"sample", "draw pictures of a generator", command_sample},
    {"degrade", "make damaged copies of pictures", command_degrade},
    {"convert", "write any checkpoint as safetensors, ONNX or ncnn, or mix two", command_convert},
    {"show", "tell what a checkpoint holds", command_show},
    {"list", "list recipes, networks and built-in models", command_list},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

std::vector<std::string> parse_arguments(int argc, char** argv, const char* arguments,
                                         const char* description, const GOptionEntry* entries) {
  const std::string program = concat("gan-train ", argv[0]);
  g_set_prgname(program.c_str());
  GOptionContext* context = g_option_context_new(arguments);
  g_option_context_set_description(context, description);
  g_option_context_add_main_entries(context, entries, nullptr);
  GError* error = nullptr;
  const bool parsed = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!parsed) {
    const std::string text = error->message;
    g_error_free(error);
    fail(ErrorKind::kSettings, text, "; see ", program, " --help");
  }
  return {argv + 1, argv + argc};
}

OptionValues settings_from(char** pairs, const char* option) {
  OptionValues settings;
  for (; pairs && *pairs; ++pairs) {
    const std::string pair = *pairs;
    const size_t equals = pair.find('=');
    check(equals != std::string::npos && equals > 0, ErrorKind::kSettings, option,
          " wants key=value, got \"", pair, "\"");
    settings[pair.substr(0, equals)] = pair.substr(equals + 1);
  }
  return settings;
}

}  // namespace gan::training
