// SPDX-License-Identifier: LGPL-2.1-or-later
// Codes with names, and the JSON files that hold them:
//
//   { "man": 17, "smile": [0.25, -1.5, ...] }
//
// A whole number is a seed, a list holds the code itself. Names are [A-Za-z_][A-Za-z0-9_]*.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/latent.h"

namespace gan {

struct NamedCode {
  Code code;
  std::optional<uint32_t> seed;  // that the code is of
};
using NamedCodes = std::map<std::string, NamedCode, std::less<>>;

bool is_vector_name(std::string_view text);
size_t vector_name_length(std::string_view text);  // of the name that text begins with; 0: of none

// Throws Error: kNotFound and kUnreadable for the file, kWrongType that names the vector and what
// is wrong with it, also when a list has not `length` numbers.
NamedCodes read_vectors(const std::string& path, int length);

// Those with a seed are written as seeds. Throws Error(kUnwritable).
void write_vectors(const std::string& path, const NamedCodes& vectors);

}  // namespace gan
