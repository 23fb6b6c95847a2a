// SPDX-License-Identifier: LGPL-2.1-or-later
#include "pipelines/element_line.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>

#include <filesystem>
#include <optional>

namespace gan {
namespace {

constexpr int kInside = 4;  // enough that the element never waits

std::string owned(gchar* text) {
  std::string copy = text ? text : "";
  g_free(text);
  return copy;
}

bool element_is_there() {
  GstElementFactory* const factory = gst_element_factory_find("enhancegan");
  if (factory) gst_object_unref(factory);
  return factory;
}

ErrorKind kind_of(const GError& error) {
  if (error.domain == GST_RESOURCE_ERROR && error.code == GST_RESOURCE_ERROR_NOT_FOUND)
    return ErrorKind::kNotFound;
  if (error.domain == GST_LIBRARY_ERROR && error.code == GST_LIBRARY_ERROR_SETTINGS)
    return ErrorKind::kSettings;
  return ErrorKind::kFailed;
}

const char* kind_of(GType type) {
  if (type == G_TYPE_BOOLEAN) return "true or false";
  if (g_type_is_a(type, G_TYPE_ENUM)) return "one of its words (gst-inspect-1.0 lists them)";
  return "a number";
}

}  // namespace

void find_plugin() {
  GError* error = nullptr;
  if (!gst_init_check(nullptr, nullptr, &error)) {
    const std::string why = error ? error->message : "";
    g_clear_error(&error);
    fail(ErrorKind::kUnavailable, "GStreamer cannot start: ", why);
  }
  std::error_code why;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", why).parent_path();
  // As built, as installed, as installed and moved.
  const std::string folders[] = {(program.parent_path() / "gst-plugin").string(), GAN_PLUGIN_DIR,
                                 (program.parent_path() / GAN_PLUGIN_SUBDIR).string()};
  for (const std::string& folder : folders) {
    if (element_is_there()) return;
    if (std::filesystem::exists(folder + "/libgstgan.so", why))
      gst_registry_scan_path(gst_registry_get(), folder.c_str());
  }
  check(element_is_there(), ErrorKind::kUnavailable,
        "the element enhancegan is not there: neither where GStreamer looks, nor in ", folders[0],
        " or ", folders[1], "; GST_PLUGIN_PATH may name its folder");
}

void set_property(GstElement* element, const std::string& assignment) {
  const size_t equals = assignment.find('=');
  check(equals != std::string::npos && equals > 0, ErrorKind::kSettings,
        "wants PROPERTY=VALUE, got \"", assignment, "\"");
  const std::string name = assignment.substr(0, equals), text = assignment.substr(equals + 1);
  const char* const factory = GST_OBJECT_NAME(gst_element_get_factory(element));
  GParamSpec* const spec = g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
  check(spec && spec->flags & G_PARAM_WRITABLE, ErrorKind::kSettings, factory,
        " has no property \"", name, "\" that can be set; gst-inspect-1.0 ", factory,
        " lists them");
  GValue value = G_VALUE_INIT;
  g_value_init(&value, spec->value_type);
  const bool understood = G_VALUE_HOLDS_STRING(&value)
                              ? (g_value_set_string(&value, text.c_str()), true)
                              : gst_value_deserialize(&value, text.c_str());
  const bool changed = understood && g_param_value_validate(spec, &value);
  if (understood && !changed) g_object_set_property(G_OBJECT(element), name.c_str(), &value);
  g_value_unset(&value);
  check(understood, ErrorKind::kSettings, factory, ": ", name, " wants ", kind_of(spec->value_type),
        ", got \"", text, "\"");
  check(!changed, ErrorKind::kSettings, factory, ": ", name, "=", text,
        " is out of range; gst-inspect-1.0 ", factory, " shows it");
}

UniqueMessage next_message(GstElement* pipeline, int types, GstClockTime wait) {
  GstBus* const bus = gst_element_get_bus(pipeline);
  UniqueMessage message(gst_bus_timed_pop_filtered(bus, wait, static_cast<GstMessageType>(types)));
  gst_object_unref(bus);
  return message;
}

void hear(GstMessage& message, const std::function<void(const std::string&)>& say) {
  GError* error = nullptr;
  if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_ERROR)
    gst_message_parse_error(&message, &error, nullptr);
  else if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_WARNING)
    gst_message_parse_warning(&message, &error, nullptr);
  const std::string said = error ? error->message : "";
  const ErrorKind kind = error ? kind_of(*error) : ErrorKind::kFailed;
  g_clear_error(&error);
  if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_ERROR) fail(kind, said);
  if (GST_MESSAGE_TYPE(&message) == GST_MESSAGE_WARNING) {
    say(said);
  } else if (const GstStructure* event = gst_message_get_structure(&message)) {
    if (const char* text = gst_structure_get_string(event, "text")) say(text);
  }
}

