// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/fixed_property.h"

namespace gan {

bool is_fixed_now(GObject* object, const GParamSpec* spec) {
  auto* const element = GST_ELEMENT(object);
  constexpr int kMutable =
      GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED | GST_PARAM_MUTABLE_PLAYING;
  if ((spec->flags & kMutable) != GST_PARAM_MUTABLE_READY || GST_STATE(element) <= GST_STATE_READY)
    return false;
  GST_ELEMENT_WARNING(
      element, RESOURCE, SETTINGS,
      ("%s can be set in the states NULL and READY; it stays as it was", spec->name), (nullptr));
  return true;
}

}  // namespace gan
