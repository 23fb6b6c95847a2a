// SPDX-License-Identifier: LGPL-2.1-or-later
#include "gst-plugin/guard.h"

namespace gan {

void post_error(GstElement* element, ErrorKind kind, const std::string& text) noexcept {
  const char* const shown = text.c_str();
  const char* const debug = "";
  switch (kind) {
    case ErrorKind::kSettings:
      GST_ELEMENT_ERROR(element, RESOURCE, SETTINGS, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kNotFound:
      GST_ELEMENT_ERROR(element, RESOURCE, NOT_FOUND, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kUnreadable:
      GST_ELEMENT_ERROR(element, RESOURCE, OPEN_READ, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kUnwritable:
      GST_ELEMENT_ERROR(element, RESOURCE, OPEN_WRITE, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kWrongType:
      GST_ELEMENT_ERROR(element, STREAM, WRONG_TYPE, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kNoMemory:
      GST_ELEMENT_ERROR(element, RESOURCE, NO_SPACE_LEFT, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kUnavailable:
      GST_ELEMENT_ERROR(element, LIBRARY, INIT, ("%s", shown), ("%s", debug));
      break;
    case ErrorKind::kData:
    case ErrorKind::kNotFinite:
    case ErrorKind::kFailed:
      GST_ELEMENT_ERROR(element, STREAM, FAILED, ("%s", shown), ("%s", debug));
      break;
  }
}

void post_event(GstElement* element, const std::string& event, const std::string& text) noexcept {
  const char* const name = GST_OBJECT_NAME(gst_element_get_factory(element));
  gst_element_post_message(
      element,
      gst_message_new_element(GST_OBJECT(element),
                              gst_structure_new(name, "event", G_TYPE_STRING, event.c_str(), "text",
                                                G_TYPE_STRING, text.c_str(), nullptr)));
}

}  // namespace gan
