// SPDX-License-Identifier: LGPL-2.1-or-later
// What every element of the plugin must do, tested for elements that are not known here by name.
#include <gst/controller/gstdirectcontrolbinding.h>
#include <gst/controller/gstinterpolationcontrolsource.h>

#include <algorithm>
#include <cstdlib>

#include "tests/gst-plugin/allocation_count.h"
#include "tests/gst-plugin/harness.h"
#include "tests/models/generators.h"

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

TEST(EveryElement, IsRegistered) { EXPECT_GE(element_names().size(), 3u); }

TEST(EveryElement, KeepsPresets) {
  for (const auto& name : element_names()) {
    const UniqueElement element = make(name);
    EXPECT_TRUE(GST_IS_PRESET(element.get())) << name;
  }
}

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

// Every way from one state to another, each direct or through those between.
constexpr GstState kAllOrders[] = {
    GST_STATE_READY, GST_STATE_PAUSED,  GST_STATE_PLAYING, GST_STATE_PAUSED,  GST_STATE_READY,
    GST_STATE_NULL,  GST_STATE_PAUSED,  GST_STATE_NULL,    GST_STATE_PLAYING, GST_STATE_NULL,
    GST_STATE_READY, GST_STATE_PLAYING, GST_STATE_READY,   GST_STATE_NULL};

// Without properties: an element that cannot do without one says so with one error each time.
TEST(EveryElement, GoesThroughAllStatesInEveryOrder) {
  for (const auto& name : element_names()) {
    const UniqueElement element = make(name);
    GstBus* const bus = gst_bus_new();
    gst_element_set_bus(element.get(), bus);
    for (int round = 0; round < 2; ++round)
      for (const GstState state : kAllOrders) {
        const auto result = gst_element_set_state(element.get(), state);
        EXPECT_EQ(errors_on(bus), result == GST_STATE_CHANGE_FAILURE ? 1 : 0) << name;
      }
    gst_element_set_bus(element.get(), nullptr);
    gst_object_unref(bus);
  }
}

// Values that work, for those elements that have such a property.
void set_properties(GstElement* element, const std::string& generator) {
  const bool source =
      strstr(gst_element_get_metadata(element, GST_ELEMENT_METADATA_KLASS), "Source");
  const std::pair<const char*, std::string> values[] = {{"model", source ? generator : "x2"},
                                                        {"device", "cpu"},
                                                        {"precision", "fp32"},
                                                        {"threads", "1"},
                                                        {"tile-size", "32"},
                                                        {"strength", "0.5"},
                                                        {"on-late", "plain"},
                                                        {"reload", "true"},
                                                        {"skip-unchanged", "true"},
                                                        {"seeds", "3,1"},
                                                        {"path", "line"},
                                                        {"grid", "2x2"},
                                                        {"num-buffers", "2"},
                                                        {"ms-ssim", "true"},
                                                        {"ssim-window", "ffmpeg"},
                                                        {"flicker", "true"},
                                                        {"crop-border", "2"}};
  for (const auto& [name, value] : values)
    if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), name))
      gst_util_set_object_arg(G_OBJECT(element), name, value.c_str());
}

