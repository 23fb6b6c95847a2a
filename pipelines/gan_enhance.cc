// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-enhance: a video, a picture or a folder of them, enhanced.
#include <cstdio>
#include <filesystem>

#include "core/error.h"
#include "core/image_file.h"
#include "core/image_kind.h"
#include "pipelines/command.h"
#include "pipelines/enhance_folder.h"
#include "pipelines/enhance_pictures.h"
#include "pipelines/enhance_video.h"
#include "pipelines/media/codecs.h"

namespace {

using gan::check;
using gan::ErrorKind;

struct Given {
  char* model = nullptr;
  char* size = nullptr;
  double scale = 0;
  char* codec = nullptr;
  int quality = -1;
  char* preview = nullptr;
  int threads = 0;
  char* device = nullptr;
  char* segment = nullptr;
  char* rate = nullptr;
  double stall = 600;
  gboolean split = FALSE, overwrite = FALSE, resume = FALSE, json = FALSE;
} given;

const GOptionEntry kOptions[] = {
    {"model", 'm', 0, G_OPTION_ARG_STRING, &given.model,
     "the network: a checkpoint's path, such as Real-ESRGAN's .pth files, or the name of a "
     "built-in "
     "one (x2)",
     "MODEL"},
    {"size", 's', 0, G_OPTION_ARG_STRING, &given.size,
     "size of the output in pixels; one of the two may be left out (1920x, x1080)", "WxH"},
    {"scale", 0, 0, G_OPTION_ARG_DOUBLE, &given.scale,
     "size of the output, in sizes of the input; the network's otherwise", "N"},
    {"codec", 'c', 0, G_OPTION_ARG_STRING, &given.codec,
     "h264 (default of .mkv, .mp4, .mov), h265, av1, vp9 (default of .webm) or ffv1 (without loss)",
     "CODEC"},
    {"quality", 'q', 0, G_OPTION_ARG_INT, &given.quality,
     "CRF: smaller is better and larger files; h264 18, h265 20, vp9 24, av1 26 otherwise", "N"},
    {"preview", 'p', 0, G_OPTION_ARG_STRING, &given.preview,
     "only so much, from a time on (3s@1:20), or from the beginning (3s)", "LENGTH[@TIME]"},
    {"threads", 't', 0, G_OPTION_ARG_INT, &given.threads, "processors to use; all otherwise", "N"},
    {"device", 'd', 0, G_OPTION_ARG_STRING, &given.device, "auto, cpu, cuda or cuda:N", "DEVICE"},
    {"rate", 'r', 0, G_OPTION_ARG_STRING, &given.rate,
     "frames a second of raw .264 and .265 streams, which do not say (25)", "RATE"},
    {"split", 0, 0, G_OPTION_ARG_NONE, &given.split,
     "a new file (OUTPUT-2 and so on) where the size, shape or depth of a video changes", nullptr},
    {"overwrite", 'y', 0, G_OPTION_ARG_NONE, &given.overwrite,
     "replace an output that exists, and begin an interrupted one anew", nullptr},
    {"resume", 0, 0, G_OPTION_ARG_NONE, &given.resume, "go on with an interrupted output", nullptr},
    {"segment", 0, 0, G_OPTION_ARG_STRING, &given.segment,
     "only every N-th segment, from the K-th on, for many processes; --resume joins (where OUTPUT "
     "is a folder: every N-th file)",
     "K/N"},
    {"json", 0, 0, G_OPTION_ARG_NONE, &given.json, "progress for programs: lines of JSON on stdout",
     nullptr},
    {"stall", 0, 0, G_OPTION_ARG_DOUBLE, &given.stall,
     "end with an error when nothing has moved for so many seconds (600; 0: never)", "SECONDS"},
    {}};

constexpr gan::Command kCommand = {
    "gan-enhance", "INPUT ... OUTPUT [-- PROPERTY=VALUE ...]",
    "Enhances videos and pictures by a neural network, twice as large by the built-in one.\n"
    "A video becomes a .mkv, .mp4, .m4v, .mov or .webm file. Sound, subtitles, chapters, covers, "
    "tags\n"
    "and the times of all frames are kept; what the container cannot hold is said. What was filmed "
    "on\n"
    "its side is turned, interlaced video becomes progressive with a frame for each field.\n"
    "A picture becomes a .png, .jpg, .webp, .tif or .bmp file, with its depth, transparency and "
    "EXIF.\n"
    "Where OUTPUT is a folder, as for several INPUTs it must be, files keep their names in it, and "
    "a\n"
    "folder is mirrored with the folders in it; what is there already is left out.",
    "What stands behind -- are properties of the element enhancegan (gst-inspect-1.0 enhancegan).\n"
    "An output appears under its name when it is whole and was read back; until then "
    "OUTPUT.partial\n"
    "holds what is done.\n\n"
    "Examples:\n"
    "  gan-enhance old.avi large.mp4                      make an old clip bigger\n"
    "  gan-enhance old.avi look.mp4 --preview 5s@1:20     only a look at it\n"
    "  gan-enhance clip.mp4 small.mkv --codec h265 -q 26  a smaller file\n"
    "  gan-enhance clip.mp4 whole.mkv --codec ffv1        without any loss\n"
    "  gan-enhance clip.mp4 hd.mp4 --size 1920x1080       of a given size\n"
    "  gan-enhance noisy.mp4 clean.mp4 --scale 1          as large as it was\n"
    "  gan-enhance clip.mp4 other.mkv -m other.pth        by another network\n"
    "  gan-enhance film.mkv large.mkv --resume            go on after an interruption\n"
    "  gan-enhance photo.jpg large.jpg                    a picture\n"
    "  gan-enhance holiday/ large/                        a folder of pictures and videos\n"
    "  gan-enhance *.jpg large/                           several, into a folder\n"
    "  gan-enhance clip.mp4 half.mkv -- strength=0.5      half the network's effect\n\n"
    "gan-compare shows networks or files side by side, gan-measure says how much better one is.",
    kOptions};

std::string text(const char* value) { return value ? value : ""; }

void take_size(gan::EnhanceOptions& options) {
  const std::string size = text(given.size);
  if (size.empty()) return;
  const size_t cross = size.find('x');
  const auto side = [&](const std::string& digits) {
    const bool number = !digits.empty() && digits.size() <= 5 &&
                        digits.find_first_not_of("0123456789") == std::string::npos;
    check(number || digits.empty(), ErrorKind::kSettings, "--size wants WxH, Wx or xH, got \"",
          size, "\"");
    return number ? std::stoi(digits) : 0;
  };
  check(cross != std::string::npos, ErrorKind::kSettings, "--size wants WxH, Wx or xH, got \"",
        size, "\"");
  options.width = side(size.substr(0, cross));
  options.height = side(size.substr(cross + 1));
  check(options.width + options.height > 0, ErrorKind::kSettings,
        "--size wants WxH, Wx or xH, got \"", size, "\"");
  check(given.scale == 0, ErrorKind::kSettings, "--size and --scale: one of the two");
}

void take_segment(gan::EnhanceOptions& options) {
  if (!given.segment) return;
  int length = 0;
  const bool good =
      std::sscanf(given.segment, "%6d/%6d%n", &options.part, &options.parts, &length) == 2 &&
      given.segment[length] == 0 && options.part >= 1 && options.part <= options.parts;
  check(good, ErrorKind::kSettings, "--segment wants K/N with K from 1 to N, got \"", given.segment,
        "\"");
  check(!given.split, ErrorKind::kSettings, "--segment and --split: one of the two");
  check(!given.overwrite, ErrorKind::kSettings,
        "--segment and --overwrite: one of the two; remove the output and OUTPUT.partial to begin "
        "anew");
}

gan::EnhanceOptions options_of(const gan::Arguments& arguments) {
  gan::EnhanceOptions options;
  options.input = arguments.files.front();
  options.output = arguments.files.back();
  if (given.model) options.properties.push_back(gan::concat("model=", given.model));
  if (given.device) options.properties.push_back(gan::concat("device=", given.device));
  options.properties.insert(options.properties.end(), arguments.properties.begin(),
                            arguments.properties.end());
  take_size(options);
  const gan::Part part = gan::part_of(given.preview);
  options.from_s = part.from_s;
  options.to_s = part.to_s;
  take_segment(options);
  check(given.scale == 0 || (given.scale >= 0.01 && given.scale <= 64), ErrorKind::kSettings,
        "--scale must be 0.01 to 64, got ", given.scale);
  check(given.quality >= -1 && given.quality <= 63, ErrorKind::kSettings,
        "--quality must be 0 to 51 (h264, h265) or 63 (av1, vp9), got ", given.quality);
  check(given.threads >= 0 && given.threads <= 1024, ErrorKind::kSettings,
        "--threads must be 0 to 1024, got ", given.threads);
  check(given.stall >= 0, ErrorKind::kSettings, "--stall must be 0 or more, got ", given.stall);
  check(!given.resume || !given.overwrite, ErrorKind::kSettings,
        "--resume and --overwrite: one of the two; the first goes on, the second begins anew");
  options.scale = given.scale;
  options.codec = text(given.codec);
  options.quality = given.quality;
  options.threads = given.threads;
  options.frame_rate = text(given.rate);
  options.split = given.split;
  options.overwrite = given.overwrite;
  options.resume = given.resume;
  options.json = given.json;
  options.stall_s = given.stall;
  return options;
}

// Whether the inputs go into the folder `output`, which need not be there yet.
bool goes_into_folder(const std::vector<std::string>& inputs, const std::string& output) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(output, ignored);
  const bool like_a_file = gan::is_writable_image(output) || gan::is_video_name(output);
  if (inputs.size() == 1 && !std::filesystem::is_directory(inputs[0], ignored))
    return output.ends_with('/') || (is_folder && !like_a_file);
  check(is_folder || !(like_a_file || std::filesystem::exists(output, ignored)),
        ErrorKind::kSettings, output,
        ": is no folder, which OUTPUT, the last name, must be for several INPUTs or a folder");
  return true;
}

