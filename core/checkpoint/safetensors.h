// SPDX-License-Identifier: LGPL-2.1-or-later
// safetensors, the native checkpoint format: u64 header length (little-endian), a JSON header
// {"name": {"dtype", "shape", "data_offsets"}, "__metadata__": {text: text}}, then raw data.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/checkpoint/tensor_file.h"

namespace gan {

bool is_safetensors(const ByteSource& source);
TensorFile read_safetensors(std::shared_ptr<const ByteSource> source);

// A file in several pieces by its index, {"weight_map": {tensor: piece}}, beside which they lie.
TensorFile read_safetensors_shards(const std::string& index);

struct TensorToWrite {
  std::string name;
  Dtype dtype;
  std::vector<int64_t> shape;
  std::span<const std::byte> bytes;  // contiguous; borrowed until the write returns
};

// Writes a temporary file in the target's folder, flushes it to the disk and renames it over
// `path`: a crash at any moment leaves the old file or the new one, never a mixture. Throws
// Error(kUnwritable) (disk full, no permission) and removes the temporary file.
void write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata);

}  // namespace gan
