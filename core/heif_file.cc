// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/heif_file.h"

#include <cstring>
#include <memory>

#include "core/error.h"
#include "core/file_suffix.h"

#ifdef GAN_HAVE_HEIF
#include <libheif/heif.h>
#endif

namespace gan {

bool is_heif_name(const std::string& path) {
  const std::string suffix = lower_suffix(path);
  return suffix == ".heic" || suffix == ".heif" || suffix == ".avif";
}

#ifdef GAN_HAVE_HEIF
namespace {

struct Frees {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(const heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(const heif_image* image) const { heif_image_release(image); }
};

void expect(const heif_error& error, const std::string& path) {
  check(
      error.code == heif_error_Ok,
      error.code == heif_error_Unsupported_filetype || error.code == heif_error_Unsupported_feature
          ? ErrorKind::kUnavailable
          : ErrorKind::kData,
      path, ": cannot be decoded by this libheif: ", error.message);
}

}  // namespace

StoredImage read_heif(const std::string& path) {
  const std::unique_ptr<heif_context, Frees> context(heif_context_alloc());
  expect(heif_context_read_from_file(context.get(), path.c_str(), nullptr), path);
  heif_image_handle* raw_handle = nullptr;
  expect(heif_context_get_primary_image_handle(context.get(), &raw_handle), path);
  const std::unique_ptr<heif_image_handle, Frees> handle(raw_handle);
  const bool alpha = heif_image_handle_has_alpha_channel(handle.get());
  const bool deep = heif_image_handle_get_luma_bits_per_pixel(handle.get()) > 8;
  const heif_chroma chroma = deep    ? heif_chroma_interleaved_RRGGBBAA_LE
                             : alpha ? heif_chroma_interleaved_RGBA
                                     : heif_chroma_interleaved_RGB;
  heif_image* raw_image = nullptr;
  expect(heif_decode_image(handle.get(), &raw_image, heif_colorspace_RGB, chroma, nullptr), path);
  const std::unique_ptr<heif_image, Frees> image(raw_image);
  int stride = 0;
  const uint8_t* const from =
      heif_image_get_plane_readonly(image.get(), heif_channel_interleaved, &stride);
  check(from, ErrorKind::kData, path, ": holds no picture");
  StoredImage stored;
  stored.size = {heif_image_get_width(image.get(), heif_channel_interleaved),
                 heif_image_get_height(image.get(), heif_channel_interleaved)};
  stored.format = deep ? PixelFormat::kRGBA64_LE : alpha ? PixelFormat::kRGBA : PixelFormat::kRGB;
  const size_t row = static_cast<size_t>(stored.size.width) * (deep ? 8 : alpha ? 4 : 3);
  stored.bytes.resize(row * static_cast<size_t>(stored.size.height));
  for (int y = 0; y < stored.size.height; ++y)
    std::memcpy(stored.bytes.data() + static_cast<size_t>(y) * row, from + ptrdiff_t{y} * stride,
                row);
  if (deep) {
    const int bits = heif_image_get_bits_per_pixel_range(image.get(), heif_channel_interleaved);
    const unsigned most = (1u << bits) - 1;
    for (size_t i = 0; i < stored.bytes.size(); i += 2) {
      const unsigned sample = stored.bytes[i] | stored.bytes[i + 1] << 8;
      const unsigned wide = std::min(65535u, (sample * 65535u + most / 2) / most);
      stored.bytes[i] = static_cast<uint8_t>(wide);
      stored.bytes[i + 1] = static_cast<uint8_t>(wide >> 8);
    }
  }
  return stored;
}
#else
StoredImage read_heif(const std::string& path) {
  fail(ErrorKind::kUnavailable, path, ": this build has no libheif, which reads HEIC and AVIF");
}
#endif

}  // namespace gan
