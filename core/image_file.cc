// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/image_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/exif.h"
#include "core/file_suffix.h"
#include "core/heif_file.h"
#include "core/image_kind.h"
#include "core/jxl_file.h"

namespace gan {
namespace {

// Kinds that OpenCV does not read everywhere have libraries of their own.
bool has_own_reader(const std::string& path) { return is_heif_name(path) || is_jxl_name(path); }
StoredImage read_by_own(const std::string& path) {
  return is_jxl_name(path) ? read_jxl(path) : read_heif(path);
}

// As it lies in the file, but for what imread() flags say.
cv::Mat decode(const std::string& path, int flags) {
  check_picture_bytes(path);
  cv::Mat bgr;
  try {
    bgr = cv::imread(path, flags);
  } catch (const cv::Exception& error) {
    fail(ErrorKind::kData, path, ": cannot be decoded: ", error.what());
  }
  check(!bgr.empty(), ErrorKind::kData, path,
        ": cannot be decoded: no picture, damaged, or of an unknown format");
  if (lower_suffix(path) == ".pam" && bgr.channels() >= 3)  // of which OpenCV keeps the order
    cv::cvtColor(bgr, bgr, bgr.channels() == 3 ? cv::COLOR_RGB2BGR : cv::COLOR_RGBA2BGRA);
  return bgr;
}

// EXIF's eight ways to hold a camera.
void turn_upright(cv::Mat& picture, int orientation) {
  if (orientation >= 5) cv::transpose(picture, picture);
  constexpr int kFlip[] = {2, 2, 1, -1, 0, 2, 1, -1, 0};  // as cv::flip() has it; 2: none
  if (kFlip[orientation] != 2) cv::flip(picture, picture, kFlip[orientation]);
}

// 8 or 16 bits, 1, 3 or 4 channels.
cv::Mat decode_stored(const std::string& path) {
  const int orientation = exif_orientation(path);
  cv::Mat picture = decode(
      path, orientation > 0 ? cv::IMREAD_UNCHANGED : cv::IMREAD_ANYCOLOR | cv::IMREAD_ANYDEPTH);
  if (picture.depth() == CV_32F || picture.depth() == CV_64F)
    picture.convertTo(picture, CV_16U, 65535);  // clamps
  check(picture.depth() == CV_8U || picture.depth() == CV_16U, ErrorKind::kData, path,
        ": wants 8 or 16 bits or floats a channel");
  if (picture.channels() == 2) {
    cv::Mat planes[2];
    cv::split(picture, planes);
    cv::merge(std::array{planes[0], planes[0], planes[0], planes[1]}, picture);
  }
  const std::string suffix = lower_suffix(path);
  const bool is_turned = suffix == ".tif" || suffix == ".tiff";  // OpenCV turns these by itself
  if (orientation > 1 && !is_turned) turn_upright(picture, orientation);
  return picture;
}

// BGR of 8 or 16 bits.
cv::Mat decode(const std::string& path) {
  if (has_own_reader(path)) {
    StoredImage image = read_by_own(path);
    const bool deep = image.format == PixelFormat::kRGBA64_LE,
               alpha = deep || image.format == PixelFormat::kRGBA;
    const cv::Mat rgb(image.size.height, image.size.width,
                      CV_MAKETYPE(deep ? CV_16U : CV_8U, alpha ? 4 : 3), image.bytes.data());
    cv::Mat bgr;
    cv::cvtColor(rgb, bgr, alpha ? cv::COLOR_RGBA2BGR : cv::COLOR_RGB2BGR);
    return bgr;
  }
  cv::Mat picture = decode_stored(path);
  if (picture.channels() != 3)
    cv::cvtColor(picture, picture,
                 picture.channels() == 1 ? cv::COLOR_GRAY2BGR : cv::COLOR_BGRA2BGR);
  return picture;
}

template <class Sample>
void to_rgb_floats(const cv::Mat& bgr, float scale, Picture& picture) {
  float* to = picture.values.data();
  for (int y = 0; y < bgr.rows; ++y) {
    const Sample* from = bgr.ptr<Sample>(y);
    for (int x = 0; x < bgr.cols; ++x, from += 3)
      for (int c = 2; c >= 0; --c) *to++ = static_cast<float>(from[c]) * scale;
  }
}

}  // namespace

Picture read_image(const std::string& path) {
  const cv::Mat bgr = decode(path);
  Picture picture({bgr.cols, bgr.rows}, 3);
  if (bgr.depth() == CV_8U)
    to_rgb_floats<uint8_t>(bgr, 1 / 255.0f, picture);
  else
    to_rgb_floats<uint16_t>(bgr, 1 / 65535.0f, picture);
  return picture;
}

Bytes8 read_image_8bit(const std::string& path) {
  cv::Mat bgr = decode(path);
  if (bgr.depth() == CV_16U) bgr.convertTo(bgr, CV_8U, 1 / 257.0);
  Bytes8 bytes{{bgr.cols, bgr.rows}, std::vector<uint8_t>(bgr.total() * 3)};
  cv::Mat rgb(bgr.rows, bgr.cols, CV_8UC3, bytes.rgb.data());
  cv::cvtColor(bgr, rgb, cv::COLOR_BGR2RGB);
  return bytes;
}

namespace {

// Whole or not at all.
void encode(const std::string& path, const cv::Mat& picture) {
  check(is_writable_image(path), ErrorKind::kSettings, path,
        ": the suffix must name a picture format: .png, .jpg, .webp, .tif or .bmp");
  std::vector<uint8_t> encoded;
  bool done = false;
  try {
    done = cv::imencode(std::filesystem::path(path).extension().string(), picture, encoded);
  } catch (const cv::Exception&) {  // names neither file nor reason
  }
  check(done, ErrorKind::kUnwritable, path, ": the format cannot hold a picture of ", picture.cols,
        "x", picture.rows);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(encoded)));
  file.commit();
}

}  // namespace

