// SPDX-License-Identifier: LGPL-2.1-or-later
// Checkpoints that are part of the library.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoint/tensor_file.h"
#include "core/picture.h"

namespace gan {

struct BuiltinModel {
  std::string_view name;      // what users write
  std::string_view resource;  // its file in models/builtin
  std::string_view element;   // that plays it; empty: none
  std::string_view summary;
};

const std::vector<BuiltinModel>& builtin_models();

// What enhancegan and latentwalk play without the property model.
constexpr const char* kDefaultEnhancer = "x2";
constexpr const char* kDefaultGenerator = "emoji";

// A photograph of 256x256 pixels, RGB in [0, 1], to try networks on: an osprey on a branch.
Picture builtin_photograph();

// "" is the default enhancer, a built-in name is that model, "builtin:NAME" too; anything else is a
// path. Throws Error(kNotFound) where there is no such file, naming the built-in models that
// `element` plays; empty: all.
TensorFile open_model(const std::string& name_or_path, std::string_view element = {});

}  // namespace gan
