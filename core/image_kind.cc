// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/image_kind.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/file_suffix.h"
#include "core/image_file.h"

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

// A PNG that announces several frames before its first picture (acTL, of the APNG specification).
bool is_animated_png(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  char head[8] = {};
  if (!file.read(head, 8) || std::string_view(head, 8) != "\x89PNG\r\n\x1a\n") return false;
  const auto number = [](const char* at) {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint8_t>(at[i]);
    return value;
  };
  while (file.read(head, 8)) {
    const std::string_view type(head + 4, 4);
    if (type == "acTL") return file.read(head, 4) && number(head) > 1;
    if (type == "IDAT") return false;
    file.seekg(std::streamoff{number(head)} + 4, std::ios::cur);
  }
  return false;
}

// What is said of files that are pictures, and of kinds that are not read here.
void refuse_by_name(const std::string& path, const std::vector<uint8_t>& bytes) {
  const auto begins = [&](size_t at, std::string_view magic) {
    return bytes.size() >= at + magic.size() &&
           std::equal(magic.begin(), magic.end(), bytes.begin() + static_cast<ptrdiff_t>(at));
  };
  const char* kind = begins(0, "GIF8") ? "a GIF, which is read as a video"
                     : lower_suffix(path) != ".jxl" && (begins(0, "\xff\x0a") || begins(4, "JXL "))
                         ? "JPEG XL, whose name must end in .jxl"
                     : begins(0, "RIFF") && begins(12, "VP8X") && bytes.size() > 20 && bytes[20] & 2
                         ? "an animated WebP"
                     : is_animated_png(path) ? "an animated PNG, which is read as a video"
                     : begins(0, "8BPS")     ? "a Photoshop document"
                                             : nullptr;
  check(!kind, ErrorKind::kUnavailable, path, ": is ", kind ? kind : "",
        "; pictures are JPEG, PNG, WebP, TIFF, BMP, PNM, HEIC, AVIF and JPEG XL");
}

}  // namespace

void check_picture_bytes(const std::string& path) {
  std::error_code ignored;
  check(std::filesystem::exists(path, ignored), ErrorKind::kNotFound, path, ": no such file");
  std::ifstream file(path, std::ios::binary);
  const std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  check(!bytes.empty(), ErrorKind::kData, path, ": is empty");
  check(ends_as_jpeg_should(bytes), ErrorKind::kData, path, ": cut short: the JPEG has no end");
  refuse_by_name(path, bytes);
}

bool is_still_picture(const std::string& path) {
  return is_image_name(path) && !is_animated_png(path);
}

}  // namespace gan
