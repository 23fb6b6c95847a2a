// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <set>

#include "core/error.h"
#include "core/json.h"

namespace gan {
namespace {

template <class Number>
bool parse_number(const std::string& text, Number& value) {
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  return status == std::errc() && end == text.data() + text.size();
}

std::string plain_number(double value) {
  const std::string text = json_number(value);
  return text.front() == '"' ? text.substr(1, text.size() - 2) : text;
}

std::vector<std::string> words(std::string_view list) {
  std::vector<std::string> result;
  while (!list.empty()) {
    const size_t end = std::min(list.find('|'), list.size());
    result.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return result;
}

class Reader : public OptionVisitor {
 public:
  Reader(const OptionValues& values, std::string_view what) : values_(values), what_(what) {}
  bool reads() const override { return true; }

  void integer(const char* name, int& value, int min, int max, const char*) override {
    const std::string* text = take(name);
    if (!text) return;
    int parsed = 0;
    check(parse_number(*text, parsed) && parsed >= min && parsed <= max, ErrorKind::kSettings,
          what_, ": ", name, " must be a whole number from ", min, " to ", max, ", got \"", *text,
          "\"");
    value = parsed;
  }
  void real(const char* name, double& value, double min, double max, const char*) override {
    const std::string* text = take(name);
    if (!text) return;
    double parsed = 0;
    check(parse_number(*text, parsed) && parsed >= min && parsed <= max, ErrorKind::kSettings,
          what_, ": ", name, " must be a number from ", min, " to ", max, ", got \"", *text, "\"");
    value = parsed;
  }
  void flag(const char* name, bool& value, const char*) override {
    const std::string* text = take(name);
    if (!text) return;
    const bool yes = *text == "true" || *text == "1" || *text == "yes";
    check(yes || *text == "false" || *text == "0" || *text == "no", ErrorKind::kSettings, what_,
          ": ", name, " must be true or false, got \"", *text, "\"");
    value = yes;
  }
  void text(const char* name, std::string& value, const char* allowed, const char*) override {
    const std::string* text = take(name);
    if (!text) return;
    const auto choices = words(allowed);
    check(choices.empty() || std::ranges::find(choices, *text) != choices.end(),
          ErrorKind::kSettings, what_, ": ", name, " must be one of ", allowed, ", got \"", *text,
          "\"");
    value = *text;
  }

  void refuse_unknown() const {
    for (const auto& [key, value] : values_) {
      if (std::ranges::find(known_, key) != known_.end()) continue;
      const std::string near = nearest_word(key, known_);
      fail(ErrorKind::kSettings, what_, ": unknown option \"", key.substr(0, 100), "\"",
           near.empty() ? "" : "; did you mean \"" + near + "\"?");
    }
  }

 private:
  const std::string* take(const char* name) {
    known_.emplace_back(name);
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }

  const OptionValues& values_;
  std::string_view what_;
  std::vector<std::string> known_;
};

class Describer : public OptionVisitor {
 public:
  void integer(const char* name, int& value, int min, int max, const char* help) override {
    all.push_back({name, std::to_string(value), concat(min, "..", max), help});
  }
  void real(const char* name, double& value, double min, double max, const char* help) override {
    all.push_back({name, plain_number(value), concat(min, "..", max), help});
  }
  void flag(const char* name, bool& value, const char* help) override {
    all.push_back({name, value ? "true" : "false", "true|false", help});
  }
  void text(const char* name, std::string& value, const char* allowed, const char* help) override {
    all.push_back({name, value, *allowed ? allowed : "text", help});
    texts.insert(name);
  }
  std::vector<OptionHelp> all;
  std::set<std::string> texts;  // the members that JSON must quote
};

Describer describe(Options& options) {
  Describer describer;
  options.visit(describer);
  return describer;
}

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t substitute = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

void read_options(Options& options, const OptionValues& values, std::string_view what) {
  Reader reader(values, what);
  options.visit(reader);
  reader.refuse_unknown();
}

OptionValues write_options(Options& options) {
  OptionValues values;
  for (auto& option : describe(options).all) values[option.name] = option.value;
  return values;
}

std::vector<OptionHelp> describe_options(Options& options) { return describe(options).all; }

std::vector<int> number_list(std::string_view text, const NumberListRule& rule,
                             std::string_view what) {
  std::vector<int> numbers;
  bool sound = true;
  for (std::string_view rest = text; sound && !rest.empty();) {
    const size_t end = std::min(rest.find('-'), rest.size());
    int number = 0;
    sound = parse_number(std::string(rest.substr(0, end)), number) && number >= 1 &&
            number <= rule.largest && end + 1 != rest.size();
    numbers.push_back(number);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  check(sound && numbers.size() >= rule.least && numbers.size() <= rule.most, ErrorKind::kSettings,
        what, " must be ", rule.least, " to ", rule.most, " numbers from 1 to ", rule.largest,
        " joined by '-', got \"", text, "\"");
  return numbers;
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& known) {
  std::string best;
  if (word.size() > 100) return best;  // the distances take their product in time
  size_t least = std::max<size_t>(2, word.size() / 2) + 1;
  for (const auto& candidate : known)
    if (const size_t distance = edit_distance(word, candidate); distance < least) {
      least = distance;
      best = candidate;
    }
  return best;
}

OptionValues options_from_json(std::string_view json, std::string_view what) {
  const JsonDocument document(json, what);
  OptionValues values;
  JsonObjectIter iter;
  const char* key;
  JsonNode* node;
  json_object_iter_init(&iter, document.root());
  while (json_object_iter_next(&iter, &key, &node)) {
    check(JSON_NODE_HOLDS_VALUE(node), ErrorKind::kWrongType, what, ": option \"", key,
          "\" must be a number, true, false or text");
    const GType type = json_node_get_value_type(node);
    if (type == G_TYPE_STRING)
      values[key] = json_node_get_string(node);
    else if (type == G_TYPE_BOOLEAN)
      values[key] = json_node_get_boolean(node) ? "true" : "false";
    else if (type == G_TYPE_INT64)
      values[key] = std::to_string(json_node_get_int(node));
    else
      values[key] = plain_number(json_node_get_double(node));
  }
  return values;
}

std::string options_to_json(Options& options) {
  const Describer describer = describe(options);
  std::string json = "{";
  for (const auto& option : describer.all) {
    if (json.size() > 1) json += ", ";
    json += json_quote(option.name) + ": ";
    json += describer.texts.contains(option.name) ? json_quote(option.value) : option.value;
  }
  return json + "}";
}

}  // namespace gan
