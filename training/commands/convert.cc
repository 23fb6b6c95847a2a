// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "core/file_suffix.h"
#include "models/assumed_options.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/contents.h"
#include "models/table.h"
#include "training/commands/commands.h"
#include "training/export/ncnn.h"
#include "training/export/onnx.h"

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

// The network with other options, which may not change what tensors it has.
void change_options(LoadedNetwork& loaded, const OptionValues& changes) {
  if (changes.empty()) return;
  const auto options = options_of(loaded);
  read_options(*options, changes, "network " + loaded.name);
  const auto network = find_network(loaded.name).create(*options);
  const auto from = state_dict(*loaded.network), into = state_dict(*network);
  bool same = from.size() == into.size();
  for (size_t i = 0; same && i < into.size(); ++i)
    same = from[i].first == into[i].first && from[i].second.sizes() == into[i].second.sizes();
  check(same, ErrorKind::kSettings,
        "--set may change only options that leave the weights as they are");
  torch::NoGradGuard no_grad;
  for (size_t i = 0; i < into.size(); ++i) into[i].second.copy_(from[i].second);
  network->eval();
  loaded.network = network;
  loaded.options = write_options(*options);
}

Size size_from(const std::string& text) {
  Size size;
  char after = 0;
  if (!text.empty())
    check(std::sscanf(text.c_str(), "%5dx%5d%c", &size.width, &size.height, &after) == 2 &&
              size.width > 0 && size.height > 0,
          ErrorKind::kSettings, "--size wants WIDTHxHEIGHT in pixels, such as 320x180, got \"",
          text, "\"");
  return size;
}

// By what the name ends in; what there is to say of it.
std::string write(const std::string& path, const LoadedNetwork& loaded, Size size,
                  const std::string& dtype) {
  const std::string suffix = lower_suffix(path);
  check(dtype.empty() || (suffix != ".onnx" && suffix != ".param"), ErrorKind::kSettings,
        "--dtype belongs to .safetensors, not to ", path);
  check(dtype.empty() || dtype == "fp32" || dtype == "fp16", ErrorKind::kSettings,
        "--dtype must be fp32 or fp16, got \"", dtype, "\"");
  if (suffix == ".onnx") {
    const OnnxFile file = write_onnx_network(path, loaded, size);
    return file.size.area() == 0
               ? " as ONNX for pictures of any size"
               : concat(" as ONNX for pictures of ", file.size.width, "x", file.size.height);
  }
  check(size.area() == 0, ErrorKind::kSettings, "--size belongs to .onnx, not to ", path);
  if (suffix == ".param") {
    write_ncnn_network(path, loaded);
    return " for ncnn";
  }
  const bool half = dtype == "fp16";
  save_network(path, *loaded.network, loaded.name, *options_of(loaded), loaded.metadata,
               half ? at::kHalf : at::kFloat);
  return half ? " in fp16" : "";
}

// What `show` tells of a file beside its network; a note without text is taken out.
void take_notes(LoadedNetwork& loaded, const OptionValues& notes) {
  static constexpr std::array kNotes = {"command", "data",       "figures",
                                        "licence", "provenance", "speed"};
  for (const auto& [key, text] : notes) {
    check(std::ranges::find(kNotes, key) != kNotes.end(), ErrorKind::kSettings,
          "--note must be command, data, figures, licence, provenance or speed, got \"", key, "\"");
    if (text.empty())
      loaded.metadata.erase("gan." + key);
    else
      loaded.metadata["gan." + key] = text;
  }
}

bool same_file(const std::string& a, const std::string& b) {
  std::error_code ignored;
  return std::filesystem::equivalent(a, b, ignored);
}

}  // namespace

