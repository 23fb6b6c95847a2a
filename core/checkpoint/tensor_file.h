// SPDX-License-Identifier: LGPL-2.1-or-later
// A checkpoint as named, typed, still unread tensors: what every reader in this folder returns.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/checkpoint/byte_source.h"

namespace gan {

enum class Dtype : uint8_t {
  kF64,
  kF32,
  kF16,
  kBF16,
  kI64,
  kI32,
  kI16,
  kI8,
  kU8,
  kBool,
  // Only named, never converted:
  kF8E4M3,
  kF8E5M2,
  kU16,
  kU32,
  kU64,
  kC64,
  kC128,
};

size_t item_size(Dtype dtype);             // bytes
std::string_view safetensors_name(Dtype);  // "F32", ...
bool is_floating(Dtype dtype);             // F64, F32, F16, BF16

struct TensorEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;    // 0 to 8 dimensions, each >= 0
  std::vector<int64_t> strides;  // in elements, >= 0
  uint64_t offset = 0;           // of the first element, in bytes from the start of the source

  int64_t numel() const;
  bool contiguous() const;
  // Elements from the first to the last inclusive, in storage: numel() when contiguous.
  int64_t extent() const;
};

struct TensorFile {
  std::shared_ptr<const ByteSource> source;
  std::string container;  // "safetensors", "PyTorch zip", "PyTorch legacy pickle"
  std::string unwrapped;  // what stood before all names, such as "params_ema.module"; see under()
  // In the file's order. Of a pickle all tensors there are, named by the keys of the dicts around
  // them: "params_ema.body.0.weight".
  std::vector<TensorEntry> tensors;
  std::map<std::string, std::string> metadata;  // of safetensors and ONNX; otherwise empty
  std::string outline;  // for people: what else a pickle or a graph holds; may be empty
  std::map<std::string, int> operators;  // of a graph: how many layers without weights, by type
  std::unordered_map<std::string, size_t> places;  // of the tensors, by name

  const TensorEntry* find(std::string_view name) const;  // nullptr when absent
  void index();  // after tensors changed: what find() looks in
  // Copies the element bytes from offset over extent() elements into `to`.
  void read(const TensorEntry& entry, std::span<std::byte> to) const;
};

// The tensors whose names begin with `prefix`, which is "" or ends in '.', without it.
TensorFile under(const TensorFile& file, std::string_view prefix);

// Opens any container we can read, told apart by its first bytes; by its path too where it is the
// index of a safetensors file in several pieces. Reads names, shapes and sizes;
// tensor bytes stay where they are until read(). Every size is checked against the file first.
// Throws Error: kNotFound, kUnreadable, or kWrongType for what is damaged, hostile or unknown.
TensorFile open_tensor_file(const std::string& path);
TensorFile open_tensor_file(std::shared_ptr<const ByteSource> source);

// For the readers: checks that entry lies inside [0, source size), has at most 8 dimensions and no
// overflow, and that strides of 0 do not make more of it than the source is large.
void check_entry(const TensorEntry& entry, const ByteSource& source);

std::vector<int64_t> contiguous_strides(const std::vector<int64_t>& shape);

}  // namespace gan
