// SPDX-License-Identifier: LGPL-2.1-or-later
// The part of the zip format that torch.save writes: stored (uncompressed) members, zip64 allowed;
// and members compressed by DEFLATE, as other tools pack them anew.
#pragma once

#include <string>
#include <vector>

#include "core/checkpoint/byte_source.h"

namespace gan {

struct ZipMember {
  std::string name;
  uint64_t offset = 0;      // of the member's bytes in the source
  uint64_t size = 0;        // bytes, unpacked
  uint64_t compressed = 0;  // bytes in the source
  enum class Method { kStored, kDeflate, kOther } method = Method::kStored;
};

// Reads the central directory. Every member's bytes are checked to lie inside the source. Throws
// Error(kWrongType) for a damaged or encrypted archive, or more than 100,000 members.
std::vector<ZipMember> read_zip_directory(const ByteSource& source);

// The bytes of a member that is compressed by DEFLATE: exactly member.size, which the caller has
// limited. Throws Error(kWrongType).
std::vector<std::byte> inflate(const ByteSource& source, const ZipMember& member);

}  // namespace gan
