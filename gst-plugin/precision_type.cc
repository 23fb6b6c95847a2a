// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/precision_type.h"

namespace gan {
namespace {

const GEnumValue kValues[] = {{0, "The fastest that nobody can tell from fp32", "auto"},
                              {1, "32-bit float", "fp32"},
                              {2, "bfloat16", "bf16"},
                              {3, "16-bit float, GPU only", "fp16"},
                              {4, "The fastest that is within 48 dB of fp32", "fast"},
                              {0, nullptr, nullptr}};

}  // namespace

GType precision_type() {
  static const GType type = g_enum_register_static("GstGanPrecision", kValues);
  return type;
}

const char* precision_nick(int value) { return kValues[value].value_nick; }

int precision_index(const std::string& nick) {
  for (const GEnumValue* value = kValues; value->value_nick; ++value)
    if (nick == value->value_nick) return value->value;
  return 0;
}

}  // namespace gan
