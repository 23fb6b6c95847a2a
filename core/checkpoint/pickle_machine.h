// SPDX-License-Identifier: LGPL-2.1-or-later
// The stack, the memo and the calls of a pickle program; pickle.cc has its opcodes.
#pragma once

#include <unordered_map>

#include "core/checkpoint/pickle.h"
#include "core/checkpoint/pickle_bytes.h"

namespace gan {

class PickleMachine : protected PickleBytes {
 protected:
  using PickleBytes::PickleBytes;
  using Type = PickleValue::Type;

  PickleValue& value(uint32_t index) { return pickle_.values[index]; }
  void push(PickleValue made);
  void push_index(uint32_t index);
  void push_text(std::string_view text) { push({.type = Type::kText, .text = std::string(text)}); }
  void push_int(int64_t integer) { push({.type = Type::kInt, .integer = integer}); }
  void push_list(Type type, std::vector<uint32_t> items) {
    push({.type = type, .items = std::move(items)});
  }
  void push_tuple(size_t count);
  void push_global(const std::string& name);
  void push_object(const std::string& name) { push({.type = Type::kObject, .text = name}); }
  void push_long(std::string_view digits);   // two's complement
  void push_decimal(std::string_view text);  // of protocol 0
  void push_quoted(std::string_view text);   // of protocol 0

  uint32_t pop();
  uint32_t top();
  std::vector<uint32_t> pop_to_mark();

  // Adds items to the container below them: pairs to a dict, single ones to a list.
  void add(Type container, const std::vector<uint32_t>& items);
  void build();          // object.__setstate__(state)
  void make_object();    // class(*arguments), of a class and a tuple on the stack
  void reduce();         // function(*arguments)
  void persistent_id();  // of a tuple on the stack
  void persistent_text(std::string_view text);  // of protocol 0, which writes the tuple as text

  void remember(uint32_t slot);
  void recall(uint32_t slot);
  uint32_t memo_size() const { return static_cast<uint32_t>(memo_.size()); }

  Pickle pickle_;

 private:
  uint32_t make(PickleValue made);
  void count_references(size_t count);
  std::vector<int64_t> integers(uint32_t index);
  void append_items(PickleValue& target, const std::vector<uint32_t>& items);
  void call(const std::string& function, const std::vector<uint32_t>& args);
  void call_dict(const std::vector<uint32_t>& args);
  void call_tensor(const std::vector<uint32_t>& args, bool typed);
  void push_storage(const std::string& type, const std::string& key, int64_t count);

  size_t references_ = 0;
  std::vector<uint32_t> stack_;
  std::unordered_map<uint32_t, uint32_t> memo_;
};

}  // namespace gan
