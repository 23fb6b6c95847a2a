// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/enhance_pictures.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/exif.h"
#include "core/image_file.h"
#include "pipelines/command.h"
#include "pipelines/interrupt.h"
#include "pipelines/media/filter_chain.h"
#include "pipelines/stored_frame.h"

namespace gan {
namespace {

// Plainly resampled where it has another size.
UniqueFrame resized(UniqueFrame frame, Size size) {
  if (frame->width == size.width && frame->height == size.height) return frame;
  return FrameFilter(concat("scale=", size.width, ":", size.height,
                            ":flags=bicubic+accurate_rnd+full_chroma_int"))
      .run(std::move(frame));
}

struct Unfinished {
  std::string path;
  ~Unfinished() {
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
  }
};

}  // namespace

void PictureEnhancer::enhance(const std::string& input, const std::string& output) {
  check_output(input, output, options_.overwrite);
  const StoredImage image = read_stored(input);
  const auto say = [&](const std::string& text) { progress_.say(concat(input, ": ", text)); };
  if (!line_)
    line_.emplace(
        "enhancegan", properties_with(options_, {}),
        [this](const std::string& text) { progress_.say(text); }, &interrupted());
  const UniqueFrame given = frame_of(image);
  line_->put(buffer_of(*given), *caps_of(*given, {0, 1}));
  const UniqueSample sample = line_->take();
  check(sample != nullptr, ErrorKind::kFailed, "enhancegan gave no picture");
  UniqueFrame frame = frame_of(*sample, *given);
  const Size enhanced{frame->width, frame->height};
  const bool by_choice = options_.scale > 0 || options_.width > 0 || options_.height > 0;
  const double scale = std::stod(line_->stat("scale"));
  const Size size = by_choice ? output_size(options_, enhanced, scale, 1) : enhanced;
  make_folder_of(output);
  const Unfinished unfinished{output + ".partial" +
                              std::filesystem::path(output).extension().string()};
  const std::string lost =
      write_stored(unfinished.path, image_of(*resized(std::move(frame), size), image.format));
  if (!lost.empty()) say(lost);
  copy_exif(input, unfinished.path);
  check(std::rename(unfinished.path.c_str(), output.c_str()) == 0, ErrorKind::kUnwritable, output,
        ": ", std::strerror(errno));
}

}  // namespace gan
