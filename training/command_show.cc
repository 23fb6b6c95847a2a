// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/table.h"
#include "training/commands.h"

namespace gan::training {
namespace {

void line(const char* name, const std::string& value) {
  if (!value.empty()) std::printf("%-12s %s\n", name, value.c_str());
}

std::string shape_text(const TensorEntry& entry) {
  std::string text = "[";
  for (size_t i = 0; i < entry.shape.size(); ++i) text += concat(i ? ", " : "", entry.shape[i]);
  return text + "]";
}

}  // namespace

int command_show(int argc, char** argv) {
  gboolean tensors = FALSE;
  const GOptionEntry entries[] = {
      {"tensors", 0, 0, G_OPTION_ARG_NONE, &tensors, "list the tensors too", nullptr}, {}};
  const auto words =
      parse_arguments(argc, argv, "FILE", "FILE is a checkpoint or a built-in model.", entries);
  check(words.size() == 1, ErrorKind::kSettings, "show wants one file");
  const TensorFile file = open_model(words[0]);
  line("file", concat(file.source->name(), ", ", file.source->size(), " bytes"));
  line("container",
       file.container + (file.unwrapped.empty() ? "" : ", tensors under " + file.unwrapped));
  line("tensors", std::to_string(file.tensors.size()));
  if (tensors)
    for (const auto& entry : file.tensors)
      std::printf("  %-60s %-5s %s\n", entry.name.c_str(),
                  std::string(safetensors_name(entry.dtype)).c_str(), shape_text(entry).c_str());
  const bool state = file.metadata.contains("gan.state");
  if (!state) {
    const LoadedNetwork loaded = load_network(file);
    const NetworkTraits traits = loaded.network->traits();
    line("read as", loaded.origin);
    line("network", concat(loaded.name, ": ", find_network(loaded.name).summary));
    for (const auto& [key, value] : loaded.options) line("  option", key + " = " + value);
    line("parameters", std::to_string(parameter_count(*loaded.network)));
    line("scale", std::to_string(traits.scale));
    line("range", concat(traits.low, "..", traits.high));
    line("reach", traits.receptive_radius == kGlobalRadius
                      ? "the whole picture"
                      : concat(traits.receptive_radius, " pixels"));
  } else {
    line("holds", "the state of a training run; weights that elements load lie beside it");
  }
  for (const auto& [key, value] : file.metadata) line("metadata", key + " = " + value);
  return 0;
}

}  // namespace gan::training