void write_image(const std::string& path, const PictureView& picture) {
  check(picture.channels == 1 || picture.channels == 3, ErrorKind::kFailed, path,
        ": pictures are written with 1 or 3 channels, got ", picture.channels);
  cv::Mat bytes(picture.size.height, picture.size.width, CV_8UC(picture.channels));
  for (int y = 0; y < bytes.rows; ++y)
    for (int x = 0; x < bytes.cols; ++x)
      for (int c = 0; c < picture.channels; ++c) {
        const float value = picture.row(y)[x * picture.channels + c];
        bytes.ptr(y)[x * picture.channels + (picture.channels - 1 - c)] =
            static_cast<uint8_t>(std::lround(std::clamp(value, 0.0f, 1.0f) * 255.0f));
      }
  encode(path, bytes);
}

StoredImage read_stored(const std::string& path) {
  if (has_own_reader(path)) return read_by_own(path);
  cv::Mat picture = decode_stored(path);
  StoredImage image;
  image.size = {picture.cols, picture.rows};
  const bool deep = picture.depth() == CV_16U;
  if (picture.channels() == 1) {
    image.format = deep ? PixelFormat::kGRAY16_LE : PixelFormat::kGRAY8;
  } else if (deep) {
    image.format = PixelFormat::kRGBA64_LE;
    cv::cvtColor(picture, picture,
                 picture.channels() == 3 ? cv::COLOR_BGR2RGBA : cv::COLOR_BGRA2RGBA);
  } else {
    image.format = picture.channels() == 3 ? PixelFormat::kRGB : PixelFormat::kRGBA;
    cv::cvtColor(picture, picture,
                 picture.channels() == 3 ? cv::COLOR_BGR2RGB : cv::COLOR_BGRA2RGBA);
  }
  if (!picture.isContinuous()) picture = picture.clone();
  image.bytes.assign(picture.data, picture.data + picture.total() * picture.elemSize());
  return image;
}

