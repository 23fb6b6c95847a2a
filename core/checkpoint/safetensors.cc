// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/safetensors.h"

#include <bit>
#include <cstring>
#include <filesystem>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"
#include "core/json.h"

static_assert(std::endian::native == std::endian::little, "checkpoints are little-endian");

namespace gan {
namespace {

constexpr uint64_t kMaxHeader = 100 << 20;  // the reference implementation's limit

bool dtype_from_name(std::string_view name, Dtype& dtype) {
  for (int i = 0; i <= static_cast<int>(Dtype::kC128); ++i)
    if (safetensors_name(static_cast<Dtype>(i)) == name) {
      dtype = static_cast<Dtype>(i);
      return true;
    }
  return false;
}

uint64_t header_length(const ByteSource& source) {
  uint64_t length = 0;
  source.read(0, std::as_writable_bytes(std::span(&length, 1)));
  return length;
}

// Member `name` as an array of non-negative integers; empty optional-like false when it is not.
bool integers(JsonObject* object, const char* name, std::vector<int64_t>& out) {
  JsonNode* node = json_object_get_member(object, name);
  if (!node || !JSON_NODE_HOLDS_ARRAY(node)) return false;
  JsonArray* array = json_node_get_array(node);
  for (guint i = 0; i < json_array_get_length(array); ++i) {
    JsonNode* item = json_array_get_element(array, i);
    if (!JSON_NODE_HOLDS_VALUE(item) || json_node_get_value_type(item) != G_TYPE_INT64 ||
        json_node_get_int(item) < 0)
      return false;
    out.push_back(json_node_get_int(item));
  }
  return true;
}

TensorEntry entry_from_json(const std::string& file, const char* name, JsonNode* node,
                            uint64_t data_start) {
  check(JSON_NODE_HOLDS_OBJECT(node), ErrorKind::kWrongType, file, ": header entry \"", name,
        "\" is not an object");
  JsonObject* object = json_node_get_object(node);
  TensorEntry entry;
  entry.name = name;
  const char* dtype = nullptr;
  if (JsonNode* type = json_object_get_member(object, "dtype");
      type && JSON_NODE_HOLDS_VALUE(type) && json_node_get_value_type(type) == G_TYPE_STRING)
    dtype = json_node_get_string(type);
  check(dtype && dtype_from_name(dtype, entry.dtype), ErrorKind::kWrongType, file, ": tensor \"",
        name, "\" has the unknown dtype ", dtype ? dtype : "(none)");
  std::vector<int64_t> range;
  check(integers(object, "shape", entry.shape) && integers(object, "data_offsets", range) &&
            range.size() == 2 && range[0] <= range[1] && range[1] <= INT64_MAX / 2,
        ErrorKind::kWrongType, file, ": tensor \"", name, "\" has no valid shape and data_offsets");
  entry.offset = data_start + static_cast<uint64_t>(range[0]);
  check(entry.shape.size() <= 8, ErrorKind::kWrongType, file, ": tensor \"", name,
        "\" has more than 8 dimensions");
  int64_t bytes = static_cast<int64_t>(item_size(entry.dtype));
  for (const int64_t n : entry.shape)
    check(!__builtin_mul_overflow(bytes, n, &bytes), ErrorKind::kWrongType, file, ": tensor \"",
          name, "\" has a size that overflows");
  entry.strides = contiguous_strides(entry.shape);
  check(bytes == range[1] - range[0], ErrorKind::kWrongType, file, ": tensor \"", name,
        "\" has data_offsets that do not match its shape and dtype");
  return entry;
}

void read_metadata(TensorFile& file, JsonNode* node) {
  check(JSON_NODE_HOLDS_OBJECT(node), ErrorKind::kWrongType, file.source->name(),
        ": __metadata__ is not an object");
  JsonObjectIter iter;
  const char* key;
  JsonNode* value;
  json_object_iter_init(&iter, json_node_get_object(node));
  while (json_object_iter_next(&iter, &key, &value)) {
    check(JSON_NODE_HOLDS_VALUE(value) && json_node_get_value_type(value) == G_TYPE_STRING,
          ErrorKind::kWrongType, file.source->name(), ": metadata \"", key, "\" is not text");
    file.metadata[key] = json_node_get_string(value);
  }
}

}  // namespace

bool is_safetensors(const ByteSource& source) {
  if (source.size() < 10) return false;
  return source.read_text(8, 1) == "{" && header_length(source) <= kMaxHeader;
}

TensorFile read_safetensors(std::shared_ptr<const ByteSource> source) {
  const uint64_t length = header_length(*source);
  check(length <= kMaxHeader && length <= source->size() - 8, ErrorKind::kWrongType, source->name(),
        ": damaged or cut short: the header says ", length, " bytes, the file has ",
        source->size());
  TensorFile file;
  file.source = source;
  file.container = "safetensors";
  const JsonDocument header(source->read_text(8, length), source->name());
  JsonObjectIter iter;
  const char* key;
  JsonNode* node;
  uint64_t described = 0;
  json_object_iter_init_ordered(&iter, header.root());
  while (json_object_iter_next_ordered(&iter, &key, &node)) {
    if (std::strcmp(key, "__metadata__") == 0) {
      read_metadata(file, node);
      continue;
    }
    file.tensors.push_back(entry_from_json(source->name(), key, node, 8 + length));
    check_entry(file.tensors.back(), *source);
    described +=
        static_cast<uint64_t>(file.tensors.back().extent()) * item_size(file.tensors.back().dtype);
  }
  const uint64_t data = source->size() - 8 - length;
  check(described <= data, ErrorKind::kWrongType, source->name(), ": damaged: tensors share bytes");
  check(described == data, ErrorKind::kWrongType, source->name(), ": damaged: ", data - described,
        " bytes belong to no tensor");
  file.index();
  return file;
}

TensorFile read_safetensors_shards(const std::string& index) {
  constexpr uint64_t kMaxIndex = 16 << 20;
  constexpr size_t kMaxPieces = 1000;
  const auto source = open_file(index);
  check(source->size() <= kMaxIndex, ErrorKind::kWrongType, index, ": an index of over 16 MiB");
  const JsonDocument document(source->read_text(0, source->size()), index);
  JsonNode* const map = json_object_get_member(document.root(), "weight_map");
  check(map && JSON_NODE_HOLDS_OBJECT(map), ErrorKind::kWrongType, index, ": has no weight_map");
  std::map<std::string, std::vector<std::string>> pieces;  // file -> tensors
  JsonObjectIter iter;
  const char* key;
  JsonNode* node;
  json_object_iter_init_ordered(&iter, json_node_get_object(map));
  while (json_object_iter_next_ordered(&iter, &key, &node)) {
    check(JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING,
          ErrorKind::kWrongType, index, ": \"", key, "\" names no file");
    const std::string piece = json_node_get_string(node);
    check(!piece.empty() && piece.find('/') == std::string::npos, ErrorKind::kWrongType, index,
          ": \"", piece.substr(0, 200), "\" is no name of a file beside it");
    pieces[piece].emplace_back(key);
  }
  check(!pieces.empty() && pieces.size() <= kMaxPieces, ErrorKind::kWrongType, index, ": names ",
        pieces.size(), " files, which must be 1 to ", kMaxPieces);
  TensorFile file;
  file.container =
      concat("safetensors in ", pieces.size(), pieces.size() == 1 ? " piece" : " pieces");
  std::vector<std::shared_ptr<const ByteSource>> parts = {source};  // gives them its name
  uint64_t offset = source->size();
  const std::string folder = index.substr(0, index.rfind('/') + 1);
  for (const auto& [name, tensors] : pieces) {
    std::error_code ignored;
    check(std::filesystem::exists(folder + name, ignored), ErrorKind::kNotFound, index, ": names ",
          name, ", which is not beside it");
    const TensorFile piece = read_safetensors(open_file(folder + name));
    for (const auto& tensor : tensors) {
      const TensorEntry* entry = piece.find(tensor);
      check(entry, ErrorKind::kWrongType, folder, name, ": lacks the tensor \"", tensor, "\" that ",
            index, " looks for there");
      file.tensors.push_back(*entry);
      file.tensors.back().offset += offset;
    }
    parts.push_back(piece.source);
    offset += piece.source->size();
  }
  file.source = join_sources(std::move(parts));
  file.index();
  return file;
}

void write_safetensors(const std::string& path, const std::vector<TensorToWrite>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  std::string header = "{\"__metadata__\":{";
  const char* comma = "";
  for (const auto& [key, value] : metadata) {
    header += comma + json_quote(key) + ":" + json_quote(value);
    comma = ",";
  }
  header += "}";
  uint64_t offset = 0;
  for (const auto& tensor : tensors) {
    header += "," + json_quote(tensor.name) + ":{\"dtype\":\"" +
              std::string(safetensors_name(tensor.dtype)) + "\",\"shape\":[";
    for (size_t i = 0; i < tensor.shape.size(); ++i)
      header += (i ? "," : "") + std::to_string(tensor.shape[i]);
    header += "],\"data_offsets\":[" + std::to_string(offset) + ",";
    offset += tensor.bytes.size();
    header += std::to_string(offset) + "]}";
  }
  header += "}";
  header.append((8 - header.size() % 8) % 8, ' ');  // data starts aligned
  const uint64_t length = header.size();

  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(std::as_bytes(std::span(header)));
  for (const auto& tensor : tensors) file.write(tensor.bytes);
  file.commit();
}

}  // namespace gan
