// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/configuration.h"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "core/checkpoint/safetensors.h"
#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "training/recipes/recipe.h"
#include "training/run/folder.h"

namespace gan::training {

namespace fs = std::filesystem;

namespace {

// The members that a key file's group [run] may set.
struct RunKeys : Options {
  std::string recipe, data, out, device, precision;
  int threads;
  double minutes;
  explicit RunKeys(const RunRequest& request)
      : recipe(request.recipe),
        data(request.data),
        out(request.out),
        device(request.device.value_or("auto")),
        precision(request.precision.value_or("auto")),
        threads(request.threads.value_or(0)),
        minutes(request.minutes.value_or(0)) {}
  void visit(OptionVisitor& v) override {
    v.text("recipe", recipe, "", "name of the recipe");
    v.text("data", data, "", "folder of the training data");
    v.text("out", out, "", "run folder");
    v.text("device", device, "", "auto, cpu, cuda, cuda:N");
    v.text("precision", precision, "auto|fp32|bf16", "");
    v.integer("threads", threads, 0, 1024, "0: all");
    v.real("minutes", minutes, 0, 1e7, "time limit, 0: none");
  }
};

OptionValues group_values(GKeyFile* file, const char* group) {
  OptionValues values;
  gsize count = 0;
  g_auto(GStrv) keys = g_key_file_get_keys(file, group, &count, nullptr);
  for (gsize i = 0; i < count; ++i) {
    g_autofree char* value = g_key_file_get_string(file, group, keys[i], nullptr);
    values[keys[i]] = value ? value : "";
  }
  return values;
}

// `given` over `from`.
void complete(OptionValues& given, const OptionValues& from) {
  given.insert(from.begin(), from.end());
}

}  // namespace

void take_run_keys(RunRequest& request, const OptionValues& values, const std::string& what) {
  RunKeys keys((RunRequest()));
  read_options(keys, values, what);
  if (request.recipe.empty()) request.recipe = keys.recipe;
  if (request.data.empty()) request.data = keys.data;
  if (request.out.empty()) request.out = keys.out;
  const auto take = [&](const char* key, auto& open, const auto& read) {
    if (!open && values.contains(key)) open = read;
  };
  take("device", request.device, keys.device);
  take("precision", request.precision, keys.precision);
  take("threads", request.threads, keys.threads);
  take("minutes", request.minutes, keys.minutes);
}

namespace {

void read_checkpoint(const std::string& path, RunRequest& request) {
  const TensorFile file = open_model(path);
  const auto text = [&](const char* key) {
    const auto found = file.metadata.find(key);
    return found == file.metadata.end() ? std::string() : found->second;
  };
  check(!text("gan.recipe").empty() && !text("gan.recipe_options").empty(), ErrorKind::kSettings,
        path, ": is a checkpoint that remembers no recipe");
  if (request.recipe.empty()) request.recipe = text("gan.recipe");
  check(request.recipe == text("gan.recipe"), ErrorKind::kSettings, path, ": remembers recipe ",
        text("gan.recipe"), ", not ", request.recipe);
  if (request.data.empty()) request.data = text("gan.data");
  OptionValues run;  // absent from older files
  for (const char* key : {"precision", "threads"})
    if (const auto value = text((std::string("gan.") + key).c_str()); !value.empty())
      run[key] = value;
  take_run_keys(request, run, path);
  OptionValues options = options_from_json(text("gan.recipe_options"), path);
  const auto known = write_options(find_recipe(request.recipe).make()->options());
  for (const auto& [key, value] : options_before_they_were())
    if (known.contains(key)) options.emplace(key, value);
  complete(request.settings, options);
}

}  // namespace

const OptionValues& options_before_they_were() {
  static const OptionValues values = {{"residual", "false"}, {"e_norm", "batch"}};
  return values;
}

std::string whole_path(const std::string& path) {
  std::error_code error;
  const auto whole = fs::weakly_canonical(path, error);
  return error ? path : whole.string();
}

void read_run_folder(const std::string& folder, RunRequest& request) {
  const std::string configuration = folder + "/run.conf";
  if (fs::exists(configuration)) return read_configuration(configuration, request);
  std::string newest;
  int64_t newest_step = -1;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder + "/checkpoints", none))
    if (const auto step = step_of(entry.path().filename().string(), ".state");
        step.value_or(-1) > newest_step) {
      newest_step = *step;
      newest = entry.path().string();
    }
  if (!newest.empty()) read_checkpoint(newest, request);
}

