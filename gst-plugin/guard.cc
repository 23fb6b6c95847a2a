// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/guard.h"

namespace gan {
namespace {

struct Domain {
  GQuark domain;
  gint code;
};

Domain domain_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kSettings: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS};
    case ErrorKind::kNotFound: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND};
    case ErrorKind::kUnreadable: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_READ};
    case ErrorKind::kUnwritable: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE};
    case ErrorKind::kWrongType: return {GST_STREAM_ERROR, GST_STREAM_ERROR_WRONG_TYPE};
    case ErrorKind::kNoMemory: return {GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT};
    case ErrorKind::kUnavailable: return {GST_LIBRARY_ERROR, GST_LIBRARY_ERROR_INIT};
    case ErrorKind::kData:
    case ErrorKind::kNotFinite:
    case ErrorKind::kInterrupted:
    case ErrorKind::kFailed: break;
  }
  return {GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED};
}

void post(GstElement* element, GstMessageType type, const Failure& failure) {
  if (failure.fault.kind == ErrorKind::kInterrupted) return;
  const auto [domain, code] = domain_of(failure.fault.kind);
  const std::source_location& place = failure.fault.place;
  gst_element_message_full(element, type, domain, code, g_strdup(failure.text.c_str()),
                           failure.detail.empty() ? nullptr : g_strdup(failure.detail.c_str()),
                           place.file_name(), place.function_name(),
                           static_cast<gint>(place.line()));
}

}  // namespace

void post_error(GstElement* element, const Failure& failure) noexcept {
  post(element, GST_MESSAGE_ERROR, failure);
}

void post_warning(GstElement* element, const Failure& failure) noexcept {
  post(element, GST_MESSAGE_WARNING, failure);
}

void post_event(GstElement* element, const EngineEvent& event) noexcept {
  GstStructure* const fields =
      gst_structure_new(GST_OBJECT_NAME(gst_element_get_factory(element)), "event", G_TYPE_STRING,
                        event.name.c_str(), "text", G_TYPE_STRING, event.text.c_str(), nullptr);
  for (const auto& [name, value] : event.fields) {
    if (const auto* const number = std::get_if<int>(&value))
      gst_structure_set(fields, name.c_str(), G_TYPE_INT, *number, nullptr);
    else
      gst_structure_set(fields, name.c_str(), G_TYPE_STRING, std::get<std::string>(value).c_str(),
                        nullptr);
  }
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), fields));
}

}  // namespace gan
