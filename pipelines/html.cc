// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/html.h"

#include <glib.h>

#include "core/error.h"

namespace gan {
namespace {

constexpr const char* kStyle =
    "body{font:15px sans-serif;margin:2em;color:#222;background:#fff;max-width:1400px}"
    "figure{margin:0 0 1em}svg{width:100%;height:180px;border:1px solid #ccc;display:block}"
    "polyline{fill:none;stroke:#06c;stroke-width:1.2;vector-effect:non-scaling-stroke}"
    "circle{fill:#c20}.frames{display:grid;grid-template-columns:repeat(3,1fr);gap:.5em}"
    "img{width:100%}th,td{text-align:left;padding:.2em 1.2em .2em 0}";

}  // namespace

std::string as_html(const std::string& words) {
  char* const escaped = g_markup_escape_text(words.c_str(), -1);
  const std::string html = escaped;
  g_free(escaped);
  return html;
}

std::string page(const std::string& title, const std::string& body) {
  return concat("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>",
                as_html(title), "</title><style>", kStyle, "</style></head><body>\n<h1>",
                as_html(title), "</h1>\n", body, "</body></html>\n");
}

}  // namespace gan
