// SPDX-License-Identifier: LGPL-2.1-or-later
// The property `precision` of the elements that run networks, and what they mean by its values.
#pragma once

#include <glib-object.h>

#include <string>

namespace gan {

GType precision_type();                 // the enum GstGanPrecision
const char* precision_nick(int value);  // "auto", "fp32", "bf16", "fp16"
int precision_index(const std::string& nick);

}  // namespace gan
