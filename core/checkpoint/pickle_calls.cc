// SPDX-License-Identifier: LGPL-2.1-or-later
// The calls that rebuild a state_dict, known by their names: torch/_utils.py of PyTorch 1 and 2.
#include <algorithm>

#include "core/checkpoint/pickle_machine.h"
#include "core/checkpoint/torch_names.h"
#include "core/error.h"

namespace gan {
namespace {

constexpr size_t kMaxArguments = 16;  // torch's functions take up to 8
constexpr size_t kMaxDimensions = 8;
constexpr size_t kMaxStorageKey = 200;

}  // namespace

std::vector<int64_t> PickleMachine::integers(uint32_t index) {
  std::vector<int64_t> out;
  if (value(index).type != Type::kTuple && value(index).type != Type::kList)
    damaged("a tensor without a shape");
  if (value(index).items.size() > kMaxDimensions) damaged("a tensor of more than 8 dimensions");
  for (const uint32_t item : value(index).items) {
    if (value(item).type != Type::kInt) damaged("a tensor with a shape that is no number");
    out.push_back(value(item).integer);
  }
  return out;
}

void PickleMachine::reduce() {
  const uint32_t arguments = pop();
  const uint32_t called = pop();
  const Type type = value(called).type;
  if (type != Type::kGlobal && type != Type::kObject)
    damaged("a call of something that is no function");
  if (value(arguments).type != Type::kTuple) damaged("a call without arguments");
  const std::string function = value(called).text;
  if (type == Type::kObject || value(arguments).items.size() > kMaxArguments)
    push_object(function);
  else
    call(function, std::vector<uint32_t>(value(arguments).items));
}

void PickleMachine::call(const std::string& function, const std::vector<uint32_t>& args) {
  if (function == "collections.OrderedDict") {
    call_dict(args);
  } else if (function == "collections.defaultdict") {
    push_list(Type::kDict, {});
  } else if (function == "torch.Size" && !args.empty()) {
    push_index(args[0]);
  } else if (function.starts_with("torch._utils._rebuild_parameter")) {
    if (args.empty() || value(args[0]).type != Type::kTensor) damaged("a parameter of no tensor");
    push_index(args[0]);
  } else if (function == "torch._utils._rebuild_tensor" ||
             function == "torch._utils._rebuild_tensor_v2" ||
             function == "torch._utils._rebuild_tensor_v3" ||
             function == "torch._utils._rebuild_qtensor") {
    call_tensor(args, function.ends_with("_v3"));
  } else if (function == "torch._tensor._rebuild_from_type_v2" && args.size() >= 3 &&
             value(args[0]).type == Type::kGlobal && value(args[2]).type == Type::kTuple) {
    // (function, subclass of Tensor, its arguments, state)
    const std::string inner = value(args[0]).text;
    if (inner == function) damaged("a call of itself");
    call(inner, std::vector<uint32_t>(value(args[2]).items));
  } else {
    push_object(function);
  }
}

// Older pickles pass the items as one list of pairs.
void PickleMachine::call_dict(const std::vector<uint32_t>& args) {
  std::vector<uint32_t> items;
  if (!args.empty()) {
    count_references(2 * value(args[0]).items.size());
    for (const uint32_t pair : value(args[0]).items) {
      if (value(pair).items.size() != 2) damaged("an OrderedDict of no pairs");
      items.insert(items.end(), value(pair).items.begin(), value(pair).items.end());
    }
  }
  push_list(Type::kDict, std::move(items));
}

// (storage, offset in elements, shape, strides, ...[, dtype of an untyped storage])
void PickleMachine::call_tensor(const std::vector<uint32_t>& args, bool typed) {
  if (args.size() < (typed ? 7 : 4) || value(args[0]).type != Type::kStorage ||
      value(args[1]).type != Type::kInt)
    damaged("a tensor of no storage");
  Dtype dtype = value(args[0]).dtype;
  if (typed) {
    const auto named = dtype_from_global(value(args[6]).text);
    if (!named) return push_object(value(args[6]).text);
    dtype = *named;
  }
  push({.type = Type::kTensor,
        .integer = value(args[1]).integer,
        .dtype = dtype,
        .items = {args[0]},
        .shape = integers(args[2]),
        .strides = integers(args[3])});
}

void PickleMachine::push_storage(const std::string& type, const std::string& key, int64_t count) {
  if (key.size() > kMaxStorageKey) damaged("a storage of an endless name");
  const auto dtype = storage_dtype(type);
  if (!dtype) damaged("a storage of no known type");
  push({.type = Type::kStorage, .text = key, .dtype = *dtype, .shape = {count}});
}

// ('storage', torch.FloatStorage, key, location, element count[, view])
void PickleMachine::persistent_id() {
  const uint32_t tuple = pop();
  if (value(tuple).items.size() > kMaxArguments) damaged("an unknown persistent id");
  const std::vector<uint32_t> id = value(tuple).items;
  if (id.size() < 5 || value(id[0]).text != "storage" || value(id[1]).type != Type::kGlobal ||
      value(id[4]).type != Type::kInt)
    damaged("an unknown persistent id");
  if (id.size() > 5 && value(id[5]).type != Type::kNone)
    fail(ErrorKind::kWrongType, what(),
         ": tensors that view another storage are not supported; "
         "load and save the file with a current PyTorch");
  push_storage(std::string(value(id[1]).text), std::string(value(id[2]).text),
               value(id[4]).integer);
}

// "('storage', <class 'torch.FloatStorage'>, '0', 'cpu', 6)"
void PickleMachine::persistent_text(std::string_view text) {
  const auto take_to = [&](std::string_view end) {
    const size_t at = text.find(end);
    if (at == std::string_view::npos) damaged("an unknown persistent id");
    const auto piece = text.substr(0, at);
    text.remove_prefix(at + end.size());
    return std::string(piece);
  };
  if (take_to(", <class '") != "('storage'") damaged("an unknown persistent id");
  const std::string type = take_to("'>, '"), key = take_to("', '");
  take_to("', ");
  push_decimal(text.substr(0, text.find_first_of(",)")));
  const int64_t count = value(pop()).integer;
  push_storage(type, key, count);
}

}  // namespace gan
