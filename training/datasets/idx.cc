// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/idx.h"

#include <gio/gio.h>

#include <memory>

#include "core/error.h"

namespace gan::training {
namespace {

constexpr uint32_t kImages = 2051, kLabels = 2049;
constexpr size_t kLargest = size_t{4} << 30;  // of a file unpacked

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};

// The whole file, unpacked when it begins as gzip does.
std::vector<uint8_t> read_unpacked(const std::string& path) {
  GError* error = nullptr;
  const auto fail_with = [&](ErrorKind kind) {
    const std::string text = error->message;
    g_clear_error(&error);
    fail(kind, path, ": ", text);
  };
  const std::unique_ptr<GFile, Unref> file(g_file_new_for_path(path.c_str()));
  std::unique_ptr<GInputStream, Unref> stream(
      G_INPUT_STREAM(g_file_read(file.get(), nullptr, &error)));
  if (!stream)
    fail_with(g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ? ErrorKind::kData
                                                                       : ErrorKind::kUnreadable);
  uint8_t magic[2] = {};
  gsize got = 0;
  g_input_stream_read_all(stream.get(), magic, 2, &got, nullptr, nullptr);
  g_seekable_seek(G_SEEKABLE(stream.get()), 0, G_SEEK_SET, nullptr, nullptr);
  if (got == 2 && magic[0] == 0x1f && magic[1] == 0x8b) {
    const std::unique_ptr<GConverter, Unref> unpack(
        G_CONVERTER(g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP)));
    stream.reset(g_converter_input_stream_new(stream.get(), unpack.get()));
  }
  std::vector<uint8_t> bytes;
  while (true) {
    constexpr size_t kChunk = 1 << 20;
    const size_t before = bytes.size();
    check(before + kChunk <= kLargest, ErrorKind::kData, path, ": holds more than 4 GiB");
    bytes.resize(before + kChunk);
    if (!g_input_stream_read_all(stream.get(), bytes.data() + before, kChunk, &got, nullptr,
                                 &error))
      fail_with(ErrorKind::kData);
    bytes.resize(before + got);
    if (got < kChunk) return bytes;
  }
}

uint32_t big_endian(const std::vector<uint8_t>& bytes, size_t at) {
  return uint32_t{bytes[at]} << 24 | uint32_t{bytes[at + 1]} << 16 | uint32_t{bytes[at + 2]} << 8 |
         bytes[at + 3];
}

std::vector<uint8_t> read_idx(const std::string& path, uint32_t magic, size_t header) {
  auto bytes = read_unpacked(path);
  check(bytes.size() >= header, ErrorKind::kData, path, ": ", bytes.size(),
        " bytes are too few for an IDX file");
  const uint32_t found = big_endian(bytes, 0);
  check(found == magic, ErrorKind::kData, path, ": magic number ", found, ", wanted ", magic,
        magic == kImages ? " of IDX images" : " of IDX labels");
  return bytes;
}

}  // namespace

IdxImages read_idx_images(const std::string& path) {
  const auto bytes = read_idx(path, kImages, 16);
  IdxImages images;
  images.count = big_endian(bytes, 4);
  const uint32_t rows = big_endian(bytes, 8), columns = big_endian(bytes, 12);
  check(rows >= 1 && rows <= 4096 && columns >= 1 && columns <= 4096, ErrorKind::kData, path,
        ": pictures of ", columns, "x", rows, ", wanted sides of 1 to 4096");
  images.size = {static_cast<int>(columns), static_cast<int>(rows)};
  const uint64_t wanted = uint64_t{rows} * columns * static_cast<uint64_t>(images.count);
  check(bytes.size() - 16 == wanted, ErrorKind::kData, path, ": ", images.count, " pictures of ",
        columns, "x", rows, " are ", wanted, " bytes, the file has ", bytes.size() - 16);
  images.pixels.assign(bytes.begin() + 16, bytes.end());
  return images;
}

std::vector<uint8_t> read_idx_labels(const std::string& path) {
  const auto bytes = read_idx(path, kLabels, 8);
  const uint32_t count = big_endian(bytes, 4);
  check(bytes.size() - 8 == count, ErrorKind::kData, path, ": should hold ", count,
        " labels, holds ", bytes.size() - 8);
  return {bytes.begin() + 8, bytes.end()};
}

}  // namespace gan::training