ElementLine::ElementLine(const std::string& element, const std::vector<std::string>& properties,
                         std::function<void(const std::string&)> say, const std::atomic<bool>* stop)
    : say_(std::move(say)), stop_(stop), station_(element), pipeline_(gst_pipeline_new(nullptr)) {
  const auto add = [&](const char* factory) {
    GstElement* const made = gst_element_factory_make(factory, nullptr);
    check(made, ErrorKind::kUnavailable, "GStreamer's element ", factory, " is not there");
    gst_bin_add(GST_BIN(pipeline_.get()), made);
    return made;
  };
  source_ = add("appsrc");
  element_ = add(element.c_str());
  sink_ = add("appsink");
  for (const std::string& each : properties) set_property(element_, each);
  g_object_set(source_, "format", GST_FORMAT_TIME, nullptr);
  gst_app_src_set_max_bytes(GST_APP_SRC(source_), 0);
  g_object_set(sink_, "sync", FALSE, "max-buffers", 0, "enable-last-sample", FALSE, nullptr);
  check(gst_element_link_many(source_, element_, sink_, nullptr), ErrorKind::kFailed, element,
        " cannot be linked");
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  heed();
}

ElementLine::~ElementLine() = default;

void ElementLine::heed() {
  while (const UniqueMessage message = next_message(
             pipeline_.get(), GST_MESSAGE_ERROR | GST_MESSAGE_WARNING | GST_MESSAGE_ELEMENT, 0))
    hear(*message, say_);
  check(!cancelled_ && !(stop_ && *stop_), ErrorKind::kInterrupted, "interrupted");
}

void ElementLine::put(UniqueBuffer buffer, const GstCaps& caps) {
  {
    std::unique_lock lock(mutex_);
    while (!taken_.wait_for(lock, std::chrono::milliseconds(200),
                            [&] { return inside_ < kInside || cancelled_; }))
      heed();
  }
  heed();
  ++inside_;
  gst_app_src_set_caps(GST_APP_SRC(source_), &caps);
  gst_app_src_push_buffer(GST_APP_SRC(source_), buffer.release());
}

void ElementLine::end() { gst_app_src_end_of_stream(GST_APP_SRC(source_)); }

UniqueSample ElementLine::take() {
  std::optional<Station::Work> work;
  while (true) {
    if (inside_ > 0 && !work) work.emplace(station_);
    GstSample* const sample = gst_app_sink_try_pull_sample(GST_APP_SINK(sink_), GST_SECOND / 5);
    heed();
    if (!sample) {
      if (gst_app_sink_is_eos(GST_APP_SINK(sink_))) return nullptr;
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      --inside_;
    }
    taken_.notify_one();
    return UniqueSample(sample);
  }
}

void ElementLine::cancel() {
  cancelled_ = true;
  taken_.notify_all();
}

std::string ElementLine::chosen(const char* property) const {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element_), property) ? stat(property) : "";
}

std::string ElementLine::stat(const char* field) const {
  GstStructure* stats = nullptr;
  g_object_get(element_, "stats", &stats, nullptr);
  if (!stats) return "";
  const GValue* const value = gst_structure_get_value(stats, field);
  std::string text;
  if (value && G_VALUE_HOLDS_STRING(value))
    text = g_value_get_string(value);
  else if (value)
    text = owned(gst_value_serialize(value));
  gst_structure_free(stats);
  return text;
}

}  // namespace gan
