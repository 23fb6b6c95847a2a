// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/enhance_pictures.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "core/exif.h"
#include "core/image_file.h"
#include "pipelines/interrupt.h"
#include "pipelines/media/filter_chain.h"

namespace gan {
namespace {

GstVideoInfo video_info(const StoredImage& image) {
  GstVideoInfo info;
  const std::string name(gan::info(image.format).name);
  gst_video_info_set_format(&info, gst_video_format_from_string(name.c_str()),
                            static_cast<guint>(image.size.width),
                            static_cast<guint>(image.size.height));
  info.fps_n = 0;
  info.fps_d = 1;
  info.colorimetry = {GST_VIDEO_COLOR_RANGE_0_255, GST_VIDEO_COLOR_MATRIX_RGB,
                      GST_VIDEO_TRANSFER_SRGB, GST_VIDEO_COLOR_PRIMARIES_BT709};
  return info;
}

size_t row_bytes(const StoredImage& image) {
  return image.bytes.size() / static_cast<size_t>(image.size.height);
}

UniqueBuffer buffer_of(const StoredImage& image, GstVideoInfo& info) {
  UniqueBuffer buffer(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&info), nullptr));
  GstVideoFrame frame;
  check(gst_video_frame_map(&frame, &info, buffer.get(), GST_MAP_WRITE), ErrorKind::kNoMemory,
        "out of memory");
  for (int y = 0; y < image.size.height; ++y)
    std::memcpy(static_cast<uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)) +
                    ptrdiff_t{y} * GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
                image.bytes.data() + static_cast<size_t>(y) * row_bytes(image), row_bytes(image));
  gst_video_frame_unmap(&frame);
  return buffer;
}

// The frame as a picture of the size; resampled where it has another.
StoredImage image_of(UniqueFrame frame, PixelFormat format, Size size) {
  if (frame->width != size.width || frame->height != size.height) {
    FilterChain chain(filter_input(*frame, {1, 1}),
                      concat("scale=", size.width, ":", size.height,
                             ":flags=bicubic+accurate_rnd+full_chroma_int"));
    frame->pts = 0;
    chain.put(std::move(frame));
    chain.put(nullptr);
    frame = chain.take();
    check(frame != nullptr, ErrorKind::kFailed, "a picture cannot be resampled");
  }
  StoredImage image{size, format, {}};
  const FormatInfo& shape = info(format);
  const int samples = shape.components + (shape.has_alpha ? 1 : 0);
  const size_t row =
      static_cast<size_t>(size.width) * static_cast<size_t>(samples) * (shape.depth() > 8 ? 2 : 1);
  image.bytes.resize(row * static_cast<size_t>(size.height));
  for (int y = 0; y < size.height; ++y)
    std::memcpy(image.bytes.data() + static_cast<size_t>(y) * row,
                frame->data[0] + ptrdiff_t{y} * frame->linesize[0], row);
  return image;
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
  std::error_code ignored;
  check(!std::filesystem::equivalent(input, output, ignored), ErrorKind::kSettings, output,
        ": is the input itself");
  check(!std::filesystem::is_directory(output, ignored), ErrorKind::kSettings, output,
        ": is a folder");
  check(options_.overwrite || !std::filesystem::exists(output, ignored), ErrorKind::kSettings,
        output, ": is there already; --overwrite replaces it");
  const StoredImage image = read_stored(input);
  const auto say = [&](const std::string& text) { progress_.say(concat(input, ": ", text)); };
  if (!line_)
    line_.emplace(
        "enhancegan", properties_with(options_, {}),
        [this](const std::string& text) { progress_.say(text); }, &interrupted());
  GstVideoInfo info = video_info(image);
  const UniqueCaps caps(gst_video_info_to_caps(&info));
  line_->put(buffer_of(image, info), *caps);
  const UniqueSample sample = line_->take();
  check(sample != nullptr, ErrorKind::kFailed, "enhancegan gave no picture");
  UniqueFrame like = new_frame();
  UniqueFrame frame = frame_of(*sample, *like);
  const Size enhanced{frame->width, frame->height};
  const bool by_choice = options_.scale > 0 || options_.width > 0 || options_.height > 0;
  const double scale = std::stod(line_->stat("scale"));
  const Size size = by_choice ? output_size(options_, enhanced, scale, 1) : enhanced;
  const Unfinished unfinished{output + ".partial" +
                              std::filesystem::path(output).extension().string()};
  const std::string lost =
      write_stored(unfinished.path, image_of(std::move(frame), image.format, size));
  if (!lost.empty()) say(lost);
  copy_exif(input, unfinished.path);
  check(std::rename(unfinished.path.c_str(), output.c_str()) == 0, ErrorKind::kUnwritable, output,
        ": ", std::strerror(errno));
}

}  // namespace gan
