// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "core/checkpoint/torch_file.h"
#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/contents.h"
#include "models/enhancer/open_network.h"
#include "models/libtorch/network_cost.h"
#include "models/machine/host.h"
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

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

void show_options(const LoadedNetwork& loaded) {
  for (const auto& [key, value] : write_options(*options_of(loaded))) {
    const bool assumed = std::ranges::find(loaded.assumed, key) != loaded.assumed.end();
    line("  option", key + " = " + value +
                         (assumed ? " (not in the file; gan-train convert --set changes it)" : ""));
  }
}

std::string reach_text(const NetworkTraits& traits) {
  if (traits.receptive_radius != kGlobalRadius)
    return concat(traits.receptive_radius, " pixels: tiles are exact",
                  traits.receptive_radius > 64 ? " with a tile-overlap of that" : "");
  if (traits.tile_window == 0) return "the whole picture: it is never tiled";
  return concat("the whole picture: tiles on multiples of ", traits.tile_window,
                " pixels are approximate");
}

// What it costs to enhance a frame of 640x360, and how quickly enhancegan would here.
void show_cost(const LoadedNetwork& loaded, const std::string& model) {
  const NetworkTraits traits = loaded.network->traits();
  if (traits.fixed_side || !traits.in_channels || !traits.out_channels) return;
  const Size frame = {padded_side(640, traits), padded_side(360, traits)};
  line("cost", number(predict_macs(loaded, frame) / 1e9) + " GMAC a frame of 640x360");
  Workers workers(available_threads());
  const auto network = open_network({.model = model, .device = "cpu"}, nullptr, workers);
  network->prepare(frame, true);
  const EnhancerInfo info = network->info();
  line("speed",
       concat("about ", number(1000 / network->ms(frame)),
              " frames of 640x360 a second on this CPU, by ", info.engine, " in ", info.kernel));
}

void show_network(const TensorFile& file, const std::string& model) {
  const LoadedNetwork loaded = load_network(file);
  const NetworkTraits traits = loaded.network->traits();
  const TableEntry& entry = find_network(loaded.name);
  line("read as", loaded.origin);
  line("network", concat(loaded.name, ": ", entry.summary));
  show_options(loaded);
  line("parameters", std::to_string(parameter_count(*loaded.network)));
  line("makes", task_text(entry.task));
  if (traits.in_channels && traits.out_channels) {
    line("scale", std::to_string(traits.scale));
    line("channels", concat(traits.in_channels, " in, ", traits.out_channels, " out"));
  }
  if (traits.out_width) line("size", concat(traits.out_width, "x", traits.out_height));
  if (traits.latent) line("code", concat(traits.latent, " numbers"));
  if (traits.classes) line("classes", std::to_string(traits.classes));
  line("range", concat(traits.low, "..", traits.high));
  if (traits.in_channels) line("reach", reach_text(traits));
  if (entry.task == Task::kImage || entry.task == Task::kImageLatent) show_cost(loaded, model);
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
  line("container", file.container);
  line("holds", file.outline);
  line("tensors", std::to_string(file.tensors.size()));
  if (tensors)
    for (const auto& entry : file.tensors)
      std::printf("  %-60s %-5s %s\n", entry.name.c_str(),
                  std::string(safetensors_name(entry.dtype)).c_str(), shape_text(entry).c_str());
  const bool state = file.metadata.contains("gan.state");
  if (state)
    line("holds", "the state of a training run; weights that elements load lie beside it");
  else
    show_network(file, words[0]);
  line("licence", licence_of(file));
  for (const auto& [key, value] : file.metadata) line("metadata", key + " = " + value);
  return 0;
}

}  // namespace gan::training