void run(const gan::Arguments& arguments) {
  check(arguments.files.size() >= 2, ErrorKind::kSettings, "wants INPUT and OUTPUT, got ",
        arguments.files.size(), arguments.files.size() == 1 ? " name" : " names",
        "; --help shows how");
  const gan::EnhanceOptions options = options_of(arguments);
  gan::Progress progress(options.json, "frames");
  const std::vector<std::string> inputs(arguments.files.begin(), arguments.files.end() - 1);
  std::error_code ignored;
  if (goes_into_folder(inputs, options.output))
    return enhance_into_folder(inputs, options, progress);
  if (options.resume && !gan::is_writable_image(options.output) &&
      std::filesystem::is_regular_file(options.output, ignored) &&
      !gan::JobFolder::is_begun(options.output))
    return progress.done(options.output + ": is whole already; --overwrite makes it anew");
  // The last of several pictures, perhaps, which --overwrite would lose.
  check(may_replace(options, options.output) || options.parts > 0 ||
            !std::filesystem::is_regular_file(options.output, ignored) ||
            std::filesystem::equivalent(options.input, options.output, ignored),
        ErrorKind::kSettings, options.output,
        ": is there already; --overwrite replaces it. For several INPUTs the last name must be a "
        "folder");
  if (gan::is_writable_image(options.output)) {
    check(!given.preview && !given.codec && !given.resume && !given.segment, ErrorKind::kSettings,
          options.output, ": --preview, --codec, --resume and --segment are of videos");
    check(!gan::is_video_name(options.input), ErrorKind::kSettings, options.input,
          ": is a video, so OUTPUT must be one: .mkv, .mp4, .m4v, .mov or .webm; gan-compare makes "
          "a picture of one moment");
    gan::PictureEnhancer(options, progress).enhance(options.input, options.output);
    progress.done(options.output);
  } else {
    check(!std::filesystem::is_directory(options.output, ignored), ErrorKind::kSettings,
          options.output, ": is a folder; with / at its end files go into it");
    check(
        gan::is_video_name(options.output), ErrorKind::kSettings, options.output,
        ": must end in .mkv, .mp4, .m4v, .mov or .webm for a video, in .png, .jpg, .webp, .tif or "
        ".bmp for a picture; gan-compare makes a .gif");
    if (gan::is_still_picture(options.input)) gan::check_picture_bytes(options.input);
    check(!gan::is_still_picture(options.input), ErrorKind::kSettings, options.input,
          ": is a picture, so OUTPUT must be one: .png, .jpg, .webp, .tif or .bmp");
    gan::enhance_video(options, progress);
  }
}

}  // namespace

int main(int argc, char** argv) { return gan::run_command(kCommand, argc, argv, run); }
