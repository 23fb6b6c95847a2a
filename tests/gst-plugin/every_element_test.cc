// SPDX-License-Identifier: LGPL-2.1-or-later
// What every element of the plugin must do, tested for elements that are not known here by name.
#include <algorithm>

#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

std::vector<std::string> element_names() {
  std::vector<std::string> names;
  GList* const features = gst_registry_get_feature_list_by_plugin(gst_registry_get(), "gan");
  for (GList* item = features; item; item = item->next)
    names.push_back(gst_plugin_feature_get_name(GST_PLUGIN_FEATURE(item->data)));
  gst_plugin_feature_list_free(features);
  return names;
}

UniqueElement make(const std::string& name) {
  return UniqueElement(
      GST_ELEMENT(gst_object_ref_sink(gst_element_factory_make(name.c_str(), nullptr))));
}

template <class Function>
void each_property(GstElement* element, const Function& function) {
  guint count = 0;
  GParamSpec** const specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(element), &count);
  for (guint i = 0; i < count; ++i)
    if (specs[i]->owner_type == G_OBJECT_TYPE(element)) function(specs[i]);
  g_free(specs);
}

TEST(EveryElement, IsRegistered) { EXPECT_GE(element_names().size(), 2u); }

// What the element itself says: GstBaseSrc adds one of GST_CORE_ERROR to it, and one of
// GST_STREAM_ERROR where its pad is linked to nothing.
int errors_on(GstBus* bus) {
  int count = 0;
  while (const UniqueMessage message{gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)}) {
    GError* error = nullptr;
    gst_message_parse_error(message.get(), &error, nullptr);
    count += error->domain != GST_CORE_ERROR && error->domain != GST_STREAM_ERROR;
    g_error_free(error);
  }
  return count;
}

// Without properties: an element that cannot do without one says so with one error each time.
TEST(EveryElement, GoesThroughAllStatesInEveryOrder) {
  for (const auto& name : element_names()) {
    const UniqueElement element = make(name);
    GstBus* const bus = gst_bus_new();
    gst_element_set_bus(element.get(), bus);
    for (int round = 0; round < 2; ++round)
      for (const GstState state :
           {GST_STATE_READY, GST_STATE_PAUSED, GST_STATE_PLAYING, GST_STATE_READY, GST_STATE_NULL,
            GST_STATE_PAUSED, GST_STATE_NULL, GST_STATE_PLAYING, GST_STATE_NULL}) {
        const auto result = gst_element_set_state(element.get(), state);
        EXPECT_EQ(errors_on(bus), result == GST_STATE_CHANGE_FAILURE ? 1 : 0) << name;
      }
    gst_element_set_bus(element.get(), nullptr);
    gst_object_unref(bus);
  }
}

TEST(EveryElement, EveryPropertyIsDescribedAndReadsBack) {
  for (const auto& name : element_names()) {
    const UniqueElement element = make(name);
    each_property(element.get(), [&](GParamSpec* spec) {
      EXPECT_GT(strlen(g_param_spec_get_blurb(spec)), 5u) << name << "." << spec->name;
      if (!(spec->flags & G_PARAM_WRITABLE)) return;
      EXPECT_TRUE(spec->flags & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PLAYING))
          << name << "." << spec->name << " does not say when it may change";
      GValue value = G_VALUE_INIT, back = G_VALUE_INIT;
      g_value_init(&value, spec->value_type);
      g_param_value_set_default(spec, &value);
      if (G_VALUE_HOLDS_STRING(&value)) g_value_set_string(&value, "something");
      if (G_VALUE_HOLDS_DOUBLE(&value)) g_value_set_double(&value, 0.25);
      if (G_VALUE_HOLDS_INT(&value)) g_value_set_int(&value, 17);
      if (G_VALUE_HOLDS_BOOLEAN(&value)) g_value_set_boolean(&value, !g_value_get_boolean(&value));
      g_param_value_validate(spec, &value);
      g_object_set_property(G_OBJECT(element.get()), spec->name, &value);
      g_value_init(&back, spec->value_type);
      g_object_get_property(G_OBJECT(element.get()), spec->name, &back);
      EXPECT_EQ(g_param_values_cmp(spec, &value, &back), 0) << name << "." << spec->name;
      g_value_unset(&value);
      g_value_unset(&back);
    });
  }
}

TEST(EveryElement, IsFullyDescribed) {
  for (const auto& name : element_names()) {
    GstElementFactory* const factory = gst_element_factory_find(name.c_str());
    for (const char* key : {GST_ELEMENT_METADATA_LONGNAME, GST_ELEMENT_METADATA_KLASS,
                            GST_ELEMENT_METADATA_DESCRIPTION, GST_ELEMENT_METADATA_AUTHOR})
      EXPECT_TRUE(gst_element_factory_get_metadata(factory, key)) << name << " " << key;
    EXPECT_EQ(gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)), guint{GST_RANK_NONE});
    gst_object_unref(factory);
  }
}

}  // namespace
}  // namespace gan::test
