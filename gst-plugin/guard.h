// SPDX-License-Identifier: LGPL-2.1-or-later
// The bridge over which no exception passes, and the only `try` of the plugin; what elements say on
// the bus.
#pragma once

#include <gst/gst.h>

#include <new>
#include <optional>
#include <string>

#include "core/engine.h"
#include "core/error.h"

namespace gan {

struct Failure {
  Fault fault = ErrorKind::kFailed;
  std::string text;
  std::string detail;  // for developers; may be empty
};

// Posts one error, or a warning, in the domain that fits the kind, from the place that failed. What
// was interrupted is no error.
void post_error(GstElement* element, const Failure& failure) noexcept;
void post_warning(GstElement* element, const Failure& failure) noexcept;

// Posts an element message named after the element's factory, with the fields event and text and
// those of the event.
void post_event(GstElement* element, const EngineEvent& event) noexcept;

// Runs `body`; what it throws is returned.
template <class Body>
std::optional<Failure> failure_of(const Body& body) noexcept {
  try {
    body();
    return std::nullopt;
  } catch (const Error& error) {
    return Failure{Fault(error.kind(), error.place()), error.what(), ""};
  } catch (const std::bad_alloc&) {
    return Failure{ErrorKind::kNoMemory, "out of memory", ""};
  } catch (const std::exception& error) {
    const std::string all = error.what();  // LibTorch's: a text, then where, then a stack trace
    const size_t where = all.find("\nException raised from");
    const std::string text = all.substr(0, where);
    const bool memory = text.find("out of memory") != std::string::npos;
    return Failure{memory ? ErrorKind::kNoMemory : ErrorKind::kFailed, text,
                   where == std::string::npos ? "" : all.substr(where + 1, 200)};
  } catch (...) {
    return Failure{ErrorKind::kFailed, "unknown exception", ""};
  }
}

// Runs `body` and returns its result; an exception becomes one error message on the bus and the
// result `failure`. The caller must hold no object lock.
template <class Result, class Body>
Result guard(gpointer element, Result failure, const Body& body) noexcept {
  const auto failed = failure_of([&] { failure = body(); });
  if (failed) post_error(GST_ELEMENT(element), *failed);
  return failure;
}

}  // namespace gan