int command_convert(int argc, char** argv) {
  StringOption with, size_text, dtype;
  gdouble alpha = -1;
  gchar **sets = nullptr, **note_words = nullptr;
  const GOptionEntry entries[] = {
      {"with", 0, 0, G_OPTION_ARG_FILENAME, &with, "mix with the weights of FILE", "FILE"},
      {"alpha", 0, 0, G_OPTION_ARG_DOUBLE, &alpha, "share of FILE, 0 to 1 (default 0.5)", "A"},
      {"set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &sets, "change an option of the network",
       "KEY=VALUE"},
      {"size", 0, 0, G_OPTION_ARG_STRING, &size_text,
       "of pictures, for ONNX models that take no other", "WxH"},
      {"dtype", 0, 0, G_OPTION_ARG_STRING, &dtype, "fp32 or fp16, half as large (default fp32)",
       "TYPE"},
      {"note", 0, 0, G_OPTION_ARG_STRING_ARRAY, &note_words,
       "what show tells: command, data, figures, licence, provenance, speed", "KEY=TEXT"},
      {}};
  const auto words = parse_arguments(
      argc, argv, "IN OUT",
      "Writes the network of IN, a checkpoint of ours, an official one or a built-in model, as "
      "OUT.\n"
      "Where OUT ends in .onnx it is an ONNX model; where it ends in .param, a network of ncnn, "
      "with\n"
      "the weights in a .bin beside it; else it is this project's safetensors, with the official\n"
      "names of the weights. Networks with attention make ONNX models for pictures of one --size.\n"
      "With --with the weights of two checkpoints of the same architecture are mixed: denoise\n"
      "strength s of realesr-general-x4v3 is\n"
      "  gan-train convert realesr-general-wdn-x4v3.pth out.safetensors \\\n"
      "    --with realesr-general-x4v3.pth --alpha s\n"
      "--set changes options that do not change the weights, such as test_norm of unet.",
      entries);
  const OptionValues changes = settings_from(sets, "--set"),
                     notes = settings_from(note_words, "--note");
  g_strfreev(sets);
  g_strfreev(note_words);
  check(words.size() == 2, ErrorKind::kSettings,
        "convert wants two files, IN and OUT; see gan-train convert --help");
  const bool mixes = !with.get().empty();
  check(mixes || alpha == -1, ErrorKind::kSettings, "--alpha wants --with FILE");
  if (alpha == -1) alpha = 0.5;
  check(alpha >= 0 && alpha <= 1, ErrorKind::kSettings, "--alpha must be 0 to 1, got ", alpha);
  check(!same_file(words[0], words[1]) && !same_file(with.get(), words[1]), ErrorKind::kSettings,
        words[1], ": OUT must be another file than what is read");

  for (const char* pickle : {".pth", ".pt", ".ckpt"})
    check(lower_suffix(words[1]) != pickle, ErrorKind::kSettings, words[1],
          ": no pickles are written here; OUT must end in .safetensors, .onnx or .param");
  const Size size = size_from(size_text.get());

  const TensorFile file = open_model(words[0]);
  LoadedNetwork loaded = load_network(file);
  if (const std::string licence = licence_of(file); !licence.empty())
    loaded.metadata.emplace("gan.licence", licence);
  const auto file_name = [](const std::string& path) {
    return std::filesystem::path(path).filename().string();
  };
  loaded.metadata["gan.converted"] = concat(file_name(words[0]), " (", loaded.origin, ")");
  if (mixes) {
    interpolate(loaded, load_network(open_model(with.get())), alpha);
    loaded.metadata["gan.converted"] +=
        concat(", mixed with ", alpha, " of ", file_name(with.get()));
  }
  change_options(loaded, changes);
  take_notes(loaded, notes);
  std::erase_if(loaded.assumed, [&](const std::string& key) { return changes.contains(key); });
  const std::string kind = write(words[1], loaded, size, dtype.get());
  std::printf("%s: %s%s, %lld parameters, from %s\n", words[1].c_str(), loaded.name.c_str(),
              kind.c_str(), static_cast<long long>(parameter_count(*loaded.network)),
              loaded.metadata["gan.converted"].c_str());
  if (!loaded.assumed.empty())
    std::printf("%s does not tell %s: that was assumed; --set changes it\n", words[0].c_str(),
                assumed_text(loaded.assumed, *options_of(loaded)).c_str());
  return 0;
}

}  // namespace gan::training
