// SPDX-License-Identifier: LGPL-2.1-or-later
// Checkpoints as Python writes them, of every pickle protocol and container: made by hand, so that
// tests want no Python.
#pragma once

#include <gio/gio.h>

#include "core/checkpoint/tensor_file.h"
#include "tests/core/checkpoint/torch_bytes.h"

namespace gan::test {

struct StoredTensor {
  std::string name;
  std::vector<int64_t> shape;
  Dtype dtype = Dtype::kF32;
  std::string bytes;
};

// Writes one pickle; storages that its tensors name are kept for the container.
class PickleWriter {
 public:
  explicit PickleWriter(int protocol) : protocol_(protocol) {
    if (protocol >= 2) program_ = "\x80" + std::string(1, static_cast<char>(protocol));
    if (protocol >= 4) program_ += "\x95" + raw(uint64_t{1});  // readers need not heed frames
  }

  PickleWriter& text(const std::string& value) {
    if (protocol_ == 0)
      program_ += "V" + value + "\n";
    else if (protocol_ >= 4 && value.size() < 256)
      program_ += "\x8c" + std::string(1, static_cast<char>(value.size())) + value + "\x94";
    else
      program_ += pickle_text(value);
    return *this;
  }
  PickleWriter& integer(int64_t value) {
    program_ += protocol_ == 0 ? "I" + std::to_string(value) + "\n"
                               : pickle_int(static_cast<int32_t>(value));
    return *this;
  }
  PickleWriter& real(double value) {
    std::string big = raw(value);
    program_ += protocol_ == 0 ? "F" + std::to_string(value) + "\n"
                               : "G" + std::string(big.rbegin(), big.rend());
    return *this;
  }
  PickleWriter& flag(bool value) {
    program_ += protocol_ < 2 ? (value ? "I01\n" : "I00\n") : (value ? "\x88" : "\x89");
    return *this;
  }
  PickleWriter& none() { return add("N"); }
  PickleWriter& global(const std::string& module, const std::string& name) {
    if (protocol_ < 4) return add("c" + module + "\n" + name + "\n");
    return text(module).text(name).add("\x93\x94");
  }
  PickleWriter& mark() { return add("("); }
  PickleWriter& tuple() { return add("t"); }  // of what follows the mark
  PickleWriter& call() { return add("R"); }
  PickleWriter& build() { return add("b"); }
  PickleWriter& dict() { return protocol_ == 0 ? add("(d") : add("}"); }
  PickleWriter& item() { return add("s"); }  // a key and a value into the dict below
  // An object of a class without arguments.
  PickleWriter& object(const std::string& module, const std::string& name) {
    if (protocol_ >= 2) return global(module, name).mark().tuple().add("\x81");
    // copyreg._reconstructor(class, object, None)
    global("copy_reg", "_reconstructor").mark().global(module, name);
    return global("__builtin__", "object").none().tuple().call();
  }

  PickleWriter& tensor(const StoredTensor& tensor) {
    const std::string key = std::to_string(storages_.size());
    const int64_t count = static_cast<int64_t>(tensor.bytes.size() / item_size(tensor.dtype));
    const bool untyped = !storage(tensor.dtype);
    storages_.emplace_back(key, tensor.bytes);
    counts_.push_back(untyped ? static_cast<int64_t>(tensor.bytes.size()) : count);
    global("torch._utils", untyped ? "_rebuild_tensor_v3" : "_rebuild_tensor_v2").mark();
    if (protocol_ == 0) {
      add(std::string("P('storage', <class 'torch.") +
          (untyped ? "Untyped" : storage(tensor.dtype)) + "Storage'>, '" + key + "', 'cpu', " +
          std::to_string(counts_.back()) + ")\n");
    } else {
      mark().text("storage").global(
          untyped ? "torch.storage" : "torch",
          std::string(untyped ? "Untyped" : storage(tensor.dtype)) + "Storage");
      text(key).text("cpu").integer(counts_.back()).tuple().add("Q");
    }
    integer(0).mark();
    for (const int64_t side : tensor.shape) integer(side);
    tuple().mark();
    for (const int64_t stride : contiguous_strides(tensor.shape)) integer(stride);
    tuple().flag(false).global("collections", "OrderedDict").mark().tuple().call();
    if (untyped) global("torch", "float8_e4m3fn").dict();
    return tuple().call();
  }

