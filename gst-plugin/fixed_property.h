// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gst/gst.h>

namespace gan {

// Whether a property may not take another value now: it is for the states NULL and READY, and the
// element is beyond them. Then it also posts a warning that says so, and the property must keep its
// value.
bool is_fixed_now(GObject* object, GParamSpec* spec, const GValue* value);

}  // namespace gan