void take_init(RunRequest& request) {
  OptionValues& settings = request.settings;
  const auto given = settings.find("init");
  if (given == settings.end() || given->second.empty()) return;
  const LoadedNetwork loaded = load_network(open_model(given->second));
  const auto recipe = find_recipe(request.recipe).make();
  const OptionValues plain = write_options(recipe->options());
  const auto take = [&](const std::string& key, const std::string& value) {
    if (plain.contains(key)) settings.emplace(key, value);
  };
  take("generator", loaded.name);
  const bool chosen = plain.contains("generator") && settings["generator"] == loaded.name;
  for (const auto& [key, value] : loaded.options) {
    if (key == "scale" || !chosen) take(key, value);
    if (chosen && !settings.contains(key)) settings.emplace("generator." + key, value);
  }
}

void read_configuration(const std::string& path, RunRequest& request) {
  std::error_code ignored;
  check(fs::is_regular_file(path, ignored), ErrorKind::kNotFound, path,
        ": no such configuration file");
  if (const auto source = open_file(path); is_safetensors(*source))
    return read_checkpoint(path, request);
  g_autoptr(GKeyFile) file = g_key_file_new();
  g_autoptr(GError) error = nullptr;
  check(g_key_file_load_from_file(file, path.c_str(), G_KEY_FILE_NONE, &error),
        ErrorKind::kSettings, path, ": ", error ? error->message : "");
  gsize count = 0;
  g_auto(GStrv) groups = g_key_file_get_groups(file, &count);
  for (gsize i = 0; i < count; ++i)
    check(std::string_view(groups[i]) == "run" || std::string_view(groups[i]) == "options",
          ErrorKind::kSettings, path, ": unknown group [", groups[i],
          "]; there is [run] and [options]");
  take_run_keys(request, group_values(file, "run"), path + " [run]");
  complete(request.settings, group_values(file, "options"));
}

std::string configuration_text(const RunRequest& request, Options& options) {
  RunKeys keys(request);
  std::string text = "[run]\n";
  for (const auto& [key, value] : write_options(keys)) text += concat(key, "=", value, "\n");
  text += "\n[options]\n";
  for (const auto& [key, value] : write_options(options)) text += concat(key, "=", value, "\n");
  return text;
}

std::string run_folder_for(const RunRequest& request) {
  if (!request.out.empty()) return request.out;
  const fs::path runs = "runs";
  std::error_code error;
  if (request.resume) {
    const fs::path latest = fs::read_symlink(runs / "latest", error);
    check(!error, ErrorKind::kSettings,
          "--resume without --out wants runs/latest, which is not there");
    return runs / latest;
  }
  fs::create_directories(runs, error);
  check(!error, ErrorKind::kUnwritable, "runs: cannot be made: ", error.message());
  int last = 0;
  for (const auto& entry : fs::directory_iterator(runs)) {
    const std::string name = entry.path().filename();
    int number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    last = std::max(last, number);
  }
  char name[64];
  std::snprintf(name, sizeof name, "%05d-%s", last + 1, request.recipe.c_str());
  fs::create_directory(runs / name, error);
  check(!error, ErrorKind::kUnwritable, (runs / name).string(),
        ": cannot be made: ", error.message());
  fs::create_directory_symlink(name, runs / "latest.new", error);
  fs::rename(runs / "latest.new", runs / "latest", error);
  return runs / name;
}

}  // namespace gan::training
