// SPDX-License-Identifier: LGPL-2.1-or-later
// libFuzzer target: one reader of checkpoints (GAN_READER: read_safetensors, read_torch_zip,
// read_torch_legacy or read_onnx) on hostile bytes. Only an Error may come of it; every tensor that
// the reader lets through must be readable, and take no more memory than the file, unpacked, has
// bytes.
#include <cstdint>
#include <span>
#include <vector>

#include "core/checkpoint/onnx_file.h"
#include "core/checkpoint/safetensors.h"
#include "core/checkpoint/torch_file.h"
#include "core/error.h"
#include "models/import/import.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    const gan::TensorFile file =
        gan::GAN_READER(gan::wrap_memory("input", std::as_bytes(std::span(data, size))));
    for (const auto& entry : file.tensors) {
      const size_t bytes = static_cast<size_t>(entry.extent()) * gan::item_size(entry.dtype);
      if (bytes > file.source->size()) __builtin_trap();
      std::vector<std::byte> to(bytes);
      file.read(entry, to);
    }
    gan::recognise(file);
  } catch (const gan::Error&) {
  }
  return 0;
}
