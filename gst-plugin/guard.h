// SPDX-License-Identifier: LGPL-2.1-or-later
// The bridge over which no exception passes, and the only `try` of the plugin.
#pragma once

#include <gst/gst.h>

#include <new>
#include <string>

#include "core/error.h"

namespace gan {

// Posts one GST_ELEMENT_ERROR in the domain that fits the kind.
void post_error(GstElement* element, ErrorKind kind, const std::string& text) noexcept;

// Runs `body` and returns its result; an exception becomes one error message on the bus and the
// result `failure`. The caller must hold no object lock.
template <class Result, class Body>
Result guard(gpointer element, Result failure, const Body& body) noexcept {
  ErrorKind kind = ErrorKind::kFailed;
  std::string text;
  try {
    return body();
  } catch (const Error& error) {
    kind = error.kind();
    text = error.what();
  } catch (const std::bad_alloc&) {
    kind = ErrorKind::kNoMemory;
    text = "out of memory";
  } catch (const std::exception& error) {
    text = error.what();  // LibTorch's: the part before the stack trace
    text = text.substr(0, text.find("\nException raised from"));
    if (text.find("out of memory") != std::string::npos) kind = ErrorKind::kNoMemory;
  } catch (...) {
    text = "unknown exception";
  }
  post_error(GST_ELEMENT(element), kind, text);
  return failure;
}

}  // namespace gan