std::string write_stored(const std::string& path, const StoredImage& image) {
  const bool deep = info(image.format).depth() > 8;
  const int channels = info(image.format).components + (info(image.format).has_alpha ? 1 : 0);
  const cv::Mat rgb(image.size.height, image.size.width,
                    CV_MAKETYPE(deep ? CV_16U : CV_8U, channels),
                    const_cast<uint8_t*>(image.bytes.data()));
  cv::Mat bgr = rgb;
  if (channels == 3) cv::cvtColor(rgb, bgr, cv::COLOR_RGB2BGR);
  if (channels == 4) cv::cvtColor(rgb, bgr, cv::COLOR_RGBA2BGRA);
  const std::string suffix = lower_suffix(path);
  const bool holds_16 = suffix == ".png" || suffix == ".tif" || suffix == ".tiff";
  const bool holds_alpha = holds_16 || suffix == ".webp";
  std::string lost;
  if (channels == 4) {
    cv::Mat alpha;
    cv::extractChannel(bgr, alpha, 3);
    double least = 0;
    cv::minMaxLoc(alpha, &least, nullptr);
    const bool opaque = least == (deep ? 65535 : 255);
    if (!opaque && !holds_alpha) lost = "its transparency";
    if (opaque || !holds_alpha) cv::cvtColor(bgr, bgr, cv::COLOR_BGRA2BGR);
  }
  if (deep && !holds_16) {
    lost += concat(lost.empty() ? "" : " and ", "half of its 16 bits");
    bgr.convertTo(bgr, CV_8U, 1 / 257.0);
  }
  encode(path, bgr);
  return lost.empty() ? "" : concat(suffix, " cannot hold ", lost);
}

namespace {

bool is_picture_suffix(const std::string& suffix) {
  constexpr std::array<std::string_view, 9> kSuffixes = {".png", ".jpg",  ".jpeg", ".bmp", ".webp",
                                                         ".tif", ".tiff", ".ppm",  ".pgm"};
  return std::ranges::find(kSuffixes, suffix) != kSuffixes.end();
}

// Calls visit with every file that is not hidden.
template <class Visit>
void visit_files(const std::string& folder, bool recursive, const Visit& visit) {
  namespace fs = std::filesystem;
  std::error_code why;
  const bool there = fs::is_directory(folder, why);
  check(there, ErrorKind::kData, folder, ": ",
        why && why != std::errc::no_such_file_or_directory ? why.message() : "no such folder");
  const auto seen = [&](const fs::directory_entry& entry) {
    if (entry.is_regular_file() && entry.path().filename().string().front() != '.')
      visit(entry.path());
  };
  try {
    if (recursive)
      for (const auto& entry : fs::recursive_directory_iterator(folder)) seen(entry);
    else
      for (const auto& entry : fs::directory_iterator(folder)) seen(entry);
  } catch (const fs::filesystem_error& error) {
    fail(ErrorKind::kUnreadable, folder, ": cannot be listed: ", error.code().message());
  }
}

}  // namespace

bool is_image_name(const std::string& path) {
  return is_picture_suffix(lower_suffix(path)) || has_own_reader(path);
}

bool is_writable_image(const std::string& path) {
  return !lower_suffix(path).empty() && cv::haveImageWriter(path) && is_image_name(path) &&
         !has_own_reader(path);
}

std::vector<std::string> list_images(const std::string& folder, bool recursive) {
  std::vector<std::string> files;
  visit_files(folder, recursive, [&](const std::filesystem::path& path) {
    if (is_picture_suffix(lower_suffix(path))) files.push_back(path.string());
  });
  std::ranges::sort(files);
  return files;
}

std::map<std::string, int> other_files(const std::string& folder, bool recursive) {
  std::map<std::string, int> counts;
  visit_files(folder, recursive, [&](const std::filesystem::path& path) {
    if (const std::string suffix = lower_suffix(path); !is_picture_suffix(suffix)) ++counts[suffix];
  });
  return counts;
}

}  // namespace gan
