// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "core/error.h"
#include "models/table.h"
#include "training/commands.h"
#include "training/recipe.h"

namespace gan::training {
namespace {

void print_options(Options& options) {
  for (const auto& option : describe_options(options))
    std::printf("  %-20s %-12s %-28s %s\n", option.name.c_str(), option.value.c_str(),
                option.range.c_str(), option.help.c_str());
}

}  // namespace

int command_list(int argc, char** argv) {
  const GOptionEntry entries[] = {{}};
  const auto words = parse_arguments(argc, argv, "[RECIPE]",
                                     "With the name of a recipe or network: its options, defaults "
                                     "and ranges.",
                                     entries);
  for (const auto& word : words) {
    for (const auto& entry : network_table())
      if (entry.name == word) {
        std::printf("network %s: %s\n", word.c_str(), std::string(entry.summary).c_str());
        print_options(*entry.make_options());
      }
    const bool is_network = [&] {
      for (const auto& entry : network_table())
        if (entry.name == word) return true;
      return false;
    }();
    bool is_recipe = false;
    for (const auto& entry : recipe_table()) is_recipe |= entry.name == word;
    if (!is_recipe && is_network) continue;
    const RecipeEntry& entry = find_recipe(word);
    std::printf("recipe %s: %s (%s)\n", word.c_str(), std::string(entry.summary).c_str(),
                std::string(entry.source).c_str());
    print_options(entry.make()->options());
  }
  if (!words.empty()) return 0;
  std::printf("Recipes:\n");
  for (const auto& entry : recipe_table())
    std::printf("  %-16s %s\n", entry.name.data(), entry.summary.data());
  std::printf("Networks:\n");
  for (const auto& entry : network_table())
    std::printf("  %-16s %s\n", entry.name.data(), entry.summary.data());
  return 0;
}

}  // namespace gan::training
