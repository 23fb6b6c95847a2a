// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/meter_log.h"

#include <cmath>
#include <span>

#include "core/error.h"

namespace gan {
namespace {

bool is_json(const std::string& path) {
  const auto ends = [&](const char* suffix) { return path.ends_with(suffix); };
  check(ends(".csv") || ends(".jsonl"), ErrorKind::kSettings,
        "log-file must end in .csv or .jsonl, got ", path);
  return ends(".jsonl");
}

// Locales write commas; files must not.
std::string number(double value, bool json) {
  if (std::isnan(value)) return json ? "null" : "nan";
  if (std::isinf(value)) return json ? "\"inf\"" : "inf";
  char text[G_ASCII_DTOSTR_BUF_SIZE];
  return g_ascii_formatd(text, sizeof text, "%.9g", value);
}

std::string text_of(const GValue* value, bool json) {
  if (G_VALUE_HOLDS_DOUBLE(value)) return number(g_value_get_double(value), json);
  if (G_VALUE_HOLDS_BOOLEAN(value)) return g_value_get_boolean(value) ? "true" : "false";
  if (G_VALUE_HOLDS_INT64(value)) return std::to_string(g_value_get_int64(value));
  const guint64 whole = g_value_get_uint64(value);
  if (whole == GST_CLOCK_TIME_NONE) return json ? "null" : "nan";
  return std::to_string(whole);
}

// function(name, value) for each field.
template <class Function>
void each_field(const GstStructure* values, const Function& function) {
  for (gint i = 0; i < gst_structure_n_fields(values); ++i) {
    const char* const name = gst_structure_nth_field_name(values, static_cast<guint>(i));
    function(std::string(name), gst_structure_get_value(values, name));
  }
}

std::string json_line(const GstStructure* values) {
  std::string line;
  each_field(values, [&](const std::string& name, const GValue* value) {
    line += (line.empty() ? "{\"" : ", \"") + name + "\": " + text_of(value, true);
  });
  return line + "}\n";
}

}  // namespace

MeterLog::MeterLog(const std::string& path) : json_(is_json(path)), file_(path) {}

void MeterLog::write(const std::string& line) {
  broken_ = true;  // until the line is there
  file_.write(std::as_bytes(std::span(line)));
  broken_ = false;
}

void MeterLog::add_frame(const GstStructure* values) {
  if (json_) return write(json_line(values));
  std::string names, line;
  each_field(values, [&](const std::string& name, const GValue* value) {
    if (name == "final") return;
    names += (names.empty() ? "" : ",") + name;
    line += (line.empty() ? "" : ",") + text_of(value, false);
  });
  if (!any_) line = names + "\n" + line;
  any_ = true;
  write(line + "\n");
}

void MeterLog::finish(const GstStructure* summary) {
  if (broken_) return;
  if (json_) write(json_line(summary));
  file_.commit();
}

}  // namespace gan
