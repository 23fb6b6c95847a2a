// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/contents.h"

#include <algorithm>
#include <set>

namespace gan {
namespace {

// A few names and how many more there are.
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < 5; ++i) text += (i ? ", " : "") + names[i];
  return names.size() > 5 ? text + concat(" and ", names.size() - 5, " more") : text;
}

// Running statistics count batches; files from before PyTorch 0.4.1 lack the counter.
bool optional_name(const std::string& name) { return name.ends_with("num_batches_tracked"); }

// What training leaves beside the weights: counters, masks and indices.
bool is_bookkeeping(const TensorEntry& entry) {
  const std::string_view name = entry.name;
  return optional_name(entry.name) || name.ends_with("total_ops") ||
         name.ends_with("total_params") || name.ends_with("n_averaged") ||
         name.find("attn_mask") != std::string_view::npos || !is_floating(entry.dtype) ||
         entry.numel() == 0;
}

const std::string& key_of(const KeyMap& keys, const std::string& name) {
  const auto mapped = keys.find(name);
  return mapped == keys.end() ? name : mapped->second;
}

Contents native(const TensorFile& file) {
  const auto& what = file.source->name();
  const auto& version = file.metadata.at("gan.format");
  check(version == kFormatVersion, ErrorKind::kWrongType, what, ": checkpoint format ", version,
        " is not known; this build reads format ", kFormatVersion);
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata.find(key);
    check(found != file.metadata.end(), ErrorKind::kWrongType, what, ": metadata lacks \"", key,
          "\"");
    return found->second;
  };
  const std::string network = text("gan.network");
  return {file,
          network,
          options_from_json(text("gan.options"), what),
          {},
          concat("network ", network),
          file.container,
          file.metadata,
          {}};
}

}  // namespace

const TensorEntry* Contents::find(const std::string& name) const {
  return tensors.find(key_of(keys, name));
}

void Contents::check_names(const std::vector<std::string>& names) const {
  std::vector<std::string> missing, unexpected;
  std::set<std::string_view> wanted;
  for (const std::string& name : names) {
    const std::string& key = key_of(keys, name);
    if (tensors.find(key))
      wanted.insert(key);
    else if (!optional_name(name))
      missing.push_back(key);
  }
  for (const auto& entry : tensors.tensors)
    if (!wanted.contains(entry.name) && !is_bookkeeping(entry) &&
        !keys.contains_ignored(entry.name))
      unexpected.push_back(entry.name);
  const std::string extra =
      concat("has tensors that do not belong to ", what, ": ", listed(unexpected));
  check(missing.empty(), ErrorKind::kWrongType, tensors.source->name(), ": lacks tensors of ", what,
        ": ", listed(missing), unexpected.empty() ? "" : "; " + extra);
  check(unexpected.empty(), ErrorKind::kWrongType, tensors.source->name(), ": ", extra);
}

// A stranger's file may describe a network of any size.
uint64_t Contents::memory() const {
  uint64_t bytes = 0;
  for (const auto& entry : tensors.tensors)
    bytes += static_cast<uint64_t>(entry.extent()) * item_size(Dtype::kF32);
  // Tensors may share bytes; one byte of a file makes a float at most.
  bytes = std::min(bytes, tensors.source->size() * item_size(Dtype::kF32));
  return 4 * bytes + (64 << 20);
}

std::vector<Contents> contents_of(const TensorFile& file) {
  if (file.metadata.contains("gan.format")) return {native(file)};
  std::vector<Contents> all;
  for (Candidate& candidate : recognise(file)) {
    Recognised& found = candidate.network;
    std::string origin = file.container;
    if (const auto& under = candidate.tensors.unwrapped; !under.empty())
      origin += ", under " + under;
    origin += ", " + found.origin;
    all.push_back({std::move(candidate.tensors),
                   found.network,
                   found.options,
                   std::move(found.keys),
                   found.origin,
                   std::move(origin),
                   {},
                   found.assumed});
  }
  check(!all.empty(), ErrorKind::kWrongType, file.source->name(), ": ", unknown_architecture(file));
  return all;
}

std::string licence_of(const TensorFile& file) {
  for (const char* key : {"gan.licence", "modelspec.license", "license"})
    if (const auto found = file.metadata.find(key); found != file.metadata.end())
      return found->second;
  return "";
}

}  // namespace gan
