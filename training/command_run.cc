// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/error.h"
#include "training/commands.h"
#include "training/recipe.h"
#include "training/trainer.h"

namespace gan::training {
namespace {

std::string recipes_text() {
  std::string text = "Recipes:\n";
  for (const auto& entry : recipe_table())
    text += concat("  ", entry.name, "  ", entry.summary, "\n");
  return text + "\nThe keys of --set: gan-train list RECIPE";
}

// "key=value" pairs
}  // namespace

int command_run(int argc, char** argv) {
  RunRequest request;
  for (int i = 0; i < argc; ++i) request.command += concat(i ? " " : "gan-train ", argv[i]);
  StringOption data, out, device, precision;
  char** set = nullptr;
  gboolean resume = FALSE;
  gint steps = 0, threads = 0;
  const GOptionEntry entries[] = {
      {"data", 0, 0, G_OPTION_ARG_FILENAME, &data, "training data", "DIR"},
      {"out", 0, 0, G_OPTION_ARG_FILENAME, &out, "run folder", "DIR"},
      {"steps", 0, 0, G_OPTION_ARG_INT, &steps, "the same as --set steps=N", "N"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &set, "an option of the recipe", "KEY=VALUE"},
      {"resume", 0, 0, G_OPTION_ARG_NONE, &resume, "go on from the newest state in the folder",
       nullptr},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, cpu, cuda, cuda:N", "D"},
      {"precision", 0, 0, G_OPTION_ARG_STRING, &precision, "auto or fp32", "P"},
      {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "0: all", "N"},
      {}};
  const std::string recipes = recipes_text();
  const auto words = parse_arguments(argc, argv, "RECIPE", recipes.c_str(), entries);
  check(words.size() == 1, ErrorKind::kSettings, "run wants one recipe, got ", words.size(),
        " words; see gan-train run --help");
  request.recipe = words[0];
  request.settings = settings_from(set);
  g_strfreev(set);
  if (steps != 0) request.settings["steps"] = std::to_string(steps);
  request.data = data.get();
  request.out = out.get();
  check(!request.data.empty() && !request.out.empty(), ErrorKind::kSettings,
        "run wants --data DIR and --out DIR");
  request.resume = resume;
  request.device = device.get("auto");
  request.precision = precision.get("auto");
  request.threads = threads;
  return train(request) == RunResult::kDone ? 0 : 130;
}

}  // namespace gan::training
