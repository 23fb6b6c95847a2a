// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <filesystem>
#include <map>

#include "core/error.h"
#include "core/image_file.h"
#include "training/commands/commands.h"
#include "training/datasets/scan.h"
#include "training/degradations/ways.h"

namespace gan::training {

namespace fs = std::filesystem;

int command_degrade(int argc, char** argv) {
  StringOption name;
  gint scale = 0, seed = 0;
  const GOptionEntry entries[] = {
      {"way", 0, 0, G_OPTION_ARG_STRING, &name, "how, see below", "WAY"},
      {"scale", 0, 0, G_OPTION_ARG_INT, &scale,
       "by which copies are smaller (default 4 of bicubic and realesrgan, else 1)", "N"},
      {"seed", 0, 0, G_OPTION_ARG_INT, &seed, "of all random numbers (default 0)", "N"},
      {}};
  std::string ways =
      "Writes damaged copies of the pictures in the folder IN, and in the folders in it, into the "
      "folder OUT, as PNG.\n\nWays:\n";
  for (const auto& way : degradation_ways())
    ways += concat("  ", way.name, "  ", way.summary, "\n");
  const auto words = parse_arguments(argc, argv, "IN OUT", ways.c_str(), entries);
  check(words.size() == 2 && !name.get().empty(), ErrorKind::kSettings,
        "degrade wants --way WAY and two folders, IN and OUT; see gan-train degrade --help");
  const DegradationWay& way = find_way(name.get());
  check(scale >= 0 && scale <= 16, ErrorKind::kSettings, "--scale must be 1 to 16, got ", scale);
  if (scale == 0) scale = way.usual_scale;
  const fs::path in = words[0], out = words[1];
  std::error_code error;
  auto files = list_images(words[0], true);
  std::erase_if(files, [&](const std::string& file) {  // of a run before, where OUT lies in IN
    const fs::path from_out = fs::relative(file, out, error);
    return !error && !from_out.empty() && *from_out.begin() != "..";
  });
  check(!files.empty(), ErrorKind::kData, words[0], ": holds no pictures");
  std::map<fs::path, std::string> sources;  // by the copy
  for (const auto& file : files) {
    const auto [other, is_new] =
        sources.emplace(out / fs::relative(file, in).replace_extension(".png"), file);
    check(is_new, ErrorKind::kData, file, " and ", other->second, ": both copies would be ",
          other->first.string(), "; rename one");
  }
  check(!fs::equivalent(in, out, error), ErrorKind::kSettings, words[1],
        ": OUT must be another folder than IN");
  std::vector<std::string> broken;
  for (size_t i = 0; i < files.size(); ++i) {
    Picture picture;
    try {
      picture = read_image(files[i]);
      check(picture.size.width >= scale && picture.size.height >= scale, ErrorKind::kData, files[i],
            ": too small to be shrunk by ", scale);
    } catch (const Error& why) {
      broken.emplace_back(why.what());
      continue;
    }
    Random random(static_cast<uint64_t>(seed), i, 0);
    const fs::path copy = out / fs::relative(files[i], in).replace_extension(".png");
    fs::create_directories(copy.parent_path(), error);
    check(!error, ErrorKind::kUnwritable, copy.parent_path().string(),
          ": cannot be made: ", error.message());
    write_image(copy, degrade(way, crop_to_multiple(picture, scale), scale, random).view());
  }
  const std::string left_out = concat(broken.size(), " of ", files.size(), " pictures ",
                                      broken.size() == 1 ? "is" : "are", " left out:");
  check(broken.size() < files.size(), ErrorKind::kData, words[0], ": ", left_out,
        first_named(broken));
  if (!broken.empty())
    std::fprintf(stderr, "warning: %s%s\n", left_out.c_str(), first_named(broken).c_str());
  if (const std::string note = other_kinds_note(words[0]); !note.empty())
    std::fprintf(stderr, "%s\n", note.c_str());
  std::printf("%s: %zu pictures, %s\n", words[1].c_str(), files.size() - broken.size(), way.name);
  return 0;
}

}  // namespace gan::training
