// SPDX-License-Identifier: LGPL-2.1-or-later
// Opcodes: the comments of CPython's Lib/pickletools.py, protocols 0 to 5.
#include "core/checkpoint/pickle.h"

#include <charconv>

#include "core/checkpoint/pickle_machine.h"

namespace gan {
namespace {

class Machine : public PickleMachine {
 public:
  using PickleMachine::PickleMachine;

  Pickle run() {
    while (step(static_cast<unsigned char>(take(1)[0]))) {
    }
    pickle_.bytes_read = place();
    return std::move(pickle_);
  }

 private:
  void push_named(std::string_view module, std::string_view name) {
    push_global(std::string(module) + "." + std::string(name));
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
        if (number<uint8_t>() > 5) damaged("protocol above 5");
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
      case 0x8b: push_long(take(number<uint32_t>())); return true;
      case 'G': {
        number<uint64_t>();  // a checkpoint's weights never depend on one
        push({.type = Type::kFloat});
        return true;
      }
      case 'F':
        line();
        push({.type = Type::kFloat});
        return true;
      case 'S': push_quoted(line()); return true;
      case 'V': push_text(line()); return true;
      case 'X':
      case 'T':
      case 'B': push_text(take(number<uint32_t>())); return true;
      case 0x8c:
      case 'U':
      case 'C': push_text(take(number<uint8_t>())); return true;
      case 0x8d:
      case 0x8e:
      case 0x96: push_text(take(number<uint64_t>())); return true;
      case ')': push_list(Type::kTuple, {}); return true;
      case 0x85:
      case 0x86:
      case 0x87: push_tuple(op - 0x84u); return true;
      case 't': push_list(Type::kTuple, pop_to_mark()); return true;
      case 0x8f:  // a set, as a list
      case ']': push_list(Type::kList, {}); return true;
      case 0x91:  // FROZENSET
      case 'l': push_list(Type::kList, pop_to_mark()); return true;
      case '}': push_list(Type::kDict, {}); return true;
      case 'd': push_list(Type::kDict, pop_to_mark()); return true;
      case 'a': {
        const uint32_t item = pop();
        add(Type::kList, {item});
        return true;
      }
      case 0x90:  // ADDITEMS
      case 'e': add(Type::kList, pop_to_mark()); return true;
      case 's': {
        const uint32_t item = pop(), key = pop();
        add(Type::kDict, {key, item});
        return true;
      }
      case 'u': add(Type::kDict, pop_to_mark()); return true;
      case 'c': {
        const auto module = line();
        push_named(module, line());
        return true;
      }
      case 0x93: {
        const std::string name = value(pop()).text, module = value(pop()).text;
        push_named(module, name);
        return true;
      }
      case 'R': reduce(); return true;
      case 0x81: make_object(); return true;  // NEWOBJ
      case 0x92:                              // NEWOBJ_EX, which has named arguments too
        pop();
        make_object();
        return true;
      case 'o': {
        auto items = pop_to_mark();
        if (items.empty()) damaged("an object of no class");
        push_index(items.front());
        items.erase(items.begin());
        push_list(Type::kTuple, std::move(items));
        make_object();
        return true;
      }
      case 'i': {
        auto arguments = pop_to_mark();
        const auto module = line();
        push_named(module, line());
        push_list(Type::kTuple, std::move(arguments));
        make_object();
        return true;
      }
      case 'b': build(); return true;
      case 'Q': persistent_id(); return true;
      case 'P': persistent_text(line()); return true;
      case 'q': remember(number<uint8_t>()); return true;
      case 'r': remember(number<uint32_t>()); return true;
      case 'p': remember(decimal_slot()); return true;
      case 0x94: remember(memo_size()); return true;
      case 'h': recall(number<uint8_t>()); return true;
      case 'j': recall(number<uint32_t>()); return true;
      case 'g': recall(decimal_slot()); return true;
      default: damaged("an opcode that a checkpoint does not need");
    }
  }
};

}  // namespace

Pickle read_pickle(std::string_view bytes, std::string_view what) {
  return Machine(bytes, what).run();
}

}  // namespace gan
