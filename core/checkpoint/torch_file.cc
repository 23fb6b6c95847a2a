// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/torch_file.h"

#include <algorithm>
#include <array>
#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "core/checkpoint/pickle.h"
#include "core/checkpoint/zip.h"
#include "core/error.h"

namespace gan {
namespace {

using Type = PickleValue::Type;

// Where a storage's bytes lie in the source.
struct StorageBytes {
  uint64_t offset = 0, size = 0;
};
using StorageLookup = std::function<StorageBytes(const PickleValue& storage)>;

// The dict of the state_dict: `dict` itself or what lies under the first known wrapper key.
uint32_t unwrap(const Pickle& pickle, uint32_t dict, std::string& key_taken) {
  constexpr std::array<std::string_view, 7> kWrappers = {
      "model_state_dict", "state_dict", "params_ema", "params-ema", "params", "model", "net"};
  for (int level = 0; level < 4; ++level) {
    const auto& items = pickle.values[dict].items;
    const auto inner = [&]() -> const uint32_t* {
      for (const auto wrapper : kWrappers)
        for (size_t i = 0; i + 1 < items.size(); i += 2)
          if (pickle.values[items[i]].text == wrapper &&
              pickle.values[items[i + 1]].type == Type::kDict) {
            key_taken += (key_taken.empty() ? "" : ".") + std::string(wrapper);
            return &items[i + 1];
          }
      return nullptr;
    }();
    if (!inner) break;
    dict = *inner;
  }
  return dict;
}

// DataParallel writes "module." before every key, some projects "netG.".
void drop_common_prefix(std::vector<TensorEntry>& tensors) {
  for (const std::string_view prefix : {"module.", "netG."}) {
    const bool all = !tensors.empty() && std::ranges::all_of(tensors, [&](const TensorEntry& t) {
      return t.name.starts_with(prefix);
    });
    if (all)
      for (auto& tensor : tensors) tensor.name.erase(0, prefix.size());
  }
}

void collect_tensors(TensorFile& file, const Pickle& pickle, const StorageLookup& find_storage) {
  const std::string& what = file.source->name();
  check(pickle.values[pickle.root].type == Type::kDict, ErrorKind::kWrongType, what,
        ": holds no state_dict (a dict of tensors)");
  const auto& items = pickle.values[unwrap(pickle, pickle.root, file.unwrapped)].items;
  std::unordered_set<std::string_view> seen;
  for (size_t i = 0; i + 1 < items.size(); i += 2) {
    const PickleValue& key = pickle.values[items[i]];
    const PickleValue& tensor = pickle.values[items[i + 1]];
    if (tensor.type != Type::kTensor || key.type != Type::kText) continue;
    check(seen.insert(key.text).second, ErrorKind::kWrongType, what, ": tensor \"",
          key.text.substr(0, 200), "\" stands twice");
    const PickleValue& storage = pickle.values[tensor.items[0]];
    const StorageBytes bytes = find_storage(storage);
    TensorEntry entry{key.text, storage.dtype, tensor.shape, tensor.strides, 0};
    const int64_t item = static_cast<int64_t>(item_size(entry.dtype));
    int64_t start = 0;
    check(tensor.integer >= 0 && !__builtin_mul_overflow(tensor.integer, item, &start),
          ErrorKind::kWrongType, what, ": tensor \"", key.text, "\" has a bad offset");
    entry.offset = bytes.offset + static_cast<uint64_t>(start);
    check_entry(entry, *file.source);
    check(static_cast<uint64_t>(start) + static_cast<uint64_t>(entry.extent() * item) <= bytes.size,
          ErrorKind::kWrongType, what, ": tensor \"", key.text, "\" reaches past its storage");
    file.tensors.push_back(std::move(entry));
  }
  check(!file.tensors.empty(), ErrorKind::kWrongType, what, ": holds no tensors ",
        file.unwrapped.empty() ? "at its top, nor under a key such as params or state_dict"
                               : "under " + file.unwrapped);
  drop_common_prefix(file.tensors);
}

uint64_t storage_bytes(const PickleValue& storage, std::string_view what) {
  int64_t bytes = 0;
  check(storage.shape[0] >= 0 &&
            !__builtin_mul_overflow(storage.shape[0],
                                    static_cast<int64_t>(item_size(storage.dtype)), &bytes),
        ErrorKind::kWrongType, what, ": a storage of impossible size");
  return static_cast<uint64_t>(bytes);
}

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

TensorFile read_torch_zip(std::shared_ptr<const ByteSource> source) {
  const std::string& what = source->name();
  check(!is_torchscript(*source), ErrorKind::kWrongType, what,
        ": a TorchScript archive. A script can run any operator, also ones that write files; set "
        "allow-torchscript=true to load it if you trust its author");
  std::unordered_map<std::string, ZipMember> members;
  for (auto& member : read_zip_directory(*source)) {
    check(member.stored, ErrorKind::kWrongType, what, ": zip member \"", member.name,
          "\" is compressed; PyTorch stores its members uncompressed");
    const std::string name = member.name;
    members.emplace(name, std::move(member));
  }
  const auto data = std::ranges::find_if(members, [](const auto& member) {
    return member.first.ends_with("/data.pkl") && std::ranges::count(member.first, '/') == 1;
  });
  check(data != members.end(), ErrorKind::kWrongType, what,
        ": a zip archive, but not one of PyTorch (it has no data.pkl)");
  const std::string root = data->first.substr(0, data->first.size() - 8);
  if (const auto order = members.find(root + "byteorder"); order != members.end())
    check(source->read_text(order->second.offset, std::min<uint64_t>(order->second.size, 6)) ==
              "little",
          ErrorKind::kWrongType, what, ": its numbers are big-endian");
  check(data->second.size <= kMaxPickle, ErrorKind::kWrongType, what,
        ": its data.pkl has more than 16 MiB, no state_dict needs that");
  const Pickle pickle =
      read_pickle(source->read_text(data->second.offset, data->second.size), what);
  TensorFile file{source, "PyTorch zip", "", {}, {}};
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

bool is_torch_legacy(const ByteSource& source) {
  return source.size() >= 16 && source.read_text(0, 4) == "\x80\x02\x8a\x0a";
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
  constexpr std::string_view kMagic("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10);
  const Pickle magic = next(), protocol = next(), system = next();
  check(magic.values[magic.root].text == kMagic && protocol.values[protocol.root].integer == 1001,
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
    if (value.type == Type::kStorage) storages.emplace(value.text, &value);
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
  TensorFile file{source, "PyTorch legacy pickle", "", {}, {}};
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
