// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/tensor_file.h"

#include <algorithm>
#include <array>
#include <filesystem>

#include "core/checkpoint/foreign_format.h"
#include "core/checkpoint/ncnn_file.h"
#include "core/checkpoint/onnx_file.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_file.h"
#include "core/error.h"

namespace gan {
namespace {

struct DtypeInfo {
  size_t bytes;
  std::string_view name;
};
constexpr std::array<DtypeInfo, 17> kDtypes = {{{8, "F64"},
                                                {4, "F32"},
                                                {2, "F16"},
                                                {2, "BF16"},
                                                {8, "I64"},
                                                {4, "I32"},
                                                {2, "I16"},
                                                {1, "I8"},
                                                {1, "U8"},
                                                {1, "BOOL"},
                                                {1, "F8_E4M3"},
                                                {1, "F8_E5M2"},
                                                {2, "U16"},
                                                {4, "U32"},
                                                {8, "U64"},
                                                {8, "C64"},
                                                {16, "C128"}}};

// a * b, or -1 when that does not fit in an int64.
int64_t checked_product(int64_t a, int64_t b) {
  int64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? -1 : product;
}

}  // namespace

size_t item_size(Dtype dtype) { return kDtypes[static_cast<size_t>(dtype)].bytes; }
std::string_view safetensors_name(Dtype dtype) { return kDtypes[static_cast<size_t>(dtype)].name; }

bool is_floating(Dtype dtype) {
  return dtype == Dtype::kF64 || dtype == Dtype::kF32 || dtype == Dtype::kF16 ||
         dtype == Dtype::kBF16;
}

int64_t TensorEntry::numel() const {
  int64_t count = 1;
  for (const int64_t n : shape) count *= n;
  return count;
}

bool TensorEntry::contiguous() const { return strides == contiguous_strides(shape); }

int64_t TensorEntry::extent() const {
  if (numel() == 0) return 0;
  int64_t last = 0;
  for (size_t i = 0; i < shape.size(); ++i) last += (shape[i] - 1) * strides[i];
  return last + 1;
}

const TensorEntry* TensorFile::find(std::string_view name) const {
  const auto found = places.find(std::string(name));
  return found == places.end() ? nullptr : &tensors[found->second];
}

void TensorFile::index() {
  places.clear();
  for (size_t i = 0; i < tensors.size(); ++i) places.emplace(tensors[i].name, i);
}

void TensorFile::read(const TensorEntry& entry, std::span<std::byte> to) const {
  check(to.size() == static_cast<size_t>(entry.extent()) * item_size(entry.dtype),
        ErrorKind::kFailed, source->name(), ": ", entry.name, ": buffer of the wrong size");
  source->read(entry.offset, to);
}

std::vector<int64_t> contiguous_strides(const std::vector<int64_t>& shape) {
  std::vector<int64_t> strides(shape.size());
  int64_t step = 1;
  for (size_t i = shape.size(); i-- > 0;) {
    strides[i] = step;
    // Too large: check_entry refuses the shape, whatever its strides are.
    if (__builtin_mul_overflow(step, std::max<int64_t>(shape[i], 1), &step)) step = 0;
  }
  return strides;
}

void check_entry(const TensorEntry& entry, const ByteSource& source) {
  const auto refuse = [&](std::string_view why) {
    fail(ErrorKind::kWrongType, source.name(), ": tensor \"", entry.name.substr(0, 200), "\" ",
         why);
  };
  if (entry.shape.size() > 8) refuse("has more than 8 dimensions");
  if (entry.shape.size() != entry.strides.size()) refuse("has a shape and strides that disagree");
  int64_t numel = 1, last = 0;
  for (size_t i = 0; i < entry.shape.size(); ++i) {
    if (entry.shape[i] < 0 || entry.strides[i] < 0) refuse("has a negative size or stride");
    numel = checked_product(numel, entry.shape[i]);
    const int64_t reach =
        checked_product(std::max<int64_t>(entry.shape[i] - 1, 0), entry.strides[i]);
    if (numel < 0 || reach < 0 || __builtin_add_overflow(last, reach, &last))
      refuse("has a size that overflows");
  }
  if (numel == 0) return;
  if (numel > last + 1 && static_cast<uint64_t>(numel) > source.size())
    refuse("repeats its elements more often than the file has bytes");
  const int64_t bytes = checked_product(last + 1, static_cast<int64_t>(item_size(entry.dtype)));
  if (bytes < 0 || entry.offset > source.size() ||
      static_cast<uint64_t>(bytes) > source.size() - entry.offset)
    refuse("reaches past the end of the file: damaged, or half a download");
}

TensorFile under(const TensorFile& file, std::string_view prefix) {
  TensorFile part{file.source, file.container, std::string(prefix), {}, {}, {}, {}, {}};
  if (part.unwrapped.ends_with('.')) part.unwrapped.pop_back();
  part.operators = file.operators;
  for (const auto& entry : file.tensors)
    if (entry.name.starts_with(prefix)) {
      part.tensors.push_back(entry);
      part.tensors.back().name.erase(0, prefix.size());
    }
  part.index();
  return part;
}

TensorFile open_tensor_file(const std::string& path) {
  if (path.ends_with(".safetensors.index.json")) return read_safetensors_shards(path);
  const auto source = open_file(path);
  if (is_ncnn_param(*source)) return read_ncnn(path);
  const auto layers = std::filesystem::path(path).replace_extension(".param");
  std::error_code ignored;
  check(!path.ends_with(".bin") || !std::filesystem::is_regular_file(layers, ignored),
        ErrorKind::kWrongType, path, ": the weights of an ncnn network: name its .param, ",
        layers.string());
  return open_tensor_file(source);
}

TensorFile open_tensor_file(std::shared_ptr<const ByteSource> source) {
  if (is_torch_zip(*source)) return read_torch_zip(std::move(source));
  if (is_torch_legacy(*source)) return read_torch_legacy(std::move(source));
  if (is_safetensors(*source)) return read_safetensors(std::move(source));
  if (is_onnx(*source)) return read_onnx(std::move(source));
  fail(ErrorKind::kWrongType, source->name(),
       ": not a checkpoint: neither safetensors nor a file of PyTorch, ONNX or ncnn",
       foreign_format(*source));
}

}  // namespace gan
