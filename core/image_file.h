// SPDX-License-Identifier: LGPL-2.1-or-later
// Picture files in and out, through OpenCV.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/picture.h"

namespace gan {

// Reads a still picture as RGB in [0, 1] (3 channels). Grey is spread to three channels, alpha
// dropped, 16 bits kept, the EXIF orientation applied. Throws Error(kNotFound) or Error(kData)
// naming the file; a JPEG that was cut short is damaged, though a decoder would fill it with grey.
Picture read_image(const std::string& path);

// The same as packed 8-bit RGB rows without padding; 16-bit samples are rounded to the nearest.
struct Bytes8 {
  Size size;
  std::vector<uint8_t> rgb;
};
Bytes8 read_image_8bit(const std::string& path);

// A picture with the depth and the transparency that its file has.
struct StoredImage {
  Size size;
  PixelFormat format = PixelFormat::kRGB;  // or kRGBA, kGRAY8, kGRAY16_LE, kRGBA64_LE
  std::vector<uint8_t> bytes;              // rows without padding
};

// Upright, as the file's EXIF says. Palettes and CMYK become RGB, floats 16 bits. Throws as
// read_image(), Error(kUnavailable) for kinds that this build knows and cannot read.
StoredImage read_stored(const std::string& path);

// The suffix selects the format, which is one of write_image()'s. Appears whole or not at all.
// Returns what the format could not hold, for the user; empty: nothing. Throws as write_image().
std::string write_stored(const std::string& path, const StoredImage& image);

bool is_image_name(const std::string& path);      // what list_images() lists, HEIC, AVIF, JXL too
bool is_writable_image(const std::string& path);  // what write_image() writes

// Writes 8 bits a channel, clamped and rounded; 1 or 3 channels. The suffix selects the format:
// .png, .jpg, .webp, .tif, .bmp. Appears whole or not at all. Throws
// Error(kSettings) for another suffix, Error(kUnwritable).
void write_image(const std::string& path, const PictureView& picture);

// Still pictures in a folder, sorted by name byte by byte; sub-folders too when `recursive`.
// Hidden files are left out. Throws Error(kData) when there is no such folder, Error(kUnreadable).
std::vector<std::string> list_images(const std::string& folder, bool recursive = false);

// What else lies there: how many files of each suffix ("" where there is none), hidden ones left
// out.
std::map<std::string, int> other_files(const std::string& folder, bool recursive = false);

}  // namespace gan
