// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <filesystem>

#include "core/checkpoint/torch_file.h"
#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/table.h"
#include "training/commands/commands.h"

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

const char* task_text(Task task) {
  switch (task) {
    case Task::kImage: return "a picture of a picture";
    case Task::kImageLatent: return "a picture of a picture and a code";
    case Task::kLatent: return "a picture of a code";
    case Task::kLatentLabel: return "a picture of a code and a class";
    case Task::kAutoencoder: return "a code of a picture, and a picture of a code";
    case Task::kEncoder: return "a code of pictures";
    case Task::kDiscriminator: return "a judgement";
    case Task::kFeatures: return "features of a picture";
  }
  return "";
}

void show_network(const TensorFile& file) {
  const LoadedNetwork loaded = load_network(file);
  const NetworkTraits traits = loaded.network->traits();
  const TableEntry& entry = find_network(loaded.name);
  line("read as", loaded.origin);
  line("network", concat(loaded.name, ": ", entry.summary));
  for (const auto& [key, value] : loaded.options) line("  option", key + " = " + value);
  line("parameters", std::to_string(parameter_count(*loaded.network)));
  line("makes", task_text(entry.task));
  if (traits.in_channels && traits.out_channels) line("scale", std::to_string(traits.scale));
  if (traits.out_width) line("size", concat(traits.out_width, "x", traits.out_height));
  if (traits.latent) line("code", concat(traits.latent, " numbers"));
  if (traits.classes) line("classes", std::to_string(traits.classes));
  line("range", concat(traits.low, "..", traits.high));
  if (traits.in_channels)
    line("reach", traits.receptive_radius == kGlobalRadius
                      ? "the whole picture"
                      : concat(traits.receptive_radius, " pixels"));
}

}  // namespace

int command_show(int argc, char** argv) {
  gboolean tensors = FALSE;
  const GOptionEntry entries[] = {
      {"tensors", 0, 0, G_OPTION_ARG_NONE, &tensors, "list the tensors too", nullptr}, {}};
  const auto words =
      parse_arguments(argc, argv, "FILE", "FILE is a checkpoint or a built-in model.", entries);
  check(words.size() == 1, ErrorKind::kSettings, "show wants one file");
  std::error_code ignored;
  if (std::filesystem::is_regular_file(words[0], ignored) && is_torchscript(*open_file(words[0]))) {
    line("file", words[0]);
    line("container",
         "TorchScript archive, a program: enhancegan plays it with allow-torchscript=true");
    return 0;
  }
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
  if (state)
    line("holds", "the state of a training run; weights that elements load lie beside it");
  else
    show_network(file);
  for (const auto& [key, value] : file.metadata) line("metadata", key + " = " + value);
  return 0;
}

}  // namespace gan::training
