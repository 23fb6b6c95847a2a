// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstdio>
#include <vector>

#include "core/error.h"
#include "models/builtin.h"
#include "models/table.h"
#include "training/commands/commands.h"
#include "training/recipes/recipe.h"

namespace gan::training {
namespace {

void print_options(Options& options) {
  for (const auto& option : describe_options(options))
    std::printf("  %-20s %-12s %-28s  %s\n", option.name.c_str(), option.value.c_str(),
                option.range.c_str(), option.help.c_str());
}

// A name may be that of a network and of a recipe.
void print_one(const std::string& word) {
  const auto network = std::ranges::find(network_table(), word, &TableEntry::name);
  const bool is_network = network != network_table().end();
  if (is_network) {
    std::printf("network %s: %s\n", word.c_str(), std::string(network->summary).c_str());
    print_options(*network->make_options());
  }
  const bool is_recipe =
      std::ranges::find(recipe_table(), word, &RecipeEntry::name) != recipe_table().end();
  if (!is_recipe && is_network) return;
  if (!is_recipe) {
    std::vector<std::string> known;
    for (const auto& entry : recipe_table()) known.emplace_back(entry.name);
    for (const auto& entry : network_table()) known.emplace_back(entry.name);
    const std::string near = nearest_word(word, known);
    fail(ErrorKind::kSettings, "\"", word,
         "\" is neither a recipe nor a network; gan-train list names them",
         near.empty() ? "" : "; did you mean \"" + near + "\"?");
  }
  const RecipeEntry& entry = find_recipe(word);
  std::printf("recipe %s: %s (%s)\nheld-out metric: %s\n", word.c_str(),
              std::string(entry.summary).c_str(), std::string(entry.source).c_str(),
              std::string(entry.metric).c_str());
  print_options(entry.make()->options());
}

template <class Entries>
void print_names(const char* title, const Entries& entries) {
  std::printf("%s:\n", title);
  size_t width = 0;
  for (const auto& entry : entries) width = std::max(width, entry.name.size());
  for (const auto& entry : entries)
    std::printf("  %-*s  %s\n", static_cast<int>(width), std::string(entry.name).c_str(),
                std::string(entry.summary).c_str());
}

// As in README, where a test compares it.
void print_markdown() {
  std::printf("| recipe | what it trains | held-out metric | source |\n|---|---|---|---|\n");
  for (const auto& entry : recipe_table())
    std::printf("| `%s` | %s | %s | %s |\n", entry.name.data(), entry.summary.data(),
                entry.metric.data(), entry.source.data());
}

}  // namespace

int command_list(int argc, char** argv) {
  gboolean markdown = false;
  const GOptionEntry entries[] = {
      {"markdown", 0, 0, G_OPTION_ARG_NONE, &markdown, "the table of recipes as Markdown", nullptr},
      {}};
  const auto words = parse_arguments(argc, argv, "[NAME]...",
                                     "With the name of a recipe or network: its options, defaults "
                                     "and ranges.",
                                     entries);
  if (markdown) {
    print_markdown();
    return 0;
  }
  for (const auto& word : words) print_one(word);
  if (!words.empty()) return 0;
  print_names("Recipes", recipe_table());
  print_names("Networks", network_table());
  print_names("Built-in models (also as --set init=builtin:NAME)", builtin_models());
  return 0;
}

}  // namespace gan::training
