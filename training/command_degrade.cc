// SPDX-License-Identifier: LGPL-2.1-or-later
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "core/image_file.h"
#include "core/resize.h"
#include "training/commands.h"
#include "training/degradations/crapify.h"
#include "training/degradations/two_order.h"

namespace gan::training {
namespace {

struct Way {
  const char* name;
  const char* summary;
  bool shrinks;
  Picture (*run)(const Picture& picture, int scale, Random& random);
};

constexpr Way kWays[] = {
    {"bicubic", "shrunk by --scale with the antialiased bicubic", true,
     [](const Picture& picture, int scale, Random&) {
       return resize(picture, {picture.size.width / scale, picture.size.height / scale});
     }},
    {"realesrgan", "Real-ESRGAN's two-order blur, resize, noise and JPEG, shrunk by --scale", true,
     [](const Picture& picture, int scale, Random& random) {
       return degrade_twice(picture, scale, {}, random);
     }},
    {"crapify", "fast.ai's: shrunk to 96, a number written, JPEG, enlarged again", false,
     [](const Picture& picture, int, Random& random) { return crapify(picture, {}, random); }},
    {"phone", "blur, colour cast, vignetting, noise and JPEG of a made-up phone camera", false,
     [](const Picture& picture, int, Random& random) { return photograph(picture, {}, random); }},
};

const Way& find_way(const std::string& name) {
  std::string known;
  for (const Way& way : kWays) {
    if (name == way.name) return way;
    known += (known.empty() ? "" : ", ") + std::string(way.name);
  }
  fail(ErrorKind::kSettings, "--way must be one of ", known, ", got \"", name, "\"");
}

}  // namespace

int command_degrade(int argc, char** argv) {
  StringOption name;
  gint scale = 4, seed = 0;
  const GOptionEntry entries[] = {
      {"way", 0, 0, G_OPTION_ARG_STRING, &name, "bicubic, realesrgan, crapify or phone", "WAY"},
      {"scale", 0, 0, G_OPTION_ARG_INT, &scale, "of bicubic and realesrgan (default 4)", "N"},
      {"seed", 0, 0, G_OPTION_ARG_INT, &seed, "of all random numbers (default 0)", "N"},
      {}};
  std::string ways =
      "Writes damaged copies of the pictures in the folder IN into the folder OUT, as "
      "PNG.\n\nWays:\n";
  for (const Way& way : kWays) ways += concat("  ", way.name, "  ", way.summary, "\n");
  const auto words = parse_arguments(argc, argv, "IN OUT", ways.c_str(), entries);
  check(words.size() == 2 && !name.get().empty(), ErrorKind::kSettings,
        "degrade wants --way WAY and two folders, IN and OUT; see gan-train degrade --help");
  const Way& way = find_way(name.get());
  check(scale >= 1 && scale <= 16, ErrorKind::kSettings, "--scale must be 1 to 16, got ", scale);
  std::error_code error;
  std::filesystem::create_directories(words[1], error);
  check(!error, ErrorKind::kUnreadable, words[1], ": cannot be made: ", error.message());
  check(!std::filesystem::equivalent(words[0], words[1], error), ErrorKind::kSettings, words[1],
        ": OUT must be another folder than IN");
  const auto files = list_images(words[0]);
  check(!files.empty(), ErrorKind::kData, words[0], ": holds no pictures");
  for (size_t i = 0; i < files.size(); ++i) {
    Picture picture = read_image(files[i]);
    if (way.shrinks) picture = crop_to_multiple(picture, scale);
    check(picture.size.width >= scale && picture.size.height >= scale, ErrorKind::kData, files[i],
          ": too small to be shrunk by ", scale);
    Random random(static_cast<uint64_t>(seed), i, 0);
    const std::string out =
        words[1] + "/" + std::filesystem::path(files[i]).stem().string() + ".png";
    write_image(out, way.run(picture, scale, random).view());
  }
  std::printf("%s: %zu pictures, %s\n", words[1].c_str(), files.size(), way.name);
  return 0;
}

}  // namespace gan::training
