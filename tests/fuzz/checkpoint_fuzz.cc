// SPDX-License-Identifier: LGPL-2.1-or-later
// libFuzzer target: one reader of checkpoints (GAN_READER: read_safetensors, read_torch_zip,
// read_torch_legacy, read_onnx, read_pair or read_shards) on hostile bytes. Only an Error may come
// of it; every tensor that the reader lets through must be readable, and take no more memory than
// the file, unpacked, has bytes.
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <span>
#include <vector>

#include "core/checkpoint/ncnn_file.h"
#include "core/checkpoint/onnx_file.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_file.h"
#include "core/error.h"
#include "models/contents.h"

namespace gan {
namespace {

// ncnn's two files: layers up to the first 0, then their weights.
[[maybe_unused]] TensorFile read_pair(const std::shared_ptr<const ByteSource>& source) {
  const std::string both = source->read_text(0, source->size());
  const size_t end = std::min(both.size(), both.find('\0'));
  const std::string text = both.substr(0, end),
                    weights = both.substr(std::min(both.size(), end + 1));
  const auto bytes = [](const std::string& part) { return std::as_bytes(std::span(part)); };
  return read_ncnn(wrap_memory("input", bytes(text)), wrap_memory("weights", bytes(weights)));
}

// An index of the files "1" and "2" beside it, which hold the tensors "a" and "b".
[[maybe_unused]] TensorFile read_shards(const std::shared_ptr<const ByteSource>& source) {
  static const std::string folder = [] {
    char name[] = "/tmp/gan-fuzz-XXXXXX";
    if (!mkdtemp(name)) std::abort();
    const std::vector<std::byte> four(16);
    write_safetensors(std::string(name) + "/1", {{"a", Dtype::kF32, {4}, four}}, {});
    write_safetensors(std::string(name) + "/2", {{"b", Dtype::kF32, {2, 2}, four}}, {});
    return std::string(name);
  }();
  std::ofstream(folder + "/index") << source->read_text(0, source->size());
  return read_safetensors_shards(folder + "/index");
}

void read(std::span<const uint8_t> input) {
  const TensorFile file = GAN_READER(wrap_memory("input", std::as_bytes(input)));
  for (const auto& entry : file.tensors) {
    const size_t bytes = static_cast<size_t>(entry.extent()) * item_size(entry.dtype);
    if (bytes > file.source->size()) __builtin_trap();
    std::vector<std::byte> to(bytes);
    file.read(entry, to);
  }
  contents_of(file);
}

}  // namespace
}  // namespace gan

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    gan::read({data, size});
  } catch (const gan::Error&) {
  }
  return 0;
}
