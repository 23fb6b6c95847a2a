// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/torch_file.h"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "core/checkpoint/state_tensors.h"
#include "core/checkpoint/zip.h"
#include "core/error.h"

namespace gan {
namespace {

// Everything up to here can be pickle; real ones are far smaller, tensors follow them.
constexpr uint64_t kMaxPickle = 16 << 20;

}  // namespace

bool is_torch_zip(const ByteSource& source) {
  return source.size() >= 22 && source.read_text(0, 4) == "PK\x03\x04";
}

bool is_torchscript(const ByteSource& source) {
  if (!is_torch_zip(source)) return false;
  const auto members = read_zip_directory(source);
  return std::ranges::any_of(members, [](const ZipMember& member) {
    return member.name.find("/code/") != std::string::npos ||
           member.name.ends_with("/constants.pkl");
  });
}

namespace {

using Members = std::unordered_map<std::string, ZipMember>;

// Compressed members are unpacked behind the file's own bytes, where their `offset` then is.
std::shared_ptr<const ByteSource> unpack(std::shared_ptr<const ByteSource> source,
                                         Members& members) {
  // Floats hardly shrink; only masks and counters, which are zeros, do.
  constexpr uint64_t kMaxRatio = 16, kFree = 64 << 20;
  uint64_t unpacked = 0;
  std::vector<std::shared_ptr<const ByteSource>> parts = {source};
  for (auto& [name, member] : members) {
    if (member.method == ZipMember::Method::kStored) continue;
    check(member.method == ZipMember::Method::kDeflate, ErrorKind::kWrongType, source->name(),
          ": zip member \"", name.substr(0, 200), "\" is compressed in another way than DEFLATE");
    if (member.size > kFree + kMaxRatio * source->size()) unpacked = UINT64_MAX / 2;
    unpacked += member.size;
    check(unpacked <= kFree + kMaxRatio * source->size(), ErrorKind::kWrongType, source->name(),
          ": its members unpack to more than ", kMaxRatio, " times its size");
    auto bytes = inflate(*source, member);
    member.offset = source->size() + unpacked - member.size;
    member.method = ZipMember::Method::kStored;
    if (!bytes.empty()) parts.push_back(keep_memory(source->name(), std::move(bytes)));
  }
  return parts.size() == 1 ? source : join_sources(std::move(parts));
}

// A zip archive that people packed around a checkpoint.
[[noreturn]] void refuse_other_zip(const ByteSource& source, const Members& members) {
  const auto inner = std::ranges::find_if(members, [](const auto& member) {
    return std::ranges::any_of(
        std::to_array<std::string_view>({".pth", ".pt", ".ckpt", ".safetensors"}),
        [&](auto ending) { return member.first.ends_with(ending); });
  });
  fail(ErrorKind::kWrongType, source.name(), ": a zip archive, but not one of PyTorch (it has no ",
       "data.pkl)",
       inner == members.end() ? "" : "; unpack it, it holds " + inner->first.substr(0, 200));
}

}  // namespace

TensorFile read_torch_zip(std::shared_ptr<const ByteSource> source) {
  const std::string what = source->name();
  check(!is_torchscript(*source), ErrorKind::kWrongType, what,
        ": a TorchScript archive. A script can run any operator, also ones that write files; set "
        "allow-torchscript=true to load it if you trust its author");
  Members members;
  for (auto& member : read_zip_directory(*source)) {
    const std::string name = member.name;
    members.emplace(name, std::move(member));
  }
  const auto data = std::ranges::find_if(members, [](const auto& member) {
    return member.first == "data.pkl" ||
           (member.first.ends_with("/data.pkl") && std::ranges::count(member.first, '/') == 1);
  });
  if (data == members.end()) refuse_other_zip(*source, members);
  const std::string root = data->first.substr(0, data->first.size() - 8);
  check(data->second.size <= kMaxPickle, ErrorKind::kWrongType, what,
        ": its data.pkl has more than 16 MiB, no state_dict needs that");
  source = unpack(std::move(source), members);
  if (const auto order = members.find(root + "byteorder"); order != members.end())
    check(source->read_text(order->second.offset, std::min<uint64_t>(order->second.size, 6)) ==
              "little",
          ErrorKind::kWrongType, what, ": its numbers are big-endian");
  const Pickle pickle =
      read_pickle(source->read_text(data->second.offset, data->second.size), what);
  TensorFile file{source, "PyTorch zip", "", {}, {}, {}, {}, {}};
  collect_tensors(file, pickle, [&](const PickleValue& storage) {
    const auto found = members.find(root + "data/" + storage.text);
    check(found != members.end() && found->second.size >= storage_bytes(storage, what),
          ErrorKind::kWrongType, what, ": storage ", storage.text.substr(0, 50),
          " is missing or cut short");
    return StorageBytes{found->second.offset, storage_bytes(storage, what)};
  });
  file.index();
  return file;
}

namespace {

// torch.save's magic number, as the pickle protocols 2 and above and those below write it.
constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
constexpr std::string_view kMagicText = "119547037146038801333356";

}  // namespace

bool is_torch_legacy(const ByteSource& source) {
  if (source.size() < 27) return false;
  const std::string head = source.read_text(0, 27);
  const bool magic = head.substr(0, 24).find(kMagic) != std::string::npos;
  return (head[0] == '\x80' && magic) || head.starts_with("L" + std::string(kMagicText));
}

TensorFile read_torch_legacy(std::shared_ptr<const ByteSource> source) {
  const std::string& what = source->name();
  const std::string head = source->read_text(0, std::min(source->size(), kMaxPickle));
  std::string_view rest = head;
  const auto next = [&] {
    Pickle pickle = read_pickle(rest, what);
    rest.remove_prefix(pickle.bytes_read);
    return pickle;
  };
  const Pickle magic = next(), protocol = next(), system = next();
  const std::string& number = magic.values[magic.root].text;
  check(
      (number == kMagic || number == kMagicText) && protocol.values[protocol.root].integer == 1001,
      ErrorKind::kWrongType, what, ": a pickle, but not one that torch.save wrote");
  const auto& facts = system.values[system.root].items;
  for (size_t i = 0; i + 1 < facts.size(); i += 2)
    check(
        system.values[facts[i]].text != "little_endian" || system.values[facts[i + 1]].integer != 0,
        ErrorKind::kWrongType, what, ": its numbers are big-endian");
  const Pickle object = next(), keys = next();

  // Storages follow in the order of the keys, each as an int64 element count and its elements.
  std::unordered_map<std::string_view, const PickleValue*> storages;
  for (const auto& value : object.values)
    if (value.type == PickleValue::Type::kStorage) storages.emplace(value.text, &value);
  std::unordered_map<std::string_view, StorageBytes> places;
  uint64_t offset = head.size() - rest.size();
  for (const uint32_t index : keys.values[keys.root].items) {
    const auto& key = keys.values[index].text;
    const auto found = storages.find(key);
    check(found != storages.end(), ErrorKind::kWrongType, what, ": storage ", key.substr(0, 50),
          " is listed but not used");
    int64_t count = 0;
    source->read(offset, std::as_writable_bytes(std::span(&count, 1)));
    const uint64_t size = storage_bytes(*found->second, what);
    check(count == found->second->shape[0] && size <= source->size() - offset - 8,
          ErrorKind::kWrongType, what, ": storage ", key.substr(0, 50),
          " is cut short or of another size than announced");
    places[key] = {offset + 8, size};
    offset += 8 + size;
  }
  TensorFile file{source, "PyTorch legacy pickle", "", {}, {}, {}, {}, {}};
  collect_tensors(file, object, [&](const PickleValue& storage) {
    const auto found = places.find(storage.text);
    check(found != places.end(), ErrorKind::kWrongType, what, ": storage ",
          storage.text.substr(0, 50), " is missing");
    return found->second;
  });
  file.index();
  return file;
}

}  // namespace gan
