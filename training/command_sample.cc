// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstdio>

#include "core/error.h"
#include "core/image_file.h"
#include "core/latent.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/device.h"
#include "models/host_allocator.h"
#include "models/picture_tensor.h"
#include "models/table.h"
#include "training/commands.h"
#include "training/sample_grid.h"

namespace gan::training {
namespace {

// The label of each picture: those given, in turn; without any, classes 0, 1, ... in turn.
std::vector<int64_t> labels_for(size_t count, const std::string& given, int classes) {
  std::vector<int64_t> labels;
  const auto chosen = given.empty() ? std::vector<uint32_t>() : parse_seeds(given);
  for (const uint32_t label : chosen)
    check(static_cast<int64_t>(label) < classes, ErrorKind::kSettings, "--labels must be 0 to ",
          classes - 1, ", got ", label);
  for (size_t i = 0; i < count; ++i)
    labels.push_back(chosen.empty() ? static_cast<int64_t>(i % static_cast<size_t>(classes))
                                    : int64_t{chosen[i % chosen.size()]});
  return labels;
}

}  // namespace

int command_sample(int argc, char** argv) {
  StringOption out, seeds, labels, device;
  gint columns = 0, threads = 0;
  gdouble truncation = 1;
  const GOptionEntry entries[] = {
      {"out", 0, 0, G_OPTION_ARG_FILENAME, &out, "picture to write", "PNG"},
      {"seeds", 0, 0, G_OPTION_ARG_STRING, &seeds, "such as 3, 1, 8-11 (default 0-63)", "SEEDS"},
      {"labels", 0, 0, G_OPTION_ARG_STRING, &labels,
       "classes of a conditional network, in turn (default all)", "LABELS"},
      {"columns", 0, 0, G_OPTION_ARG_INT, &columns, "of the grid (default 8, or the classes)", "N"},
      {"truncation", 0, 0, G_OPTION_ARG_DOUBLE, &truncation,
       "nearer to 0: nearer to the mean picture (default 1)", "PSI"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, cpu, cuda, cuda:N", "D"},
      {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "0: all", "N"},
      {}};
  const auto words = parse_arguments(
      argc, argv, "CHECKPOINT",
      "Draws a grid of pictures that a generator makes of the codes of seeds, the same codes as\n"
      "latentwalk's. CHECKPOINT is a path or the name of a built-in model.",
      entries);
  check(words.size() == 1 && !out.get().empty(), ErrorKind::kSettings,
        "sample wants a checkpoint and --out PNG; see gan-train sample --help");
  check(columns >= 0 && columns <= 1000, ErrorKind::kSettings, "--columns must be 1 to 1000, got ",
        columns);
  install_host_allocator();
  set_threads_of_this_thread(threads);
  const torch::Device where = device_from_name(device.get("auto"));
  const LoadedNetwork loaded = load_network(open_model(words[0]));
  const NetworkTraits traits = loaded.network->traits();
  const Task task = find_network(loaded.name).task;
  check(task == Task::kLatent || task == Task::kLatentLabel || task == Task::kAutoencoder,
        ErrorKind::kWrongType, words[0], ": holds a network ", loaded.name,
        ", which makes no picture of a code");
  check(labels.get().empty() || traits.classes > 0, ErrorKind::kSettings,
        "--labels wants a conditional network, ", loaded.name, " is none");
  loaded.network->to(where);

  const auto chosen = parse_seeds(seeds.get("0-63"));
  const auto classes = traits.classes ? labels_for(chosen.size(), labels.get(), traits.classes)
                                      : std::vector<int64_t>();
  if (columns == 0) columns = traits.classes && labels.get().empty() ? traits.classes : 8;
  torch::InferenceMode inference;
  std::vector<Picture> cells;
  for (size_t i = 0; i < chosen.size(); ++i) {
    NetworkInput input{
        .latent = torch::tensor(seeded_code(chosen[i], traits.latent)).unsqueeze(0).to(where),
        .truncation = truncation};
    if (traits.classes) input.label = torch::tensor({classes[i]}).to(where);
    const auto picture = loaded.network->run(input);
    cells.push_back(
        picture_from_tensor(((picture - traits.low) / (traits.high - traits.low)).clamp(0, 1)));
  }
  write_image(out.get(), make_grid(cells, columns).view());
  std::printf("%s: %zu pictures of %s\n", out.get().c_str(), cells.size(), words[0].c_str());
  return 0;
}

}  // namespace gan::training
