// SPDX-License-Identifier: LGPL-2.1-or-later
// The bridge over which no exception passes, and the only `try` of the plugin.
#pragma once

#include <gst/gst.h>

#include <new>
#include <optional>
#include <string>

#include "core/error.h"

namespace gan {

// Posts one GST_ELEMENT_ERROR in the domain that fits the kind.
void post_error(GstElement* element, ErrorKind kind, const std::string& text) noexcept;

// Posts an element message named after the element's factory, with the fields event and text.
void post_event(GstElement* element, const std::string& event, const std::string& text) noexcept;

struct Failure {
  ErrorKind kind = ErrorKind::kFailed;
  std::string text;
};

// Runs `body`; what it throws is returned.
template <class Body>
std::optional<Failure> failure_of(const Body& body) noexcept {
  try {
    body();
    return std::nullopt;
  } catch (const Error& error) {
    return Failure{error.kind(), error.what()};
  } catch (const std::bad_alloc&) {
    return Failure{ErrorKind::kNoMemory, "out of memory"};
  } catch (const std::exception& error) {
    std::string text = error.what();  // LibTorch's: the part before the stack trace
    text = text.substr(0, text.find("\nException raised from"));
    const bool memory = text.find("out of memory") != std::string::npos;
    return Failure{memory ? ErrorKind::kNoMemory : ErrorKind::kFailed, text};
  } catch (...) {
    return Failure{ErrorKind::kFailed, "unknown exception"};
  }
}

// Runs `body` and returns its result; an exception becomes one error message on the bus and the
// result `failure`. The caller must hold no object lock.
template <class Result, class Body>
Result guard(gpointer element, Result failure, const Body& body) noexcept {
  const auto failed = failure_of([&] { failure = body(); });
  if (failed) post_error(GST_ELEMENT(element), failed->kind, failed->text);
  return failure;
}

}  // namespace gan
