// SPDX-License-Identifier: LGPL-2.1-or-later
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "core/error.h"
#include "core/image_file.h"
#include "core/latent_expression.h"
#include "models/builtin.h"
#include "models/checkpoint.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "models/picture_tensor.h"
#include "models/table.h"
#include "models/walker/latent_walker.h"
#include "training/commands/commands.h"
#include "training/meters/sample_grid.h"

namespace gan::training {
namespace {

// The label of each picture: those given, in turn; without any, classes 0, 1, ... in turn.
std::vector<int64_t> labels_for(size_t count, const std::string& given, int classes) {
  std::vector<int64_t> labels;
  const auto chosen = given.empty() ? std::vector<uint32_t>() : parse_seeds(given, "--labels");
  for (const uint32_t label : chosen)
    check(static_cast<int64_t>(label) < classes, ErrorKind::kSettings, "--labels must be 0 to ",
          classes - 1, ", got ", label);
  for (size_t i = 0; i < count; ++i)
    labels.push_back(chosen.empty() ? static_cast<int64_t>(i % static_cast<size_t>(classes))
                                    : int64_t{chosen[i % chosen.size()]});
  return labels;
}

// The codes of pictures, which a walker of the same network encodes as from-image does.
class PictureCodes {
 public:
  PictureCodes(const std::string& model, const std::string& device, int threads)
      : options_{.model = model, .device = device, .precision = "fp32", .threads = threads} {}

  // Of "a.png" or, the mean of all, of "a.png,b.png".
  Code mean(const std::string& paths) {
    Code sum;
    int count = 0;
    std::istringstream words(paths);
    for (std::string path; std::getline(words, path, ','); ++count) {
      const Code code = encode(path);
      sum.resize(code.size());
      for (size_t i = 0; i < code.size(); ++i) sum[i] += code[i];
    }
    for (float& value : sum) value /= static_cast<float>(count);
    return sum;
  }

 private:
  Code encode(const std::string& path) {
    const Bytes8 image = read_image_8bit(path);
    if (!walker_) walker_ = make_walker(options_);
    FrameView view{.format = PixelFormat::kRGB, .size = image.size};
    view.planes[0] = {image.rgb.data(), ptrdiff_t{3} * image.size.width};
    return walker_->encode(view);
  }

