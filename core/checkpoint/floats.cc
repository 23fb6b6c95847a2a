// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/floats.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "core/error.h"

namespace gan {
namespace {

float from_half(uint16_t half) {
  const int exponent = half >> 10 & 31, fraction = half & 1023;
  const float size = exponent == 31 ? (fraction ? NAN : INFINITY)
                     : exponent == 0
                         ? std::ldexp(static_cast<float>(fraction), -24)
                         : std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
  return half & 0x8000 ? -size : size;
}

float at(const std::byte* place, Dtype dtype) {
  const auto as = [place]<class Number>(Number number) {
    std::memcpy(&number, place, sizeof number);
    return number;
  };
  switch (dtype) {
    case Dtype::kF64: return static_cast<float>(as(0.0));
    case Dtype::kF32: return as(0.0f);
    case Dtype::kF16: return from_half(as(uint16_t{0}));
    default: return std::bit_cast<float>(uint32_t{as(uint16_t{0})} << 16);
  }
}

// Visits the elements row by row by their places, in elements.
template <class Visit>
void each(const TensorEntry& entry, size_t dimension, int64_t place, const Visit& visit) {
  if (dimension == entry.shape.size()) return visit(place);
  for (int64_t i = 0; i < entry.shape[dimension]; ++i)
    each(entry, dimension + 1, place + i * entry.strides[dimension], visit);
}

std::string sides(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

void check_floating(const TensorFile& file, const TensorEntry& entry) {
  check(is_floating(entry.dtype), ErrorKind::kWrongType, file.source->name(), ": tensor \"",
        entry.name, "\" is of type ", safetensors_name(entry.dtype),
        ", weights must be F64, F32, F16 or BF16; quantised ones cannot be used");
}

void check_shape(const TensorFile& file, const TensorEntry& entry,
                 const std::vector<int64_t>& wanted) {
  check(entry.shape == wanted, ErrorKind::kWrongType, file.source->name(), ": tensor \"",
        entry.name, "\" has shape ", sides(entry.shape), ", wanted ", sides(wanted));
}

std::vector<float> read_floats(const TensorFile& file, const TensorEntry& entry) {
  check_floating(file, entry);
  std::vector<float> numbers(static_cast<size_t>(entry.numel()));
  if (numbers.empty()) return numbers;
  if (entry.dtype == Dtype::kF32 && entry.contiguous()) {
    file.read(entry, std::as_writable_bytes(std::span(numbers)));
    return numbers;
  }
  const size_t size = item_size(entry.dtype);
  std::vector<std::byte> bytes(static_cast<size_t>(entry.extent()) * size);
  file.read(entry, bytes);
  size_t count = 0;
  each(entry, 0, 0, [&](int64_t place) {
    numbers[count++] = at(bytes.data() + static_cast<size_t>(place) * size, entry.dtype);
  });
  return numbers;
}

}  // namespace gan
