// SPDX-License-Identifier: LGPL-2.1-or-later
// What a checkpoint holds, found out before any tensor is read: by the metadata of our own, by the
// keys and shapes of others' (models/import).
#pragma once

#include <exception>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/error.h"
#include "models/import/import.h"

namespace gan {

struct Contents {
  TensorFile tensors;   // of the network alone
  std::string network;  // line of models/table
  OptionValues options;
  KeyMap keys;
  std::string what;                             // for errors: "network compact"
  std::string origin;                           // for people, see LoadedNetwork
  std::map<std::string, std::string> metadata;  // of our own files
  std::vector<std::string> assumed;             // options that the file does not tell

  // A network's tensor by the module's name; null where the file lacks it.
  const TensorEntry* find(const std::string& name) const;
  // Throws Error(kWrongType) that lists what the file lacks of these and what it has besides.
  void check_names(const std::vector<std::string>& names) const;
  // Most bytes that a network may take that fits the file.
  uint64_t memory() const;
};

// The networks that a file seems to hold, the best first. Throws Error(kWrongType) where there is
// none.
std::vector<Contents> contents_of(const TensorFile& file);

// As a file's metadata tell it; empty: they do not.
std::string licence_of(const TensorFile& file);

inline constexpr const char* kFormatVersion = "1";  // of our own files

// The first of the candidates that loads and whose numbers are finite; where none is, the first
// that loads. load(contents) returns a pointer to what is loaded, whose member `origin` then tells
// what was passed over, or throws Error. Throws the first error where nothing loads.
template <class Load, class IsFinite>
auto load_best(const std::vector<Contents>& candidates, const Load& load,
               const IsFinite& is_finite) {
  decltype(load(candidates[0])) chosen = {};
  std::optional<Error> first_error;
  std::string passed;
  bool finite = false;
  for (const Contents& candidate : candidates) {
    const std::string& name = candidate.tensors.unwrapped;
    const auto pass_over = [&](const char* why) {
      passed += concat(passed.empty() ? "" : ", ", name.empty() ? "the top" : name, why);
    };
    if (finite) {
      pass_over("");
      continue;
    }
    try {
      auto loaded = load(candidate);
      finite = is_finite(*loaded);
      if (chosen && !finite) continue;
      if (chosen) passed = concat("not finite: ", chosen->origin);
      chosen = std::move(loaded);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted) std::rethrow_exception(std::current_exception());
      if (!first_error) first_error = error;
      pass_over(" (does not fit)");
    }
  }
  if (!chosen) fail(first_error->kind(), first_error->what());
  if (!passed.empty()) chosen->origin += " (passed over: " + passed + ")";
  return chosen;
}

}  // namespace gan
