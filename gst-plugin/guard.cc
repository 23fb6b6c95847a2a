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

}  // namespace gan
