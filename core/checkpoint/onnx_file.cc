// SPDX-License-Identifier: LGPL-2.1-or-later
// Fields: onnx.proto of ONNX 1.16 (ModelProto, GraphProto, NodeProto, TensorProto); the wire format
// as protobuf's documentation, "Encoding", has it.
#include "core/checkpoint/onnx_file.h"

#include <algorithm>
#include <optional>

#include "core/error.h"

namespace gan {
namespace {

constexpr size_t kMaxTensors = 100000, kMaxNodes = 200000;
constexpr size_t kMaxProperties = 100;
constexpr uint64_t kMaxText = 1000;

// A message's bytes in the source, field by field.
class Message {
 public:
  Message(const ByteSource& source, uint64_t begin, uint64_t end)
      : source_(source), at_(begin), end_(end) {}

  // False at the end. Afterwards number() of a varint, begin() and end() of what has a length.
  bool next() {
    if (at_ == end_) return false;
    const uint64_t tag = varint();
    field_ = tag >> 3;
    begin_ = at_;
    switch (tag & 7) {
      case 0: number_ = varint(); break;
      case 1: advance(8); break;
      case 2: {
        const uint64_t length = varint();
        begin_ = at_;
        advance(length);
        break;
      }
      case 5: advance(4); break;
      default: damaged();
    }
    return true;
  }
  uint64_t field() const { return field_; }
  uint64_t number() const { return number_; }
  uint64_t begin() const { return begin_; }
  uint64_t length() const { return at_ - begin_; }
  Message inner() const { return {source_, begin_, at_}; }
  std::string text() const { return source_.read_text(begin_, std::min(length(), kMaxText)); }
  // Of a field that holds varints, one or packed.
  void append_to(std::vector<int64_t>& numbers) const {
    if (begin_ == at_) return;
    if (!packed_) {
      numbers.push_back(static_cast<int64_t>(number_));
      return;
    }
    Message list = inner();
    while (list.at_ < list.end_ && numbers.size() <= 8)
      numbers.push_back(static_cast<int64_t>(list.varint()));
  }

 private:
  [[noreturn]] void damaged() const {
    fail(ErrorKind::kWrongType, source_.name(), ": damaged ONNX file at byte ", at_);
  }
  void advance(uint64_t count) {
    if (count > end_ - at_) damaged();
    packed_ = true;
    at_ += count;
  }
  uint64_t varint() {
    uint64_t value = 0;
    std::byte bytes[10];
    const uint64_t most = std::min<uint64_t>(sizeof bytes, end_ - at_);
    source_.read(at_, std::span(bytes, most));
    for (uint64_t i = 0; i < most; ++i) {
      value |= (std::to_integer<uint64_t>(bytes[i]) & 0x7f) << (7 * i);
      if (std::to_integer<int>(bytes[i]) < 0x80) {
        at_ += i + 1;
        packed_ = false;
        return value;
      }
    }
    damaged();
  }

