// SPDX-License-Identifier: LGPL-2.1-or-later
// Layout: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory),
// 4.3.14 to 4.3.16 (end records), 4.5.3 (zip64 extra field).
#include "core/checkpoint/zip.h"

#include <gio/gio.h>

#include <algorithm>
#include <cstring>

#include "core/error.h"

namespace gan {
namespace {

using Method = ZipMember::Method;
constexpr uint32_t kLocal = 0x04034b50, kCentral = 0x02014b50, kEnd = 0x06054b50;
constexpr uint32_t kEnd64 = 0x06064b50, kLocator64 = 0x07064b50;
constexpr uint64_t kMaxMembers = 100000;

template <class T>
T number(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

[[noreturn]] void damaged(const ByteSource& source, const char* why) {
  fail(ErrorKind::kWrongType, source.name(), ": damaged zip archive: ", why);
}

struct Directory {
  uint64_t offset = 0, size = 0, members = 0;
};

Directory find_directory(const ByteSource& source) {
  const uint64_t tail_size = std::min<uint64_t>(source.size(), 22 + 65535);
  const uint64_t tail_start = source.size() - tail_size;
  const std::string tail = source.read_text(tail_start, tail_size);
  size_t at = std::string::npos;
  for (size_t i = tail.size() >= 22 ? tail.size() - 21 : 0; i-- > 0;)
    if (number<uint32_t>(tail, i) == kEnd) {
      at = i;
      break;
    }
  if (at == std::string::npos)
    damaged(source, "its end is missing, as of half a download: get it again");
  Directory found{number<uint32_t>(tail, at + 16), number<uint32_t>(tail, at + 12),
                  number<uint16_t>(tail, at + 10)};
  const bool zip64 =
      found.offset == 0xffffffff || found.size == 0xffffffff || found.members == 0xffff;
  if (zip64 && tail_start + at >= 20) {
    const std::string locator = source.read_text(tail_start + at - 20, 20);
    if (number<uint32_t>(locator, 0) == kLocator64) {
      const std::string end = source.read_text(number<uint64_t>(locator, 8), 56);
      if (number<uint32_t>(end, 0) != kEnd64) damaged(source, "no zip64 end record");
      found = {number<uint64_t>(end, 48), number<uint64_t>(end, 40), number<uint64_t>(end, 32)};
    }
  }
  if (found.members > kMaxMembers) damaged(source, "more than 100000 members");
  if (found.size > (64 << 20)) damaged(source, "a directory of more than 64 MiB");
  return found;
}

// Replaces the 32-bit fields that say "see the zip64 extra field".
void apply_zip64(const ByteSource& source, std::string_view extra, uint64_t& size,
                 uint64_t& compressed, uint64_t& header) {
  while (extra.size() >= 4) {
    const size_t length = number<uint16_t>(extra, 2);
    if (extra.size() < 4 + length) damaged(source, "bad extra field");
    if (number<uint16_t>(extra, 0) == 1) {
      size_t at = 4;
      for (uint64_t* field : {&size, &compressed, &header}) {
        if (*field != 0xffffffff) continue;
        if (at + 8 > 4 + length) damaged(source, "bad zip64 field");
        *field = number<uint64_t>(extra, at);
        at += 8;
      }
    }
    extra.remove_prefix(4 + length);
  }
}

}  // namespace

std::vector<ZipMember> read_zip_directory(const ByteSource& source) {
  const Directory directory = find_directory(source);
  const std::string bytes = source.read_text(directory.offset, directory.size);
  std::vector<ZipMember> members;
  std::string_view rest = bytes;
  for (uint64_t i = 0; i < directory.members; ++i) {
    if (rest.size() < 46 || number<uint32_t>(rest, 0) != kCentral)
      damaged(source, "its directory is broken");
    const size_t name_length = number<uint16_t>(rest, 28),
                 extra_length = number<uint16_t>(rest, 30);
    const size_t length = 46 + name_length + extra_length + number<uint16_t>(rest, 32);
    if (rest.size() < length) damaged(source, "its directory is cut short");
    ZipMember member;
    member.name = rest.substr(46, name_length);
    uint64_t compressed = number<uint32_t>(rest, 20), header = number<uint32_t>(rest, 42);
    member.size = number<uint32_t>(rest, 24);
    apply_zip64(source, rest.substr(46 + name_length, extra_length), member.size, compressed,
                header);
    if (number<uint16_t>(rest, 8) & 1) damaged(source, "it is encrypted");
    const auto method = number<uint16_t>(rest, 10);
    member.compressed = compressed;
    if (method != 0) member.method = method == 8 ? Method::kDeflate : Method::kOther;
    if (method == 0 && compressed != member.size) damaged(source, "a stored member of two sizes");
    const std::string local = source.read_text(header, 30);
    if (number<uint32_t>(local, 0) != kLocal) damaged(source, "a member has no header");
    member.offset = header + 30 + number<uint16_t>(local, 26) + number<uint16_t>(local, 28);
    if (member.offset > source.size() || compressed > source.size() - member.offset)
      damaged(source, "a member reaches past the end");
    members.push_back(std::move(member));
    rest.remove_prefix(length);
  }
  return members;
}

std::vector<std::byte> inflate(const ByteSource& source, const ZipMember& member) {
  std::string packed = source.read_text(member.offset, member.compressed);
  std::vector<std::byte> bytes(member.size);
  g_autoptr(GZlibDecompressor) raw = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW);
  gsize taken = 0, made = 0;
  GConverterResult result = G_CONVERTER_CONVERTED;
  while (result == G_CONVERTER_CONVERTED) {
    gsize read = 0, written = 0;
    std::byte full;  // one more than there is room for tells a member that is too long
    const bool room = made < bytes.size();
    result = g_converter_convert(G_CONVERTER(raw), packed.data() + taken, packed.size() - taken,
                                 room ? static_cast<void*>(bytes.data() + made) : &full,
                                 room ? bytes.size() - made : 1, G_CONVERTER_INPUT_AT_END, &read,
                                 &written, nullptr);
    taken += read;
    made += written;
    if (made > bytes.size()) damaged(source, "a member is longer than it says");
  }
  if (result != G_CONVERTER_FINISHED || made != bytes.size())
    damaged(source, "a compressed member is broken");
  return bytes;
}

}  // namespace gan
