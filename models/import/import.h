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
  std::string origin;  // for people: "Real-ESRGAN SRVGGNetCompact"
};

// Throws Error(kWrongType) that lists some of the file's keys when nothing fits.
Recognised recognise(const TensorFile& file);

}  // namespace gan
