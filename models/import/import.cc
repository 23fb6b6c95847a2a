// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/import/import.h"

#include <algorithm>
#include <cctype>
#include <tuple>

#include "core/error.h"
#include "models/import/architectures.h"
#include "models/import/by_place.h"

namespace gan {
namespace import {

std::string text(int64_t value) { return std::to_string(value); }

const std::vector<int64_t>* shape(const TensorFile& file, const std::string& name, size_t dims) {
  const TensorEntry* entry = file.find(name);
  if (!entry || entry->shape.size() != dims) return nullptr;
  // No real layer is larger, and products of such numbers do not overflow.
  const bool sound = std::ranges::all_of(
      entry->shape, [](int64_t side) { return side >= 1 && side <= int64_t{1} << 20; });
  return sound ? &entry->shape : nullptr;
}

int64_t count(const TensorFile& file, const std::string& before, const std::string& after) {
  int64_t number = 0;
  while (file.find(before + text(number) + after)) ++number;
  return number;
}

}  // namespace import

namespace {

using import::Architecture;
using import::Kind;

constexpr size_t kMaxCandidates = 32;
constexpr double kSureShare = 0.75;  // of the names of what is not meant for pictures of pictures

// Whether a whole word of it says that the weights are averages.
bool is_average(std::string_view prefix) {
  std::string word;
  for (size_t i = 0; i <= prefix.size(); ++i) {
    const auto c = static_cast<unsigned char>(i < prefix.size() ? prefix[i] : '.');
    if (std::isalnum(c)) {
      word += static_cast<char>(std::tolower(c));
      continue;
    }
    if (word == "ema" || word == "averaged" || word == "swa") return true;
    word.clear();
  }
  return false;
}

// What stands before `key` in a name, "" or ending in '.'; false where the name is another's.
bool stands_before(const std::string& name, std::string_view key, std::string& prefix) {
  if (!name.ends_with(key)) return false;
  prefix = name.substr(0, name.size() - key.size());
  return prefix.empty() || prefix.ends_with('.');
}

std::vector<std::string> missing_keys(const TensorFile& file, const Architecture& architecture,
                                      const std::string& prefix) {
  std::vector<std::string> missing;
  for (const auto key : architecture.keys)
    if (!key.empty() && !file.find(prefix + std::string(key)))
      missing.push_back(prefix + std::string(key));
  return missing;
}

// In brackets: what stands beside the tensors, and the first of them.
std::string what_it_holds(const TensorFile& file) {
  std::string names;
  for (size_t i = 0; i < file.tensors.size() && i < 6; ++i)
    names += (i ? ", " : "") + file.tensors[i].name.substr(0, 80);
  const bool beside = !file.outline.empty() && !file.tensors.empty() &&
                      file.outline.find(file.tensors[0].name.substr(0, 40)) == std::string::npos;
  return concat(" (it holds ", beside ? file.outline + "; " : "", file.tensors.size(),
                file.tensors.size() == 1 ? " tensor: " : " tensors: ", names,
                file.tensors.size() > 6 ? ", ..." : "", ")");
}

struct Ranked {
  Kind kind;
  bool average;
  Candidate candidate;
};

}  // namespace

std::vector<Candidate> recognise(const TensorFile& file) {
  if (const auto named = import::named_by_place(file)) {
    auto candidates = recognise(named->tensors);
    if (!named->left_out.empty())
      for (auto& candidate : candidates) candidate.network.origin += " without " + named->left_out;
    return candidates;
  }
  std::vector<Ranked> found;
  std::set<std::string> taken;
  for (const Architecture& architecture : import::architectures()) {
    std::string prefix;
    for (const auto& entry : file.tensors) {
      if (!stands_before(entry.name, architecture.keys[0], prefix) || taken.contains(prefix) ||
          !missing_keys(file, architecture, prefix).empty())
        continue;
      TensorFile part = under(file, prefix);
      // Small pieces of a stranger's network may look like a whole one of ours.
      if (architecture.kind != Kind::kPicture && 3 * part.tensors.size() < file.tensors.size())
        continue;
      auto network = architecture.recognise(part);
      if (!network) continue;
      taken.insert(prefix);
      found.push_back(
          {architecture.kind, is_average(prefix), {std::move(part), std::move(*network)}});
      if (found.size() >= kMaxCandidates) break;
    }
    if (found.size() >= kMaxCandidates) break;
  }
  std::ranges::stable_sort(found, {}, [](const Ranked& ranked) {
    const auto& prefix = ranked.candidate.tensors.unwrapped;
    return std::tuple(ranked.kind, !ranked.average, std::ranges::count(prefix, '.'),
                      !prefix.empty());
  });
  std::vector<Candidate> candidates;
  for (auto& ranked : found) candidates.push_back(std::move(ranked.candidate));
  return candidates;
}

std::string unknown_architecture(const TensorFile& file) {
  const std::string holds = what_it_holds(file);
  const std::string said =
      concat("a ", file.container, file.container == "safetensors" ? " file" : "",
             " with weights of an architecture that is not known here");

  double best = 0.5;
  const Architecture* nearest = nullptr;
  std::vector<std::string> lacks;
  for (const Architecture& architecture : import::architectures()) {
    std::string prefix;
    std::set<std::string> tried;
    const auto wanted = static_cast<double>(
        std::ranges::count_if(architecture.keys, [](auto key) { return !key.empty(); }));
    for (const auto key : architecture.keys)
      for (const auto& entry : file.tensors) {
        if (key.empty() || !stands_before(entry.name, key, prefix) ||
            !tried.insert(prefix).second || tried.size() > kMaxCandidates)
          continue;
        auto missing = missing_keys(file, architecture, prefix);
        const double share = 1 - static_cast<double>(missing.size()) / wanted;
        if (share <= best || (architecture.kind != Kind::kPicture && share < kSureShare)) continue;
        best = share;
        nearest = &architecture;
        lacks = std::move(missing);
      }
  }
  // "model-00001-of-00002.safetensors"
  if (file.source->name().find("-of-0") != std::string::npos)
    return said + "; it is a piece of several: name the .safetensors.index.json beside it" + holds;
  if (!nearest) return said + "; gan-train list names the known ones" + holds;
  std::string missing;
  for (size_t i = 0; i < lacks.size() && i < 4; ++i) missing += (i ? ", " : "") + lacks[i];
  return concat(
      said, "; nearest is ", nearest->title, ", of which ",
      lacks.empty() ? "other layers are missing or have other shapes" : "it lacks " + missing,
      holds);
}

}  // namespace gan
