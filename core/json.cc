// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/json.h"

#include <charconv>
#include <cmath>
#include <cstdio>

#include "core/error.h"

namespace gan {
namespace {

constexpr int kDeepest = 64;
constexpr size_t kMostValues = 2000000;

// Note [Counting before parsing]: json-glib 1.6 recurses per bracket, which overflows the stack on
// deep nesting, and takes some 80 bytes a value. So both are counted before the parser sees the
// text. It also takes comments and strings in single quotes, in which brackets would not count:
// JSON has neither, so both are refused.
void check_structure(std::string_view text, std::string_view what) {
  int depth = 0;
  size_t values = 0;
  bool in_string = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\')
        ++i;
      else if (c == '"')
        in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      check(++depth <= kDeepest, ErrorKind::kWrongType, what, ": JSON nests deeper than ", kDeepest,
            " levels");
    } else if (c == '}' || c == ']') {
      --depth;
    } else if (c == ',') {
      check(++values <= kMostValues, ErrorKind::kWrongType, what, ": JSON of more than ",
            kMostValues, " values");
    } else {
      check(c != '\'' && c != '/' && c != '#', ErrorKind::kWrongType, what, ": not valid JSON: a ",
            c, " outside a string at byte ", i);
    }
  }
}

}  // namespace

JsonDocument::JsonDocument(std::string_view text, std::string_view what)
    : parser_(json_parser_new(), g_object_unref) {
  check_structure(text, what);
  check(g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr),
        ErrorKind::kWrongType, what, ": JSON text is not valid UTF-8");
  GError* error = nullptr;
  if (!json_parser_load_from_data(parser_.get(), text.data(), static_cast<gssize>(text.size()),
                                  &error)) {
    const std::string reason = error->message;
    g_error_free(error);
    fail(ErrorKind::kWrongType, what, ": not valid JSON: ", reason);
  }
  JsonNode* node = json_parser_get_root(parser_.get());
  check(node && JSON_NODE_HOLDS_OBJECT(node), ErrorKind::kWrongType, what,
        ": JSON must be an object at the top");
  root_ = json_node_get_object(node);
}

std::string json_quote(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char code[8];
      std::snprintf(code, sizeof code, "\\u%04x", c);
      out += code;
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string json_number(double value) {
  if (std::isnan(value)) return "\"nan\"";
  if (std::isinf(value)) return value > 0 ? "\"inf\"" : "\"-inf\"";
  char digits[40];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

}  // namespace gan
