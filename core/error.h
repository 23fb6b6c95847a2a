// SPDX-License-Identifier: LGPL-2.1-or-later
// The one exception of the project and the one way to throw it.
//
//   check(scale == 2 || scale == 4, ErrorKind::kSettings, "scale must be 2 or 4, got ", scale);
//
// The text is what the user reads, so it states the rule first and the offending value after it.
#pragma once

#include <source_location>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace gan {

// What went wrong, as far as the edges of the program must tell it apart: the elements map it to a
// GStreamer error domain, gan-train to an exit status.
enum class ErrorKind {
  kFailed,       // everything else
  kSettings,     // an option or property outside what is allowed
  kNotFound,     // a file or folder that is not there
  kUnreadable,   // a file that cannot be read (permissions, I/O)
  kUnwritable,   // a file or folder that cannot be written (permissions, disk full, I/O)
  kWrongType,    // a file that is damaged, hostile or not of a kind we know
  kData,         // training data that cannot be used
  kNoMemory,     // out of memory on the host or the device
  kNotFinite,    // NaN or infinity where a number was expected
  kUnavailable,  // a device or library that this machine does not have
  kInterrupted,  // given up because somebody asked for it
};

// A kind, and where in the sources it was named: an ErrorKind becomes one by itself.
struct Fault {
  Fault(ErrorKind of_kind, std::source_location at = std::source_location::current())
      : kind(of_kind), place(at) {}
  ErrorKind kind;
  std::source_location place;
};

class Error : public std::runtime_error {
 public:
  Error(const Fault& fault, const std::string& text) : std::runtime_error(text), fault_(fault) {}
  ErrorKind kind() const { return fault_.kind; }
  const std::source_location& place() const { return fault_.place; }

 private:
  Fault fault_;
};

// Streams all parts into one string.
template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream text;
  (text << ... << parts);
  return text.str();
}

template <class... Parts>
[[noreturn]] void fail(const Fault& fault, const Parts&... parts) {
  throw Error(fault, concat(parts...));
}

template <class... Parts>
void check(bool holds, const Fault& fault, const Parts&... parts) {
  if (!holds) [[unlikely]]
    fail(fault, parts...);
}

}  // namespace gan
