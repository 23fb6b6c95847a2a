// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <cstdlib>

#include "core/error.h"
#include "training/commands/commands.h"
#include "training/recipes/recipe.h"
#include "training/run/launch.h"

namespace gan::training {
namespace {

std::string recipes_text() {
  std::string text = "Recipes:\n";
  for (const auto& entry : recipe_table())
    text += concat("  ", entry.name, "  ", entry.summary, "\n");
  return text +
         "\nThe keys of --set: gan-train list RECIPE. Such as\n"
         "  gan-train run compact --data photos/ --out runs/mine --set size=small\n"
         "  gan-train run --out runs/mine --resume";
}

struct ProcessOptions : Options {
  int processes = 1;
  double patience = RunRequest().patience;
  void visit(OptionVisitor& v) override {
    v.integer("processes", processes, 1, 1024, "");
    v.real("patience", patience, 1, 1e6, "");
  }
};

// The program's words without --processes N.
std::vector<std::string> without_processes(const std::vector<std::string>& words) {
  std::vector<std::string> left = {"gan-train"};
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--processes")
      ++i;
    else if (!words[i].starts_with("--processes="))
      left.push_back(words[i]);
  }
  return left;
}

}  // namespace

int command_run(int argc, char** argv) {
  RunRequest request;
  for (int i = 0; i < argc; ++i) request.command += concat(i ? " " : "gan-train ", argv[i]);
  StringOption data, out, device, precision, config;
  char** set = nullptr;
  gboolean resume = FALSE, dry_run = FALSE, dump = FALSE;
  // Texts, to tell what is not given from a given 0.
  StringOption steps, threads, minutes, processes, patience;
  const GOptionEntry entries[] = {
      {"data", 0, 0, G_OPTION_ARG_FILENAME, &data, "training data", "DIR"},
      {"out", 0, 0, G_OPTION_ARG_FILENAME, &out,
       "run folder; without it runs/NNNNN-RECIPE, and runs/latest points there", "DIR"},
      {"steps", 0, 0, G_OPTION_ARG_STRING, &steps, "the same as --set steps=N", "N"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &set, "an option of the recipe", "KEY=VALUE"},
      {"config", 0, 0, G_OPTION_ARG_FILENAME, &config,
       "a configuration file, or a checkpoint whose configuration is taken; the command line wins",
       "FILE"},
      {"dump-config", 0, 0, G_OPTION_ARG_NONE, &dump, "print the configuration and end", nullptr},
      {"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
       "check the data, run one step of each stage, print configuration, time and memory; write "
       "nothing",
       nullptr},
      {"resume", 0, 0, G_OPTION_ARG_NONE, &resume,
       "go on from the newest state in the folder, which with --out DIR knows the rest", nullptr},
      {"minutes", 0, 0, G_OPTION_ARG_STRING, &minutes, "save and end after so long", "M"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, cpu, cuda, cuda:N", "D"},
      {"precision", 0, 0, G_OPTION_ARG_STRING, &precision,
       "auto, fp32, or bf16: weights in fp32, convolutions in bf16", "P"},
      {"threads", 0, 0, G_OPTION_ARG_STRING, &threads, "0: all", "N"},
      {"processes", 0, 0, G_OPTION_ARG_STRING, &processes,
       "start so many on this machine, which share every batch", "N"},
      {"patience", 0, 0, G_OPTION_ARG_STRING, &patience,
       "of several processes: how long one may be silent, or let the others wait (300)", "SECONDS"},
      {}};
  const std::vector<std::string> words_given(argv, argv + argc);
  const std::string recipes = recipes_text();
  const auto words = parse_arguments(argc, argv, "RECIPE", recipes.c_str(), entries);
  request.settings = settings_from(set);
  g_strfreev(set);
  request.holdout_given = request.settings.contains("holdout");
  if (!steps.get().empty()) request.settings["steps"] = steps.get();
  check(words.size() <= 1, ErrorKind::kSettings, "run wants one recipe, got ", words.size(),
        " words; see gan-train run --help");
  if (!words.empty()) request.recipe = words[0];
  request.data = data.get();
  request.out = out.get();
  request.resume = resume;
  request.dry_run = dry_run;
  ProcessOptions several;
  OptionValues given_several;
  if (!processes.get().empty()) given_several["processes"] = processes.get();
  if (!patience.get().empty()) given_several["patience"] = patience.get();
  read_options(several, given_several, "gan-train run");
  request.patience = several.patience;
  OptionValues switches;
  for (const auto& [key, given] : OptionValues{{"device", device.get()},
                                               {"precision", precision.get()},
                                               {"threads", threads.get()},
                                               {"minutes", minutes.get()}})
    if (!given.empty()) switches[key] = given;
  take_run_keys(request, switches, "gan-train run");
  if (!config.get().empty()) read_configuration(config.get(), request);
  if (resume) read_run_folder(request.out.empty() ? "runs/latest" : request.out, request);
  check(!request.recipe.empty(), ErrorKind::kSettings,
        resume ? (request.out.empty() ? "runs/latest" : request.out) +
                     ": holds no run to go on with; for a new one run wants a recipe"
               : "run wants a recipe; see gan-train run --help");
  // The word of the built-in features beside a number of feature maps.
  if (const auto found = request.settings.find("features");
      found != request.settings.end() && found->second == "mobilenet") {
    request.settings.erase(found);
    request.settings["perceptual"] = "mobilenet";
  }
  if (!resume) take_init(request);
  if (dump) {
    const auto recipe = find_recipe(request.recipe).make();
    read_options(recipe->options(), request.settings, "recipe " + request.recipe);
    std::printf("%s", configuration_text(request, recipe->options()).c_str());
    return 0;
  }
  check(!request.data.empty(), ErrorKind::kSettings, "run wants --data DIR");
  if (several.processes > 1) {
    check(!std::getenv("WORLD_SIZE"), ErrorKind::kSettings,
          "--processes starts them on this machine, but WORLD_SIZE is set: a launcher has done so");
    return run_processes(several.processes, without_processes(words_given));
  }
  return train_by_all(request) == RunResult::kInterrupted ? 130 : 0;
}

}  // namespace gan::training
