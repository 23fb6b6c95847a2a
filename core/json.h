// SPDX-License-Identifier: LGPL-2.1-or-later
// JSON in and out, with json-glib behind a check that makes it safe on text from strangers.
#pragma once

#include <json-glib/json-glib.h>

#include <memory>
#include <string>
#include <string_view>

namespace gan {

// A parsed document; nodes stay valid as long as it lives.
class JsonDocument {
 public:
  // Throws Error(kWrongType) that begins with `what` (a file name, say) when the text is no JSON,
  // nests deeper than 64 levels or is no object at the top.
  JsonDocument(std::string_view text, std::string_view what);
  JsonObject* root() const { return root_; }

 private:
  std::unique_ptr<JsonParser, decltype(&g_object_unref)> parser_;
  JsonObject* root_ = nullptr;
};

// Text with quotes around it and everything escaped that JSON wants escaped.
std::string json_quote(std::string_view text);

// Shortest decimal form that reads back as the same double; "inf", "-inf" and "nan" as strings,
// because JSON has no such numbers.
std::string json_number(double value);

}  // namespace gan