  const ByteSource& source_;
  uint64_t at_, end_, field_ = 0, number_ = 0, begin_ = 0;
  bool packed_ = false;
};

std::optional<Dtype> onnx_dtype(uint64_t type) {
  switch (type) {
    case 1: return Dtype::kF32;
    case 2: return Dtype::kU8;
    case 3: return Dtype::kI8;
    case 6: return Dtype::kI32;
    case 7: return Dtype::kI64;
    case 9: return Dtype::kBool;
    case 10: return Dtype::kF16;
    case 11: return Dtype::kF64;
    case 16: return Dtype::kBF16;
    default: return {};
  }
}

// Nothing where its values are not stored as they are, as a few whole numbers may be.
std::optional<TensorEntry> read_initialiser(const ByteSource& source, Message message) {
  TensorEntry entry;
  uint64_t type = 0, bytes = 0;
  while (message.next()) {
    switch (message.field()) {
      case 1: message.append_to(entry.shape); break;
      case 2: type = message.number(); break;
      case 8: entry.name = message.text(); break;
      case 4:
      case 9:
        entry.offset = message.begin();
        bytes = message.length();
        break;
      case 14:
        check(message.number() == 0, ErrorKind::kWrongType, source.name(),
              ": its weights lie in another file; save the ONNX model in one");
        break;
      default: break;
    }
  }
  const auto dtype = onnx_dtype(type);
  if (!dtype || entry.shape.size() > 8) return {};
  entry.dtype = *dtype;
  entry.strides = contiguous_strides(entry.shape);
  for (const int64_t side : entry.shape)
    if (side < 0) return {};
  if (bytes == 0) return {};
  check_entry(entry, source);
  if (static_cast<uint64_t>(entry.numel()) * item_size(*dtype) != bytes) return {};
  return entry;
}

struct Node {
  std::string type;
  std::vector<std::string> inputs;
};

Node read_node(Message message) {
  Node node;
  while (message.next()) {
    if (message.field() == 1 && node.inputs.size() < 16) node.inputs.push_back(message.text());
    if (message.field() == 4) node.type = message.text();
  }
  return node;
}

// A key and its value, as the file's metadata has them.
std::pair<std::string, std::string> read_property(Message message) {
  std::pair<std::string, std::string> property;
  while (message.next()) {
    if (message.field() == 1) property.first = message.text();
    if (message.field() == 2) property.second = message.text();
  }
  return property;
}

// Slopes of PReLU are {C, 1, 1} in a graph.
void flatten_slopes(TensorFile& file, const std::vector<Node>& nodes) {
  for (const auto& node : nodes) {
    if (node.type != "PRelu" || node.inputs.size() < 2) continue;
    const auto found = file.places.find(node.inputs[1]);
    if (found == file.places.end()) continue;
    TensorEntry& entry = file.tensors[found->second];
    entry.shape = {entry.numel()};
    entry.strides = {1};
  }
}

// Weights and biases of the layers that have some, named by their places.
std::vector<TensorEntry> in_order(const TensorFile& file, const std::vector<Node>& nodes) {
  std::vector<TensorEntry> ordered;
  int place = 0;
  for (const auto& node : nodes) {
    if (node.type != "Conv" && node.type != "ConvTranspose" && node.type != "PRelu") continue;
    for (size_t i = 1; i < node.inputs.size() && i <= 2; ++i)
      if (const TensorEntry* const entry = file.find(node.inputs[i])) {
        ordered.push_back(*entry);
        ordered.back().name = concat("layer.", place, i == 1 ? ".weight" : ".bias");
      }
    ++place;
  }
  return ordered;
}

}  // namespace

bool is_onnx(const ByteSource& source) {
  // ir_version, a number below 128, then the name of a producer, a version or the graph.
  if (source.size() < 16) return false;
  const std::string head = source.read_text(0, 3);
  return head[0] == '\x08' && head[1] > 0 && head[1] < 20 &&
         std::string_view("\x12\x1a\x22\x28\x32\x3a\x42").find(head[2]) != std::string_view::npos;
}

TensorFile read_onnx(std::shared_ptr<const ByteSource> source) {
  TensorFile file{source, "ONNX network", "", {}, {}, {}, {}, {}};
  std::vector<Node> nodes;
  Message model(*source, 0, source->size());
  while (model.next()) {
    if (model.field() == 14 && file.metadata.size() < kMaxProperties)
      file.metadata.insert(read_property(model.inner()));
    if (model.field() != 7) continue;
    Message graph = model.inner();
    while (graph.next()) {
      check(file.tensors.size() < kMaxTensors && nodes.size() < kMaxNodes, ErrorKind::kWrongType,
            source->name(), ": an ONNX graph without end");
      if (graph.field() == 1) nodes.push_back(read_node(graph.inner()));
      if (graph.field() != 5) continue;
      if (auto entry = read_initialiser(*source, graph.inner())) file.tensors.push_back(*entry);
    }
  }
  file.index();
  flatten_slopes(file, nodes);
  const auto is_parameter = [](const TensorEntry& entry) {
    return entry.name.find('.') != std::string::npos && is_floating(entry.dtype);
  };
  // Constants that the exporter made have names without a '.'.
  if (std::ranges::any_of(file.tensors, is_parameter))
    std::erase_if(file.tensors, [&](const TensorEntry& entry) { return !is_parameter(entry); });
  else
    file.tensors = in_order(file, nodes);
  for (const auto& node : nodes)
    if (node.type != "Conv" && node.type != "PRelu" && node.type != "Constant")
      ++file.operators[node.type.substr(0, 50)];
  for (const auto& [type, count] : file.operators)
    file.outline += concat(file.outline.empty() ? "" : ", ", count, " ", type);
  check(!file.tensors.empty(), ErrorKind::kWrongType, source->name(),
        ": an ONNX file without weights");
  file.index();
  return file;
}

}  // namespace gan
