// SPDX-License-Identifier: LGPL-2.1-or-later
// A restricted unpickler: builds plain data, calls nothing, imports nothing. Python's pickle can
// ask for any function to be called; here what is not on the short list of what a state_dict needs
// becomes an opaque object that only has a name. Names that no honest checkpoint asks for, such as
// os.system, are refused.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_file.h"

namespace gan {

// One object of a pickle. Objects lie in Pickle::values and refer to each other by index, so a
// deeply nested or self-containing pickle costs no recursion here.
struct PickleValue {
  enum class Type : uint8_t {
    kNone,
    kBool,
    kInt,
    kFloat,
    kText,
    kTuple,
    kList,
    kDict,
    kGlobal,
    kObject,
    kStorage,
    kTensor,
    kMark,
  };
  Type type = Type::kNone;
  int64_t integer = 0;        // kBool, kInt; kTensor: element offset in its storage
  std::string text;           // kText; kGlobal, kObject: "module.name"; kStorage: its key
  Dtype dtype = Dtype::kF32;  // kStorage, kTensor
  // kTuple, kList; kDict: key, value, key, value; kTensor: storage. kObject: what was to become its
  // items or attributes, as of a kDict.
  std::vector<uint32_t> items;
  std::vector<int64_t> shape, strides;  // kTensor; kStorage: shape[0] is its element count
};

struct Pickle {
  std::vector<PickleValue> values;
  uint32_t root = 0;
  size_t bytes_read = 0;  // a legacy file holds several pickles in a row
};

// Runs one pickle program of protocol 0 to 5. `what` begins error messages. Throws
// Error(kWrongType) for a damaged one, an opcode or a global that is not allowed, or more than
// 500,000 objects.
Pickle read_pickle(std::string_view bytes, std::string_view what);

}  // namespace gan
