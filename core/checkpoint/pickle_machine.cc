// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/pickle_machine.h"

#include <charconv>
#include <cstring>

#include "core/checkpoint/torch_names.h"
#include "core/error.h"

namespace gan {
namespace {

constexpr size_t kMaxValues = 500000;
constexpr size_t kMaxReferences = 4 * kMaxValues;

}  // namespace

uint32_t PickleMachine::make(PickleValue made) {
  check(pickle_.values.size() < kMaxValues, ErrorKind::kWrongType, what(),
        ": a pickle of more than ", kMaxValues, " objects is no checkpoint");
  pickle_.values.push_back(std::move(made));
  return static_cast<uint32_t>(pickle_.values.size() - 1);
}

void PickleMachine::push(PickleValue made) { push_index(make(std::move(made))); }

// References cost memory as well, and a few bytes can ask for a copy of many: bounded with the
// objects.
void PickleMachine::count_references(size_t count) {
  references_ += count;
  if (references_ > kMaxReferences) damaged("too many operations");
}

void PickleMachine::push_index(uint32_t index) {
  count_references(1);
  stack_.push_back(index);
}

uint32_t PickleMachine::pop() {
  if (stack_.empty() || value(stack_.back()).type == Type::kMark) damaged("empty stack");
  const uint32_t top = stack_.back();
  stack_.pop_back();
  return top;
}

uint32_t PickleMachine::top() {
  const uint32_t index = pop();
  stack_.push_back(index);
  return index;
}

std::vector<uint32_t> PickleMachine::pop_to_mark() {
  size_t first = stack_.size();
  while (first > 0 && value(stack_[first - 1]).type != Type::kMark) --first;
  if (first == 0) damaged("no mark");
  std::vector<uint32_t> items(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
  stack_.resize(first - 1);
  return items;
}

void PickleMachine::push_tuple(size_t count) {
  std::vector<uint32_t> items(count);
  for (size_t i = count; i-- > 0;) items[i] = pop();
  push_list(Type::kTuple, std::move(items));
}

void PickleMachine::push_global(const std::string& name) {
  check(!hostile_global(name), ErrorKind::kWrongType, what(), ": refused: the file asks for ",
        name.substr(0, 200),
        ", which no checkpoint of weights needs: do not load it in Python either; nothing of it "
        "was run");
  push({.type = Type::kGlobal, .text = name});
}

// Little-endian two's complement; wider than 8 bytes only as the legacy magic number, which the
// caller compares by its text.
void PickleMachine::push_long(std::string_view digits) {
  if (digits.size() > 8) return push_text(digits);
  uint64_t bits = !digits.empty() && (digits.back() & 0x80) ? ~0ull : 0;
  if (!digits.empty()) std::memcpy(&bits, digits.data(), digits.size());
  push_int(static_cast<int64_t>(bits));
}

void PickleMachine::push_decimal(std::string_view text) {
  if (text == "00" || text == "01") return push({.type = Type::kBool, .integer = text == "01"});
  if (text.ends_with('L')) text.remove_suffix(1);
  int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  if (end != text.data() + text.size()) damaged("not a number");
  if (error == std::errc::result_out_of_range) return push_text(text);
  push_int(integer);
}

// 'text' as Python writes it; names of tensors have nothing that it escapes.
void PickleMachine::push_quoted(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) damaged("a text without quotes");
  push_text(text.substr(1, text.size() - 2));
}

void PickleMachine::append_items(PickleValue& target, const std::vector<uint32_t>& items) {
  count_references(items.size());
  target.items.insert(target.items.end(), items.begin(), items.end());
}

void PickleMachine::add(Type container, const std::vector<uint32_t>& items) {
  PickleValue& target = value(top());
  if (container == Type::kDict && items.size() % 2) damaged("a key without a value");
  if (target.type == container)
    target.items.insert(target.items.end(), items.begin(), items.end());
  else if (target.type == Type::kObject && container == Type::kDict)
    append_items(target, items);
  else if (target.type != Type::kObject)
    damaged("items for something else than a list or dict");
}

// What is opaque keeps its attributes, as far as they are a dict; the state of others, such as an
// OrderedDict's _metadata, is not needed.
void PickleMachine::build() {
  const uint32_t state = pop();
  PickleValue& target = value(top());
  if (target.type == Type::kObject && value(state).type == Type::kDict && &target != &value(state))
    append_items(target, std::vector<uint32_t>(value(state).items));
}

void PickleMachine::make_object() {
  const uint32_t arguments = pop();
  if (value(arguments).type != Type::kTuple) damaged("a call without arguments");
  const PickleValue& of = value(pop());
  if (of.type != Type::kGlobal && of.type != Type::kObject) damaged("an object of no class");
  if (storage_dtype(of.text)) damaged("a storage that is no persistent id");
  push_object(std::string(of.text));
}

void PickleMachine::remember(uint32_t slot) {
  if (memo_.size() >= kMaxValues) damaged("too many memos");
  memo_[slot] = top();
}

void PickleMachine::recall(uint32_t slot) {
  const auto found = memo_.find(slot);
  if (found == memo_.end()) damaged("an unknown memo");
  push_index(found->second);
}

}  // namespace gan
