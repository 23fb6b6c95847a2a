// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/image_file.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan {
namespace {

// Whether a JPEG goes on to its end-of-image marker (ITU-T T.81, annex B); other bytes pass.
bool ends_as_jpeg_should(const std::vector<uint8_t>& bytes) {
  if (bytes.size() < 2 || bytes[0] != 0xff || bytes[1] != 0xd8) return true;
  size_t at = 2;
  while (at + 1 < bytes.size()) {
    if (bytes[at] != 0xff) return true;  // no marker: for the decoder to judge
    const uint8_t marker = bytes[at + 1];
    if (marker == 0xff) {
      ++at;  // filling
      continue;
    }
    at += 2;
    if (marker == 0xd9) return true;
    if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue;
    if (at + 2 > bytes.size()) return false;
    at += static_cast<size_t>(bytes[at]) << 8 | bytes[at + 1];
    if (marker != 0xda) continue;
    // Coded data, in which 0xff comes with 0 or a restart marker behind it.
    while (at + 1 < bytes.size() && !(bytes[at] == 0xff && bytes[at + 1] != 0 &&
                                      !(bytes[at + 1] >= 0xd0 && bytes[at + 1] <= 0xd7)))
      ++at;
  }
  return false;
}

cv::Mat decode(const std::string& path) {
  std::error_code ignored;
  check(std::filesystem::exists(path, ignored), ErrorKind::kNotFound, path, ": no such file");
  {
    std::ifstream file(path, std::ios::binary);
    const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
    check(ends_as_jpeg_should(bytes), ErrorKind::kData, path, ": cut short: the JPEG has no end");
  }
  cv::Mat bgr;
  try {
    bgr = cv::imread(path, cv::IMREAD_COLOR | cv::IMREAD_ANYDEPTH);
  } catch (const cv::Exception& error) {
    fail(ErrorKind::kData, path, ": cannot be decoded: ", error.what());
  }
  check(!bgr.empty(), ErrorKind::kData, path,
        ": cannot be decoded: no picture, damaged, or of an unknown format");
  check(bgr.channels() == 3 && (bgr.depth() == CV_8U || bgr.depth() == CV_16U), ErrorKind::kData,
        path, ": wants 8 or 16 bits a channel");
  return bgr;
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
  check(cv::haveImageWriter(path), ErrorKind::kSettings, path,
        ": the suffix must name a picture format: .png, .jpg, .webp, .tif or .bmp");
  std::vector<uint8_t> encoded;
  bool done = false;
  try {
    done = cv::imencode(std::filesystem::path(path).extension().string(), bytes, encoded);
  } catch (const cv::Exception&) {  // names neither file nor reason
  }
  check(done, ErrorKind::kUnwritable, path, ": the format cannot hold a picture of ", bytes.cols,
        "x", bytes.rows);
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(encoded)));
  file.commit();
}

namespace {

std::string lower_suffix(const std::filesystem::path& path) {
  std::string suffix = path.extension().string();
  std::ranges::transform(suffix, suffix.begin(), [](unsigned char c) { return std::tolower(c); });
  return suffix;
}

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
