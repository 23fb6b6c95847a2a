// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/table.h"
#include "training/commands/commands.h"

namespace gan::training {
namespace {

// Network interpolation (Wang et al. 2018, ESRGAN, section 3.4): a becomes (1 - alpha) a + alpha b,
// tensor by tensor.
void interpolate(const LoadedNetwork& a, const LoadedNetwork& b, double alpha) {
  check(a.name == b.name && a.options == b.options, ErrorKind::kSettings,
        "only networks of the same architecture and options can be mixed, not ", a.name, " ",
        a.origin, " and ", b.name, " ", b.origin);
  torch::NoGradGuard no_grad;
  auto into = state_dict(*a.network);
  const auto from = state_dict(*b.network);
  for (size_t i = 0; i < into.size(); ++i)
    if (into[i].second.is_floating_point()) into[i].second.lerp_(from[i].second, alpha);
}

// An option of --set may not change what tensors the network has.
void check_same_tensors(const Network& before, const Network& after) {
  const auto old_state = state_dict(before), new_state = state_dict(after);
  bool same = old_state.size() == new_state.size();
  for (size_t i = 0; same && i < old_state.size(); ++i)
    same = old_state[i].first == new_state[i].first &&
           old_state[i].second.sizes() == new_state[i].second.sizes();
  check(same, ErrorKind::kSettings,
        "--set may change only options that leave the weights as they are");
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

}  // namespace

int command_convert(int argc, char** argv) {
  StringOption with;
  gdouble alpha = -1;
  gchar** sets = nullptr;
  const GOptionEntry entries[] = {
      {"with", 0, 0, G_OPTION_ARG_FILENAME, &with, "mix with the weights of FILE", "FILE"},
      {"alpha", 0, 0, G_OPTION_ARG_DOUBLE, &alpha, "share of FILE, 0 to 1 (default 0.5)", "A"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets, "change an option of the network",
       "KEY=VALUE"},
      {}};
  const auto words = parse_arguments(
      argc, argv, "IN OUT",
      "Writes the network of IN, a checkpoint of ours, an official one or a built-in model, as "
      "OUT\n"
      "in this project's safetensors. With --with the weights of two checkpoints of the same\n"
      "architecture are mixed: denoise strength s of realesr-general-x4v3 is\n"
      "  gan-train convert realesr-general-wdn-x4v3.pth out.safetensors \\\n"
      "    --with realesr-general-x4v3.pth --alpha s\n"
      "--set changes options that do not change the weights, such as test_norm of unet.",
      entries);
  const OptionValues changes = settings_from(sets);
  g_strfreev(sets);
  check(words.size() == 2, ErrorKind::kSettings,
        "convert wants two files, IN and OUT; see gan-train convert --help");
  const bool mixes = !with.get().empty();
  check(mixes || alpha == -1, ErrorKind::kSettings, "--alpha wants --with FILE");
  if (alpha == -1) alpha = 0.5;
  check(alpha >= 0 && alpha <= 1, ErrorKind::kSettings, "--alpha must be 0 to 1, got ", alpha);
  check(!same_file(words[0], words[1]) && !same_file(with.get(), words[1]), ErrorKind::kSettings,
        words[1], ": OUT must be another file than what is read");

  LoadedNetwork loaded = load_network(open_model(words[0]));
  const auto file_name = [](const std::string& path) {
    return std::filesystem::path(path).filename().string();
  };
  auto metadata = loaded.metadata;
  metadata["gan.converted"] = concat(file_name(words[0]), " (", loaded.origin, ")");
  if (mixes) {
    interpolate(loaded, load_network(open_model(with.get())), alpha);
    metadata["gan.converted"] += concat(", mixed with ", alpha, " of ", file_name(with.get()));
  }
  const TableEntry& entry = find_network(loaded.name);
  const auto options = entry.make_options();
  read_options(*options, loaded.options, loaded.name);
  read_options(*options, changes, "network " + loaded.name);
  check_same_tensors(*loaded.network, *entry.create(*options));
  save_network(words[1], *loaded.network, loaded.name, *options, metadata);
  std::printf("%s: %s, %lld parameters, from %s\n", words[1].c_str(), loaded.name.c_str(),
              static_cast<long long>(parameter_count(*loaded.network)),
              metadata["gan.converted"].c_str());
  return 0;
}

}  // namespace gan::training