  WalkerOptions options_;
  std::unique_ptr<LatentWalker> walker_;
};

// "smile=3,17,40" or "smile=a.png,b.png": the code of a seed or picture, or the mean of several.
std::pair<std::string, NamedCode> picked_vector(const std::string& text, int length,
                                                PictureCodes& pictures) {
  const size_t equals = text.find('=');
  check(equals != std::string::npos && is_vector_name(text.substr(0, equals)), ErrorKind::kSettings,
        "--vector wants NAME=SEEDS or NAME=PICTURES, the name a letter or _ and then letters, "
        "digits or _; got \"",
        text, "\"");
  const std::string name = text.substr(0, equals), what = text.substr(equals + 1);
  if (is_image_name(what)) return {name, {pictures.mean(what), {}}};
  const auto seeds = parse_seeds(what, "--vector " + name + ": seeds");
  if (seeds.size() == 1) return {name, {seeded_code(seeds[0], length), seeds[0]}};
  std::string mean;
  for (const uint32_t seed : seeds)
    mean += concat(mean.empty() ? "mean(" : ", ", "seed(", seed, ")");
  return {name, {evaluate_expressions(mean + ")", {}, length)[0], {}}};
}

// A code for each picture and what is written below it.
struct Wanted {
  std::vector<Code> codes;
  std::vector<std::string> captions;
};

Wanted wanted_pictures(const std::string& expression, const std::string& seeds,
                       const NamedCodes& vectors, int length) {
  Wanted wanted;
  if (!expression.empty()) {
    wanted.codes = evaluate_expressions(expression, vectors, length);
    for (size_t i = 0; i < wanted.codes.size(); ++i) wanted.captions.push_back(concat(i));
    return wanted;
  }
  for (const uint32_t seed : parse_seeds(seeds, "--seeds")) {
    wanted.codes.push_back(seeded_code(seed, length));
    wanted.captions.push_back(concat(seed));
  }
  return wanted;
}

struct Look {
  int columns = 0;
  double truncation = 1;
  bool numbers = false;
  std::string labels;
};

Picture drawn(const LoadedNetwork& loaded, const Wanted& wanted, const Look& look,
              torch::Device device) {
  const NetworkTraits traits = loaded.network->traits();
  const auto classes = traits.classes ? labels_for(wanted.codes.size(), look.labels, traits.classes)
                                      : std::vector<int64_t>();
  torch::InferenceMode inference;
  std::vector<Picture> cells;
  for (size_t i = 0; i < wanted.codes.size(); ++i) {
    NetworkInput input{.latent = torch::tensor(wanted.codes[i]).unsqueeze(0).to(device),
                       .truncation = look.truncation};
    if (traits.classes) input.label = torch::tensor({classes[i]}).to(device);
    const auto picture = loaded.network->run(input);
    cells.push_back(
        picture_from_tensor(((picture - traits.low) / (traits.high - traits.low)).clamp(0, 1)));
    if (look.numbers) cells.back() = captioned(cells.back(), wanted.captions[i]);
  }
  return make_grid(cells, look.columns);
}

LoadedNetwork generator(const std::string& name, bool with_labels) {
  LoadedNetwork loaded = load_network(open_model(name));
  const Task task = find_network(loaded.name).task;
  check(task == Task::kLatent || task == Task::kLatentLabel || task == Task::kAutoencoder,
        ErrorKind::kWrongType, name, ": holds a network ", loaded.name,
        ", which makes no picture of a code");
  check(!with_labels || loaded.network->traits().classes > 0, ErrorKind::kSettings,
        "--labels wants a conditional network, ", loaded.name, " is none");
  return loaded;
}

// Adds to the file, where there is one.
void save_vectors(const std::string& path, const NamedCodes& picked, int length) {
  std::error_code ignored;
  NamedCodes vectors = picked;
  if (std::filesystem::exists(path, ignored)) vectors.merge(read_vectors(path, length));
  write_vectors(path, vectors);
  std::printf("%s: %zu vectors\n", path.c_str(), vectors.size());
}

}  // namespace

int command_sample(int argc, char** argv) {
  StringOption out, seeds, labels, device, expression, vectors_file, saved;
  char** picked_words = nullptr;
  gint columns = 0, threads = 0;
  gdouble truncation = 1;
  gboolean numbers = FALSE;
  const GOptionEntry entries[] = {
      {"out", 0, 0, G_OPTION_ARG_FILENAME, &out, "picture to write", "PNG"},
      {"seeds", 0, 0, G_OPTION_ARG_STRING, &seeds, "such as 3, 1, 8-11 (default 0-63)", "SEEDS"},
      {"numbers", 0, 0, G_OPTION_ARG_NONE, &numbers, "write its seed below each picture", nullptr},
      {"labels", 0, 0, G_OPTION_ARG_STRING, &labels,
       "classes of a conditional network, in turn (default all)", "LABELS"},
      {"columns", 0, 0, G_OPTION_ARG_INT, &columns, "of the grid (default 8, or the classes)", "N"},
      {"truncation", 0, 0, G_OPTION_ARG_DOUBLE, &truncation,
       "nearer to 0: nearer to the mean picture (default 1)", "PSI"},
      {"vector", 0, 0, G_OPTION_ARG_STRING_ARRAY, &picked_words,
       "names the mean of the codes of seeds, or of pictures (a.png,b.png) where the network "
       "encodes; may be repeated",
       "NAME=SEEDS"},
      {"save-vectors", 0, 0, G_OPTION_ARG_FILENAME, &saved,
       "adds the vectors of --vector to this file, for latentwalk", "JSON"},
      {"vectors", 0, 0, G_OPTION_ARG_FILENAME, &vectors_file, "vectors for --expression", "JSON"},
      {"expression", 0, 0, G_OPTION_ARG_STRING, &expression,
       "draws \"a; b; a - b + c\" instead of seeds", "TEXT"},
      {"device", 0, 0, G_OPTION_ARG_STRING, &device, "auto, cpu, cuda, cuda:N", "D"},
      {"threads", 0, 0, G_OPTION_ARG_INT, &threads, "0: all", "N"},
      {}};
  const auto words = parse_arguments(
      argc, argv, "CHECKPOINT",
      "Draws a grid of pictures that a generator makes of the codes of seeds, the same codes as\n"
      "latentwalk's, or of arithmetic on named vectors. CHECKPOINT is a path or the name of a\n"
      "built-in model.",
      entries);
  const std::unique_ptr<char*, decltype(&g_strfreev)> owned(picked_words, g_strfreev);
  check(words.size() == 1 && (!out.get().empty() || !saved.get().empty()), ErrorKind::kSettings,
        "sample wants a checkpoint and --out PNG or --save-vectors JSON; see gan-train sample "
        "--help");
  check(columns >= 0 && columns <= 1000, ErrorKind::kSettings, "--columns must be 1 to 1000, got ",
        columns);
  check(saved.get().empty() || picked_words, ErrorKind::kSettings,
        "--save-vectors wants at least one --vector NAME=SEEDS");
  install_host_allocator();
  set_threads_of_this_thread(threads);
  const torch::Device where = device_from_name(device.get("auto"));
  const LoadedNetwork loaded = generator(words[0], !labels.get().empty());
  const NetworkTraits traits = loaded.network->traits();
  loaded.network->to(where);

  NamedCodes picked;
  PictureCodes pictures(words[0], device.get("auto"), threads);
  for (char** word = picked_words; word && *word; ++word)
    picked.insert(picked_vector(*word, traits.latent, pictures));
  if (!saved.get().empty()) save_vectors(saved.get(), picked, traits.latent);
  if (out.get().empty()) return 0;
  if (!vectors_file.get().empty()) picked.merge(read_vectors(vectors_file.get(), traits.latent));
  const Wanted wanted = wanted_pictures(expression.get(), seeds.get("0-63"), picked, traits.latent);
  if (columns == 0) columns = traits.classes && labels.get().empty() ? traits.classes : 8;
  columns = std::min(columns, static_cast<int>(wanted.codes.size()));
  write_image(
      out.get(),
      drawn(loaded, wanted, {columns, truncation, numbers != FALSE, labels.get()}, where).view());
  std::printf("%s: %zu pictures of %s\n", out.get().c_str(), wanted.codes.size(), words[0].c_str());
  return 0;
}

}  // namespace gan::training
