// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/enhance_folder.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <map>
#include <span>

#include "core/error.h"
#include "core/file_suffix.h"
#include "core/image_file.h"
#include "core/image_kind.h"
#include "pipelines/enhance_pictures.h"
#include "pipelines/enhance_video.h"
#include "pipelines/interrupt.h"
#include "pipelines/media/codecs.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

struct Item {
  fs::path input, output;
  bool picture = false;
};

// Containers that are read and not written, by their usual names.
bool is_other_video(const std::string& suffix) {
  constexpr std::array kSuffixes = {
      ".avi", ".divx", ".mpg", ".mpeg", ".m2v", ".mod", ".ts",  ".m2t", ".mts", ".m2ts",
      ".trp", ".vob",  ".wmv", ".asf",  ".flv", ".f4v", ".ogv", ".ogm", ".3gp", ".3g2",
      ".rm",  ".rmvb", ".gif", ".apng", ".dv",  ".mxf", ".y4m", ".264", ".265"};
  return std::ranges::find(kSuffixes, suffix) != kSuffixes.end();
}

// What is to be enhanced, and its place in the output's folder.
struct Found {
  fs::path file, place;
  bool named;  // on the command line, so it is tried whatever its name
};

// In the order of their names. Hidden files are none, nor is what lies in the output's folder.
void find_in(const fs::path& folder, const fs::path& place, const fs::path& to,
             std::vector<Found>& found) {
  std::vector<fs::path> files;
  for (auto at = fs::recursive_directory_iterator(folder); at != fs::recursive_directory_iterator();
       ++at) {
    std::error_code ignored;
    const bool skipped =
        at->path().filename().string().front() == '.' || fs::equivalent(at->path(), to, ignored);
    if (skipped && at->is_directory()) at.disable_recursion_pending();
    if (!skipped && at->is_regular_file()) files.push_back(at->path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files)
    found.push_back({file, place / fs::relative(file, folder), false});
}

std::vector<Found> find_all(const std::vector<std::string>& inputs, const fs::path& to) {
  std::vector<Found> found;
  for (const fs::path input : inputs) {
    std::error_code ignored;
    check(fs::exists(input, ignored), ErrorKind::kNotFound, input.string(), ": no such file");
    if (!fs::is_directory(input))
      found.push_back({input, input.filename(), true});
    else if (inputs.size() == 1)
      find_in(input, {}, to, found);
    else if (!fs::equivalent(input, to, ignored))  // as * in the folder where it lies names it too
      find_in(input, fs::canonical(input).filename(), to, found);
  }
  return found;
}

std::vector<Item> items_of(const std::vector<Found>& found, const fs::path& to,
                           std::map<std::string, int>& others) {
  std::vector<Item> items;
  std::map<fs::path, fs::path> taken;
  for (const auto& [file, place, named] : found) {
    const std::string suffix = lower_suffix(file);
    Item item{file, to / place, is_still_picture(file.string())};
    if (item.picture) {
      if (!is_writable_image(file.string())) item.output.replace_extension(".png");
    } else if (is_other_video(suffix) || is_image_name(file.string()) ||
               (named && !is_video_name(file.string()))) {
      item.output.replace_extension(".mkv");
    } else if (!is_video_name(file.string())) {
      ++others[suffix.empty() ? "no suffix" : suffix];
      continue;
    }
    const auto [other, is_new] = taken.emplace(item.output, file);
    check(is_new, ErrorKind::kSettings, other->second.string(), " and ", file.string(),
          ": both would become ", item.output.string(), "; rename one");
    std::error_code ignored;
    check(!fs::equivalent(item.input, item.output, ignored), ErrorKind::kSettings,
          item.output.string(), ": is the input itself; OUTPUT must be another folder");
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

void enhance_into_folder(const std::vector<std::string>& inputs, const EnhanceOptions& options,
                         Progress& progress) {
  std::map<std::string, int> others;
  std::vector<Item> items = items_of(find_all(inputs, options.output), options.output, others);
  std::string left_out;
  for (const auto& [suffix, count] : others)
    left_out += concat(left_out.empty() ? "" : ", ", count, " ", suffix);
  if (!left_out.empty())
    progress.say(concat(inputs[0], inputs.size() > 1 ? " and others" : "",
                        ": left out, as neither pictures nor videos: ", left_out));
  check(!items.empty(), ErrorKind::kData, inputs[0], ": holds no pictures or videos");
  if (options.parts > 0)
    std::erase_if(items, [&, index = 0](const Item&) mutable {
      return index++ % options.parts != options.part - 1;
    });
  PictureEnhancer pictures(options, progress);
  const auto begun = std::chrono::steady_clock::now();
  int done = 0, failed = 0, there = 0;
  for (const Item& item : items) {
    check(!interrupted(), ErrorKind::kInterrupted, "interrupted");
    std::error_code why;
    try {
      if (fs::exists(item.output, why) && !may_replace(options, item.output.string())) {
        progress.say(item.output.string() + ": is there already");
        ++there;
      } else {
        if (item.picture) {
          pictures.enhance(item.input.string(), item.output.string());
        } else {
          EnhanceOptions one = options;
          one.input = item.input.string();
          one.output = item.output.string();
          // Of one whole file, which another process may have left.
          one.resume = options.resume || options.parts > 0;
          one.parts = 0;
          enhance_video(one, progress);
        }
      }
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted || error.kind() == ErrorKind::kSettings) throw;
      ++failed;
      pictures.restart();
      progress.say(error.what());
    }
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    ++done;
    const std::span left = std::span(items).subspan(static_cast<size_t>(done));
    // What videos will take, no picture tells.
    const bool known = done > there && std::ranges::all_of(left, &Item::picture);
    progress.say(concat(
        done, " of ", items.size(), " files",
        known && !left.empty()
            ? concat(", about ",
                     std::lround(seconds / (done - there) * static_cast<double>(left.size())),
                     " s left")
            : ""));
  }
  check(failed == 0, ErrorKind::kData, failed, " of ", items.size(),
        " files could not be enhanced");
  progress.done(concat(options.output, ": ", items.size(), " files",
                       there > 0 ? concat(", of which ", there, " were there already") : ""));
}

}  // namespace gan
