// SPDX-License-Identifier: LGPL-2.1-or-later
// How the official weights of other projects map onto ours: architecture and scale are recognised
// from names and shapes of the tensors, never asked from the user.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/checkpoint/tensor_file.h"
#include "core/options.h"

namespace gan {

// Our tensor name -> the file's, where they differ; and tensors of the file to leave out.
class KeyMap : public std::map<std::string, std::string> {
 public:
  std::set<std::string> ignored;
  bool contains_ignored(const std::string& name) const { return ignored.contains(name); }
};

struct Recognised {
  std::string network;  // line of models/table
  OptionValues options;
  KeyMap keys;
  std::string origin;  // for people: "SRVGGNetCompact of Real-ESRGAN"
  // Options that no tensor tells, as they are taken to be: "mean"
  std::vector<std::string> assumed = {};
};

struct Candidate {
  TensorFile tensors;  // those of the network, without what stands before its names
  Recognised network;
};

// What a file seems to hold, whatever dicts and prefixes stand before the names. The best first:
// networks that make pictures of pictures, then other generators, then the rest; averaged weights
// (EMA) before others; then those with the least before their names. Empty where nothing fits.
// Whether all tensors are there and of the right shape, loading tells.
std::vector<Candidate> recognise(const TensorFile& file);

// What there is to say of a file in which nothing was recognised, after its name: its kind, keys,
// first tensors, and the known architecture whose names are nearest, with those that it lacks.
std::string unknown_architecture(const TensorFile& file);

}  // namespace gan
