// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/fixed_property.h"

namespace gan {

bool is_fixed_now(GObject* object, GParamSpec* spec, const GValue* value) {
  auto* const element = GST_ELEMENT(object);
  constexpr int kMutable =
      GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PAUSED | GST_PARAM_MUTABLE_PLAYING;
  if ((spec->flags & kMutable) != GST_PARAM_MUTABLE_READY || GST_STATE(element) <= GST_STATE_READY)
    return false;
  GValue now = G_VALUE_INIT;
  g_value_init(&now, spec->value_type);
  g_object_get_property(object, spec->name, &now);
  const bool other = g_param_values_cmp(spec, &now, value) != 0;
  gchar* const shown = g_strdup_value_contents(&now);
  if (other)
    GST_ELEMENT_WARNING(
        element, RESOURCE, SETTINGS,
        ("%s can change only in the states NULL and READY; it stays %s", spec->name, shown),
        (nullptr));
  g_free(shown);
  g_value_unset(&now);
  return other;
}

}  // namespace gan