  PickleWriter& add(const std::string& program) {
    program_ += program;
    return *this;
  }

  enum class Container { kZip, kDeflatedZip, kLegacy };
  std::string file(Container container) const {
    if (container == Container::kLegacy) return legacy();
    std::vector<std::pair<std::string, std::string>> members = {{"net/data.pkl", program_ + "."}};
    for (const auto& [key, bytes] : storages_) members.emplace_back("net/data/" + key, bytes);
    members.emplace_back("net/version", "3\n");
    return container == Container::kZip ? zip(members) : deflated_zip(members);
  }

  // A zip archive whose members are compressed by DEFLATE.
  static std::string deflated_zip(const std::vector<std::pair<std::string, std::string>>& members) {
    std::string body, directory;
    for (const auto& [name, content] : members) {
      const std::string packed = deflated(content);
      const std::string common = raw(uint16_t{0}) + raw(uint16_t{8}) + raw(uint32_t{0}) +
                                 raw(uint32_t{0}) + raw(static_cast<uint32_t>(packed.size())) +
                                 raw(static_cast<uint32_t>(content.size())) +
                                 raw(static_cast<uint16_t>(name.size())) + raw(uint16_t{0});
      directory += "PK\x01\x02" + raw(uint16_t{20}) + raw(uint16_t{20}) + common +
                   raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint16_t{0}) + raw(uint32_t{0}) +
                   raw(static_cast<uint32_t>(body.size())) + name;
      body += "PK\x03\x04" + raw(uint16_t{20}) + common + name + packed;
    }
    const auto count = static_cast<uint16_t>(members.size());
    return body + directory + "PK\x05\x06" + raw(uint16_t{0}) + raw(uint16_t{0}) + raw(count) +
           raw(count) + raw(static_cast<uint32_t>(directory.size())) +
           raw(static_cast<uint32_t>(body.size())) + raw(uint16_t{0});
  }

 private:
  static const char* storage(Dtype dtype) {
    switch (dtype) {
      case Dtype::kF64: return "Double";
      case Dtype::kF32: return "Float";
      case Dtype::kF16: return "Half";
      case Dtype::kBF16: return "BFloat16";
      case Dtype::kI64: return "Long";
      case Dtype::kI8: return "Char";
      case Dtype::kC64: return "ComplexFloat";
      default: return nullptr;
    }
  }

  std::string legacy() const {
    const auto number = [&](int64_t value) {
      PickleWriter writer(protocol_);
      return writer.integer(value).program_ + ".";
    };
    const std::string magic =
        protocol_ < 2 ? "L119547037146038801333356L\n."
                      : "\x80" + std::string(1, static_cast<char>(protocol_)) +
                            (protocol_ < 4 ? "" : "\x95" + raw(uint64_t{13})) +
                            std::string("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 13);
    PickleWriter system(protocol_), keys(protocol_);
    system.dict().text("little_endian").flag(true).item();
    keys.add(protocol_ == 0 ? "(l" : "]");
    for (const auto& [key, bytes] : storages_) keys.text(key).add("a");
    std::string file =
        magic + number(1001) + system.program_ + "." + program_ + "." + keys.program_ + ".";
    for (size_t i = 0; i < storages_.size(); ++i) file += raw(counts_[i]) + storages_[i].second;
    return file;
  }

  static std::string deflated(const std::string& content) {
    g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_RAW, 6);
    std::string packed(content.size() * 2 + 100, '\0');
    gsize read = 0, written = 0;
    g_converter_convert(G_CONVERTER(zlib), content.data(), content.size(), packed.data(),
                        packed.size(), G_CONVERTER_INPUT_AT_END, &read, &written, nullptr);
    packed.resize(written);
    return packed;
  }

  int protocol_;
  std::string program_;
  std::vector<std::pair<std::string, std::string>> storages_;
  std::vector<int64_t> counts_;
};

}  // namespace gan::test
