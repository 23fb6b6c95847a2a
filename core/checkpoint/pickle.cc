// SPDX-License-Identifier: LGPL-2.1-or-later
// Opcodes: the comments of CPython's Lib/pickletools.py, protocols 0 to 4.
#include "core/checkpoint/pickle.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "core/checkpoint/pickle_bytes.h"
#include "core/checkpoint/torch_names.h"
#include "core/error.h"

namespace gan {
namespace {

using Type = PickleValue::Type;
constexpr size_t kMaxValues = 500000;
constexpr size_t kMaxReferences = 4 * kMaxValues;
constexpr size_t kMaxArguments = 16;  // torch's functions take up to 7
constexpr size_t kMaxDimensions = 8;
constexpr size_t kMaxStorageKey = 200;

class Machine : PickleBytes {
 public:
  using PickleBytes::PickleBytes;

  Pickle run() {
    while (step(static_cast<unsigned char>(take(1)[0]))) {
    }
    pickle_.bytes_read = place();
    return std::move(pickle_);
  }

 private:
  PickleValue& value(uint32_t index) { return pickle_.values[index]; }
  uint32_t make(PickleValue made) {
    check(pickle_.values.size() < kMaxValues, ErrorKind::kWrongType, what(),
          ": a pickle of more than ", kMaxValues, " objects is no checkpoint");
    pickle_.values.push_back(std::move(made));
    return static_cast<uint32_t>(pickle_.values.size() - 1);
  }
  void push(PickleValue made) { push_index(make(std::move(made))); }
  // References cost memory as well, and a few bytes can ask for a copy of many: bounded with the
  // objects.
  void count_references(size_t count) {
    references_ += count;
    if (references_ > kMaxReferences) damaged("too many operations");
  }
  void push_index(uint32_t index) {
    count_references(1);
    stack_.push_back(index);
  }
  uint32_t pop() {
    if (stack_.empty() || value(stack_.back()).type == Type::kMark) damaged("empty stack");
    const uint32_t top = stack_.back();
    stack_.pop_back();
    return top;
  }
  uint32_t top() {
    const uint32_t index = pop();
    stack_.push_back(index);
    return index;
  }
  std::vector<uint32_t> pop_to_mark() {
    size_t first = stack_.size();
    while (first > 0 && value(stack_[first - 1]).type != Type::kMark) --first;
    if (first == 0) damaged("no mark");
    std::vector<uint32_t> items(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
    stack_.resize(first - 1);
    return items;
  }
  void push_text(std::string_view text) { push({.type = Type::kText, .text = std::string(text)}); }
  void push_int(int64_t integer) { push({.type = Type::kInt, .integer = integer}); }
  void push_list(Type type, std::vector<uint32_t> items) {
    push({.type = type, .items = std::move(items)});
  }
  void push_tuple(size_t count) {
    std::vector<uint32_t> items(count);
    for (size_t i = count; i-- > 0;) items[i] = pop();
    push_list(Type::kTuple, std::move(items));
  }
  // Adds items to the container below them: pairs to a dict, single ones to a list.
  void add(Type container, const std::vector<uint32_t>& items) {
    PickleValue& target = value(top());
    if (target.type != container || (container == Type::kDict && items.size() % 2))
      damaged("items for something else than a list or dict");
    target.items.insert(target.items.end(), items.begin(), items.end());
  }

  void push_global(const std::string& name) {
    check(allowed_global(name), ErrorKind::kWrongType, what(), ": refused: the file asks for ",
          name.substr(0, 200),
          ", which a checkpoint of weights does not need; nothing of it was run. If it is a whole "
          "pickled model, save model.state_dict() instead");
    push({.type = Type::kGlobal, .text = name});
  }

  std::vector<int64_t> integers(uint32_t index) {
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

  void reduce() {
    const uint32_t arguments = pop();
    const uint32_t called = pop();
    if (value(called).type != Type::kGlobal) damaged("a call of something that is no function");
    const std::string function = value(called).text;
    if (value(arguments).items.size() > kMaxArguments) damaged("a call with too many arguments");
    const std::vector<uint32_t> args = value(arguments).items;
    if (function == "collections.OrderedDict") {
      // Older pickles pass the items as one list of pairs.
      std::vector<uint32_t> items;
      if (!args.empty()) {
        count_references(2 * value(args[0]).items.size());
        for (const uint32_t pair : value(args[0]).items) {
          if (value(pair).items.size() != 2) damaged("an OrderedDict of no pairs");
          items.insert(items.end(), value(pair).items.begin(), value(pair).items.end());
        }
      }
      push_list(Type::kDict, std::move(items));
    } else if (function == "torch._utils._rebuild_parameter") {
      if (args.empty() || value(args[0]).type != Type::kTensor) damaged("a parameter of no tensor");
      push_index(args[0]);
    } else if (function.starts_with("torch._utils._rebuild_tensor")) {
      if (args.size() < 4 || value(args[0]).type != Type::kStorage ||
          value(args[1]).type != Type::kInt)
        damaged("a tensor of no storage");
      push({.type = Type::kTensor,
            .integer = value(args[1]).integer,
            .items = {args[0]},
            .shape = integers(args[2]),
            .strides = integers(args[3])});
    } else {
      damaged("a call of something that is no function");
    }
  }

  // ('storage', torch.FloatStorage, key, location, element count[, view])
  void persistent_id() {
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
    if (value(id[2]).text.size() > kMaxStorageKey) damaged("a storage of an endless name");
    const auto dtype = storage_dtype(value(id[1]).text);
    if (!dtype) damaged("a storage of no known type");
    push({.type = Type::kStorage,
          .text = value(id[2]).text,
          .dtype = *dtype,
          .shape = {value(id[4]).integer}});
  }

  // Little-endian two's complement; wider than 8 bytes only as the legacy magic number, which the
  // caller compares by its text.
  void push_long(std::string_view digits) {
    if (digits.size() > 8) return push({.type = Type::kText, .text = std::string(digits)});
    uint64_t bits = !digits.empty() && (digits.back() & 0x80) ? ~0ull : 0;
    if (!digits.empty()) std::memcpy(&bits, digits.data(), digits.size());
    push_int(static_cast<int64_t>(bits));
  }
  void push_decimal(std::string_view text) {
    if (text == "00" || text == "01") return push({.type = Type::kBool, .integer = text == "01"});
    if (text.ends_with('L')) text.remove_suffix(1);
    int64_t integer = 0;
    const auto end = std::from_chars(text.data(), text.data() + text.size(), integer).ptr;
    if (end != text.data() + text.size()) damaged("not a number");
    push_int(integer);
  }

  void remember(uint32_t slot) {
    if (memo_.size() >= kMaxValues) damaged("too many memos");
    memo_[slot] = top();
  }
  void recall(uint32_t slot) {
    const auto found = memo_.find(slot);
    if (found == memo_.end()) damaged("an unknown memo");
    push_index(found->second);
  }
  uint32_t decimal_slot() {
    const auto text = line();
    uint32_t slot = 0;
    std::from_chars(text.data(), text.data() + text.size(), slot);
    return slot;
  }

  bool step(unsigned char op) {
    switch (op) {
      case 0x80:
        if (number<uint8_t>() > 4) damaged("protocol above 4");
        return true;
      case 0x95: number<uint64_t>(); return true;  // FRAME
      case '.': pickle_.root = pop(); return false;
      case '(': push({.type = Type::kMark}); return true;
      case '0': pop(); return true;
      case '1': pop_to_mark(); return true;
      case '2': push_index(top()); return true;
      case 'N': push({}); return true;
      case 0x88:
      case 0x89: push({.type = Type::kBool, .integer = op == 0x88}); return true;
      case 'K': push_int(number<uint8_t>()); return true;
      case 'M': push_int(number<uint16_t>()); return true;
      case 'J': push_int(number<int32_t>()); return true;
      case 'I':
      case 'L': push_decimal(line()); return true;
      case 0x8a: push_long(take(number<uint8_t>())); return true;
      case 'G': {
        number<uint64_t>();  // a checkpoint's weights never depend on one
        push({.type = Type::kFloat});
        return true;
      }
      case 'X':
      case 'T':
      case 'B': push_text(take(number<uint32_t>())); return true;
      case 0x8c:
      case 'U':
      case 'C': push_text(take(number<uint8_t>())); return true;
      case 0x8d: push_text(take(number<uint64_t>())); return true;
      case ')': push_list(Type::kTuple, {}); return true;
      case 0x85:
      case 0x86:
      case 0x87: push_tuple(op - 0x84u); return true;
      case 't': push_list(Type::kTuple, pop_to_mark()); return true;
      case ']': push_list(Type::kList, {}); return true;
      case 'l': push_list(Type::kList, pop_to_mark()); return true;
      case '}': push_list(Type::kDict, {}); return true;
      case 'd': push_list(Type::kDict, pop_to_mark()); return true;
      case 'a': {
        const uint32_t item = pop();
        add(Type::kList, {item});
        return true;
      }
      case 'e': add(Type::kList, pop_to_mark()); return true;
      case 's': {
        const uint32_t item = pop(), key = pop();
        add(Type::kDict, {key, item});
        return true;
      }
      case 'u': add(Type::kDict, pop_to_mark()); return true;
      case 'c': {
        const std::string module(line());
        push_global(module + "." + std::string(line()));
        return true;
      }
      case 0x93: {
        const std::string name = value(pop()).text, module = value(pop()).text;
        push_global(module + "." + name);
        return true;
      }
      case 'R': reduce(); return true;
      case 'b': pop(); return true;  // BUILD: the state, such as _metadata, is not needed
      case 'Q': persistent_id(); return true;
      case 'q': remember(number<uint8_t>()); return true;
      case 'r': remember(number<uint32_t>()); return true;
      case 'p': remember(decimal_slot()); return true;
      case 0x94: remember(static_cast<uint32_t>(memo_.size())); return true;
      case 'h': recall(number<uint8_t>()); return true;
      case 'j': recall(number<uint32_t>()); return true;
      case 'g': recall(decimal_slot()); return true;
      default: damaged("an opcode that a checkpoint does not need");
    }
  }

  size_t references_ = 0;
  Pickle pickle_;
  std::vector<uint32_t> stack_;
  std::unordered_map<uint32_t, uint32_t> memo_;
};

}  // namespace

Pickle read_pickle(std::string_view bytes, std::string_view what) {
  return Machine(bytes, what).run();
}

}  // namespace gan
