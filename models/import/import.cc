// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/import/import.h"

#include <algorithm>

#include "core/error.h"
#include "models/import/recognisers.h"

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

}  // namespace import

Recognised recognise(const TensorFile& file) {
  using namespace import;
  for (const auto recogniser :
       {rrdbnet, compact, unet_sn, vgg_style, unet, resnet, patchgan, pixel, dped, dcgan,
        dcgan_discriminator, mlpgan, stylegan2, mobilenet, vgg})
    if (auto found = recogniser(file)) return *found;
  std::string keys;
  for (size_t i = 0; i < file.tensors.size() && i < 6; ++i)
    keys += (i ? ", " : "") + file.tensors[i].name.substr(0, 80);
  fail(ErrorKind::kWrongType, file.source->name(), ": a ", file.container,
       " with weights of an architecture that is not known here (", file.tensors.size(),
       " tensors: ", keys, file.tensors.size() > 6 ? ", ..." : "", ")");
}

}  // namespace gan
