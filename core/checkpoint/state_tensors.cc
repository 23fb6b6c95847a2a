// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/state_tensors.h"

#include <algorithm>
#include <set>

#include "core/error.h"

namespace gan {
namespace {

using Type = PickleValue::Type;
constexpr size_t kMaxDepth = 64;
constexpr size_t kMaxSteps = 1000000;  // a dict may hold another twice, and so on
constexpr size_t kMaxName = 1000;
constexpr size_t kMaxNames = 64 << 20;  // bytes of all

// Module's attributes, which its state_dict leaves out of the names.
bool is_module_part(std::string_view key) {
  return key == "_parameters" || key == "_buffers" || key == "_modules";
}

std::string key_text(const PickleValue& key) {
  if (key.type == Type::kText) return key.text;
  return key.type == Type::kInt ? std::to_string(key.integer) : "";
}

class Walk {
 public:
  Walk(TensorFile& file, const Pickle& pickle, const StorageLookup& find_storage)
      : file_(file), pickle_(pickle), find_storage_(find_storage) {}

  // Depth first, in the file's order.
  void run() {
    std::vector<Place> open = {{pickle_.root, "", 0}};
    size_t steps = 0, names = 0;
    while (!open.empty()) {
      const Place place = std::move(open.back());
      open.pop_back();
      names += place.name.size();
      check(++steps <= kMaxSteps && names <= kMaxNames, ErrorKind::kWrongType, what(),
            ": nests dicts in one another without end");
      const PickleValue& value = at(place.value);
      if (value.type == Type::kTensor) add(value, place.name);
      if (place.depth == kMaxDepth) continue;
      const size_t first = open.size();
      if (value.type == Type::kDict || value.type == Type::kObject)
        for (size_t i = 0; i + 1 < value.items.size(); i += 2)
          descend(open, place, value.items[i + 1], key_text(at(value.items[i])), value.type);
      if (value.type == Type::kList || value.type == Type::kTuple)
        for (size_t i = 0; i < value.items.size(); ++i)
          descend(open, place, value.items[i], std::to_string(i), value.type);
      std::reverse(open.begin() + static_cast<ptrdiff_t>(first), open.end());
    }
  }

 private:
  struct Place {
    uint32_t value;
    std::string name;
    size_t depth;
  };
  const std::string& what() const { return file_.source->name(); }
  const PickleValue& at(uint32_t index) const { return pickle_.values[index]; }

  void descend(std::vector<Place>& open, const Place& from, uint32_t value, const std::string& key,
               Type type) const {
    const Type inner = at(value).type;
    const bool may_hold = inner == Type::kTensor ||
                          (inner >= Type::kTuple && inner <= Type::kDict) || inner == Type::kObject;
    if (key.empty() || !may_hold || from.name.size() + key.size() > kMaxName) return;
    const bool part = type == Type::kObject && is_module_part(key);
    open.push_back({value, part ? from.name : from.name + (from.name.empty() ? "" : ".") + key,
                    from.depth + 1});
  }

  void add(const PickleValue& tensor, const std::string& name) {
    check(seen_.insert(name).second, ErrorKind::kWrongType, what(), ": tensor \"",
          name.substr(0, 200), "\" stands twice");
    const StorageBytes bytes = find_storage_(at(tensor.items[0]));
    TensorEntry entry{name, tensor.dtype, tensor.shape, tensor.strides, 0};
    const int64_t item = static_cast<int64_t>(item_size(entry.dtype));
    int64_t start = 0;
    check(tensor.integer >= 0 && !__builtin_mul_overflow(tensor.integer, item, &start),
          ErrorKind::kWrongType, what(), ": tensor \"", name, "\" has a bad offset");
    entry.offset = bytes.offset + static_cast<uint64_t>(start);
    check_entry(entry, *file_.source);
    check(static_cast<uint64_t>(start) + static_cast<uint64_t>(entry.extent() * item) <= bytes.size,
          ErrorKind::kWrongType, what(), ": tensor \"", name, "\" reaches past its storage");
    file_.tensors.push_back(std::move(entry));
  }

  TensorFile& file_;
  const Pickle& pickle_;
  const StorageLookup& find_storage_;
  std::set<std::string> seen_;
};

std::string outline_of(const Pickle& pickle) {
  const PickleValue& root = pickle.values[pickle.root];
  std::string text;
  if (root.type == Type::kObject)
    text = "an object of " + root.text.substr(0, 100) + ", which was not built";
  if (root.type == Type::kTensor) return "a single tensor";
  if (root.type != Type::kDict) return text.empty() ? "no dict" : text;
  for (size_t i = 0, listed = 0; i + 1 < root.items.size(); i += 2) {
    const std::string key = key_text(pickle.values[root.items[i]]);
    if (key.empty()) continue;
    if (++listed > 8) return text + ", ...";
    text += (text.empty() ? "the keys " : ", ") + key.substr(0, 60);
  }
  return text.empty() ? "an empty dict" : text;
}

}  // namespace

uint64_t storage_bytes(const PickleValue& storage, std::string_view what) {
  int64_t bytes = 0;
  check(storage.shape[0] >= 0 &&
            !__builtin_mul_overflow(storage.shape[0],
                                    static_cast<int64_t>(item_size(storage.dtype)), &bytes),
        ErrorKind::kWrongType, what, ": a storage of impossible size");
  return static_cast<uint64_t>(bytes);
}

void collect_tensors(TensorFile& file, const Pickle& pickle, const StorageLookup& find_storage) {
  file.outline = outline_of(pickle);
  Walk(file, pickle, find_storage).run();
  check(!file.tensors.empty(), ErrorKind::kWrongType, file.source->name(), ": a ", file.container,
        " that holds no tensors, only ", file.outline);
}

}  // namespace gan
