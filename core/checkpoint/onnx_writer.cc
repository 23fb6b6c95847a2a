// SPDX-License-Identifier: LGPL-2.1-or-later
// Fields: onnx.proto of ONNX 1.12; the wire format as protobuf's documentation, "Encoding", has it.
#include "core/checkpoint/onnx_writer.h"

#include <bit>
#include <charconv>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan {
namespace {

constexpr int kFormat = 8;  // of the file, as ONNX 1.12 writes it
constexpr uint64_t kMaxMessage = (uint64_t{1} << 31) - 1;

// A message's bytes, field by field.
class Message {
 public:
  Message& number(int field, int64_t value) {
    varint(static_cast<uint64_t>(field) << 3);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  Message& real(int field, float value) {
    varint(static_cast<uint64_t>(field) << 3 | 5);
    const auto bits = std::bit_cast<uint32_t>(value);
    for (int i = 0; i < 4; ++i) bytes_ += static_cast<char>(bits >> (8 * i) & 0xff);
    return *this;
  }
  Message& text(int field, std::string_view value) {
    head(field, value.size());
    bytes_ += value;
    return *this;
  }
  Message& message(int field, const Message& inner) { return text(field, inner.bytes_); }
  // What stands before `size` bytes of a field that follow.
  Message& head(int field, uint64_t size) {
    varint(static_cast<uint64_t>(field) << 3 | 2);
    varint(size);
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

Message attribute(const OnnxAttribute& attribute) {
  Message message;
  message.text(1, attribute.name);
  if (const auto* number = std::get_if<int64_t>(&attribute.value))
    message.number(3, *number).number(20, 2);
  else if (const auto* real = std::get_if<float>(&attribute.value))
    message.real(2, *real).number(20, 1);
  else if (const auto* text = std::get_if<std::string>(&attribute.value))
    message.text(4, *text).number(20, 3);
  else {
    for (const int64_t each : std::get<std::vector<int64_t>>(attribute.value))
      message.number(8, each);
    message.number(20, 7);
  }
  return message;
}

Message node(const OnnxNode& node) {
  Message message;
  for (const auto& input : node.inputs) message.text(1, input);
  for (const auto& output : node.outputs) message.text(2, output);
  message.text(3, node.type + "_" + node.outputs.at(0)).text(4, node.type);
  for (const auto& each : node.attributes) message.message(5, attribute(each));
  return message;
}

Message value_info(const OnnxValue& value) {
  Message shape, tensor, type, info;
  for (const std::string& side : value.sides) {
    Message dimension;
    int64_t number = 0;
    const char* const end = side.data() + side.size();
    if (std::from_chars(side.data(), end, number).ptr == end)
      dimension.number(1, number);
    else
      dimension.text(2, side);
    shape.message(1, dimension);
  }
  tensor.number(1, 1).message(2, shape);
  type.message(1, tensor);
  return info.text(1, value.name).message(2, type);
}

int64_t onnx_type(const TensorToWrite& tensor) {
  switch (tensor.dtype) {
    case Dtype::kF32: return 1;
    case Dtype::kI64: return 7;
    case Dtype::kBool: return 9;
    default:
      fail(ErrorKind::kFailed, "tensor \"", tensor.name, "\" of type ",
           safetensors_name(tensor.dtype), " cannot be written as ONNX");
  }
}

// All of a tensor's message but its bytes, which come last.
Message tensor_head(const TensorToWrite& tensor) {
  Message message;
  for (const int64_t side : tensor.shape) message.number(1, side);
  message.number(2, onnx_type(tensor)).text(8, tensor.name);
  return message.head(9, tensor.bytes.size());
}

}  // namespace

void write_onnx(const std::string& path, const OnnxGraph& graph) {
  Message small;  // the graph without its weights
  for (const auto& each : graph.nodes) small.message(1, node(each));
  small.text(2, "network").text(10, graph.description);
  for (const auto& input : graph.inputs) small.message(11, value_info(input));
  for (const auto& output : graph.outputs) small.message(12, value_info(output));
  std::vector<std::string> heads;
  uint64_t size = small.bytes().size();
  for (const auto& tensor : graph.weights) {
    const Message inner = tensor_head(tensor);
    Message head;
    head.head(5, inner.bytes().size() + tensor.bytes.size());
    heads.push_back(head.bytes() + inner.bytes());
    size += heads.back().size() + tensor.bytes.size();
  }
  check(size < kMaxMessage, ErrorKind::kFailed, path, ": an ONNX file holds less than 2 GiB, not ",
        size, " bytes");
  Message operators, model;
  operators.text(1, "").number(2, kOnnxOperators);
  model.number(1, kFormat).text(2, "gst-plugins-gan").message(8, operators);
  for (const auto& [key, value] : graph.metadata)
    model.message(14, Message().text(1, key).text(2, value));
  model.head(7, size);

  AtomicFile file(path);
  const auto write = [&](const std::string& bytes) { file.write(std::as_bytes(std::span(bytes))); };
  write(model.bytes());
  write(small.bytes());
  for (size_t i = 0; i < heads.size(); ++i) {
    write(heads[i]);
    file.write(graph.weights[i].bytes);
  }
  file.commit();
}

}  // namespace gan