// With properties that make it work, each time and from the beginning. What its pads are not linked
// to is an error of the stream, and none of its own.
TEST(EveryElement, WithPropertiesItGoesThroughAllStatesWithoutFail) {
  Generators generators;
  for (const auto& name : element_names()) {
    const UniqueElement element = make(name);
    set_properties(element.get(), generators.file("mlpgan"));
    for (int round = 0; round < 2; ++round)
      for (const GstState state : kAllOrders)
        EXPECT_NE(gst_element_set_state(element.get(), state), GST_STATE_CHANGE_FAILURE)
            << name << " to " << gst_element_state_get_name(state);
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
      if (G_VALUE_HOLDS_INT64(&value)) g_value_set_int64(&value, g_value_get_int64(&value) + 1);
      if (G_VALUE_HOLDS_UINT64(&value)) g_value_set_uint64(&value, 1);
      if (G_IS_PARAM_SPEC_ENUM(spec)) {
        const GEnumClass* const choices = G_PARAM_SPEC_ENUM(spec)->enum_class;
        g_value_set_enum(&value, choices->values[choices->n_values - 1].value);
      }
      EXPECT_FALSE(g_param_value_defaults(spec, &value)) << name << "." << spec->name;
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

// GAN_CYCLES: how often; the slow suite does it a thousand times.
TEST(EveryElement, ManyStartsTakeNoMoreMemory) {
  if (!counts_allocations()) GTEST_SKIP() << "a sanitizer keeps what is freed for a while";
  const char* const wanted = std::getenv("GAN_CYCLES");
  const int cycles = wanted ? std::atoi(wanted) : 30;
  Generators generators;
  const std::string source = "videotestsrc num-buffers=1 ! video/x-raw,width=32,height=24 ! ";
  const std::pair<const char*, std::string> pipelines[] = {
      {"enhancegan", source + "enhancegan ! fakesink"},
      {"latentwalk", "latentwalk num-buffers=1 model=" + generators.file("mlpgan") + " ! fakesink"},
      {"psnrmeter",
       "psnrmeter name=m ! fakesink " + source + "m.ref_sink " + source + "m.dist_sink"}};
  ASSERT_EQ(std::size(pipelines), element_names().size());
  for (const auto& [name, text] : pipelines) {
    const UniquePipeline pipeline(gst_parse_launch(text.c_str(), nullptr));
    double settled = 0;
    for (int i = 0; i < cycles; ++i) {
      if (i == cycles / 3) settled = bytes_in_use();
      gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
      ASSERT_EQ(gst_element_get_state(pipeline.get(), nullptr, nullptr, 20 * GST_SECOND),
                GST_STATE_CHANGE_SUCCESS)
          << name << " " << i;
      gst_element_set_state(pipeline.get(), GST_STATE_NULL);
    }
    const double grown = (bytes_in_use() - settled) / (cycles - cycles / 3);
    std::printf("%s: a start leaves %.0f bytes\n", name, grown);
    EXPECT_LT(grown, 2048) << name;
  }
}

int warnings = 0;  // of GObject, while they are counted

// A value outside the range of numbers and enumerations is refused by GObject with a warning, and
// what was set stays.
TEST(EveryElement, RefusesValuesOutsideTheRangeOfAProperty) {
  const guint handler = g_log_set_handler(
      "GLib-GObject", G_LOG_LEVEL_WARNING,
      [](const gchar*, GLogLevelFlags, const gchar*, gpointer) { ++warnings; }, nullptr);
  int tried = 0;
  const auto refuse = [&](GstElement* element, GParamSpec* spec, auto value, auto set) {
    GValue wrong = G_VALUE_INIT, before = G_VALUE_INIT, after = G_VALUE_INIT;
    for (GValue* one : {&wrong, &before, &after}) g_value_init(one, spec->value_type);
    set(&wrong, value);
    g_object_get_property(G_OBJECT(element), spec->name, &before);
    warnings = 0;
    g_object_set_property(G_OBJECT(element), spec->name, &wrong);
    EXPECT_EQ(warnings, 1) << spec->name << " " << double(value);
    g_object_get_property(G_OBJECT(element), spec->name, &after);
    EXPECT_EQ(g_param_values_cmp(spec, &before, &after), 0) << spec->name;
    ++tried;
  };
  for (const auto& name : element_names()) {
    const UniqueElement owner = make(name);
    GstElement* const element = owner.get();
    each_property(element, [&](GParamSpec* spec) {
      if (!(spec->flags & G_PARAM_WRITABLE)) return;
      if (const auto* const range = G_IS_PARAM_SPEC_INT(spec) ? G_PARAM_SPEC_INT(spec) : nullptr) {
        if (range->minimum > G_MININT) refuse(element, spec, range->minimum - 1, g_value_set_int);
        if (range->maximum < G_MAXINT) refuse(element, spec, range->maximum + 1, g_value_set_int);
      }
      if (G_IS_PARAM_SPEC_DOUBLE(spec))
        for (const double value :
             {G_PARAM_SPEC_DOUBLE(spec)->minimum - 1, 2 * G_PARAM_SPEC_DOUBLE(spec)->maximum + 1})
          refuse(element, spec, value, g_value_set_double);
      if (G_IS_PARAM_SPEC_INT64(spec) && G_PARAM_SPEC_INT64(spec)->minimum > G_MININT64)
        refuse(element, spec, G_PARAM_SPEC_INT64(spec)->minimum - 1, g_value_set_int64);
      if (G_IS_PARAM_SPEC_ENUM(spec)) refuse(element, spec, 99, g_value_set_enum);
    });
  }
  g_log_remove_handler("GLib-GObject", handler);
  EXPECT_GT(tried, 20);
}

// What is said to be controllable may change while playing, and follows a controller.
TEST(EveryElement, ControllablePropertiesFollowAController) {
  int tried = 0;
  for (const auto& name : element_names()) {
    const UniqueElement element = make(name);
    each_property(element.get(), [&](GParamSpec* spec) {
      if (!(spec->flags & GST_PARAM_CONTROLLABLE)) return;
      EXPECT_TRUE(spec->flags & GST_PARAM_MUTABLE_PLAYING) << name << "." << spec->name;
      ASSERT_TRUE(G_IS_PARAM_SPEC_DOUBLE(spec)) << "no test for it yet";
      GstControlSource* const source = gst_interpolation_control_source_new();
      gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 0, 0.75);
      gst_object_add_control_binding(
          GST_OBJECT(element.get()),
          gst_direct_control_binding_new_absolute(GST_OBJECT(element.get()), spec->name, source));
      gst_object_unref(source);
      gst_object_sync_values(GST_OBJECT(element.get()), 0);
      gdouble value = 0;
      g_object_get(element.get(), spec->name, &value, nullptr);
      EXPECT_EQ(value, 0.75) << name << "." << spec->name;
      ++tried;
    });
  }
  EXPECT_GE(tried, 5);
}

TEST(EveryElement, IsFullyDescribed) {
  for (const auto& name : element_names()) {
    GstElementFactory* const factory = gst_element_factory_find(name.c_str());
    for (const char* key : {GST_ELEMENT_METADATA_LONGNAME, GST_ELEMENT_METADATA_KLASS,
                            GST_ELEMENT_METADATA_DESCRIPTION, GST_ELEMENT_METADATA_AUTHOR})
      EXPECT_TRUE(gst_element_factory_get_metadata(factory, key)) << name << " " << key;
    EXPECT_EQ(gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory)), guint{GST_RANK_NONE});
    const std::string klass = gst_element_factory_get_metadata(factory, GST_ELEMENT_METADATA_KLASS);
    EXPECT_TRUE(klass.starts_with("Filter/") || klass.starts_with("Source/")) << klass;
    EXPECT_NE(klass.find("Video"), std::string::npos) << klass;
    EXPECT_GT(gst_element_factory_get_num_pad_templates(factory), 0u) << name;
    gst_object_unref(factory);
    const UniqueElement element = make(name);
    each_property(element.get(), [&](GParamSpec* spec) {
      EXPECT_STRNE(g_param_spec_get_nick(spec), spec->name) << name;  // what stands without one
      if (!G_IS_PARAM_SPEC_ENUM(spec)) return;
      const GEnumClass* const choices = G_PARAM_SPEC_ENUM(spec)->enum_class;
      for (guint i = 0; i < choices->n_values; ++i)
        EXPECT_GT(strlen(choices->values[i].value_name), 0u) << spec->name;
    });
  }
}

}  // namespace
}  // namespace gan::test
