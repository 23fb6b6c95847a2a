// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/jxl_file.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "core/error.h"
#include "core/file_suffix.h"

#ifdef GAN_HAVE_JXL
#include <jxl/decode.h>
#endif

namespace gan {

bool is_jxl_name(const std::string& path) { return lower_suffix(path) == ".jxl"; }

#ifdef GAN_HAVE_JXL
namespace {

struct Destroys {
  void operator()(JxlDecoder* decoder) const { JxlDecoderDestroy(decoder); }
};

std::vector<uint8_t> bytes_of(const std::string& path) {
  std::error_code ignored;
  check(std::filesystem::exists(path, ignored), ErrorKind::kNotFound, path, ": no such file");
  std::ifstream file(path, std::ios::binary);
  std::vector<uint8_t> bytes{std::istreambuf_iterator<char>(file), {}};
  check(!bytes.empty(), ErrorKind::kData, path, ": is empty");
  return bytes;
}

}  // namespace

StoredImage read_jxl(const std::string& path) {
  const std::vector<uint8_t> bytes = bytes_of(path);
  const std::unique_ptr<JxlDecoder, Destroys> decoder(JxlDecoderCreate(nullptr));
  check(decoder &&
            JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_FULL_IMAGE) ==
                JXL_DEC_SUCCESS &&
            JxlDecoderSetInput(decoder.get(), bytes.data(), bytes.size()) == JXL_DEC_SUCCESS,
        ErrorKind::kNoMemory, path, ": libjxl cannot begin");
  JxlDecoderCloseInput(decoder.get());
  StoredImage stored;
  JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_LITTLE_ENDIAN, 0};
  while (true) {
    switch (JxlDecoderProcessInput(decoder.get())) {
      case JXL_DEC_BASIC_INFO: {
        JxlBasicInfo info;
        check(JxlDecoderGetBasicInfo(decoder.get(), &info) == JXL_DEC_SUCCESS, ErrorKind::kData,
              path, ": its head cannot be read");
        check(!info.have_animation, ErrorKind::kUnavailable, path,
              ": is an animated JPEG XL, which is not read");
        const bool deep = info.bits_per_sample > 8, alpha = info.alpha_bits > 0;
        format.num_channels = deep || alpha ? 4 : 3;  // without alpha in the file: opaque
        format.data_type = deep ? JXL_TYPE_UINT16 : JXL_TYPE_UINT8;
        stored.format = deep    ? PixelFormat::kRGBA64_LE
                        : alpha ? PixelFormat::kRGBA
                                : PixelFormat::kRGB;
        stored.size = {static_cast<int>(info.xsize), static_cast<int>(info.ysize)};
        break;
      }
      case JXL_DEC_NEED_IMAGE_OUT_BUFFER: {
        size_t size = 0;
        check(JxlDecoderImageOutBufferSize(decoder.get(), &format, &size) == JXL_DEC_SUCCESS,
              ErrorKind::kData, path, ": has no size");
        stored.bytes.resize(size);
        check(JxlDecoderSetImageOutBuffer(decoder.get(), &format, stored.bytes.data(), size) ==
                  JXL_DEC_SUCCESS,
              ErrorKind::kData, path, ": cannot be decoded by this libjxl");
        break;
      }
      case JXL_DEC_FULL_IMAGE: return stored;
      case JXL_DEC_NEED_MORE_INPUT: fail(ErrorKind::kData, path, ": cut short");
      default: fail(ErrorKind::kData, path, ": no JPEG XL, or damaged");
    }
  }
}
#else
StoredImage read_jxl(const std::string& path) {
  fail(ErrorKind::kUnavailable, path, ": this build has no libjxl, which reads JPEG XL");
}
#endif

}  // namespace gan
