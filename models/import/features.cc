// SPDX-License-Identifier: LGPL-2.1-or-later
// torchvision's VGG, and MobileNet v2 by the names that its blocks have here.
#include "models/import/recognisers.h"

namespace gan::import {

std::optional<Recognised> mobilenet(const TensorFile& file) {
  if (!shape(file, "features.0.conv.weight", 4) || !shape(file, "features.1.depthwise.weight", 4))
    return {};
  int64_t last = 1;
  while (shape(file, "features." + text(last + 1) + ".project.weight", 4)) ++last;
  if (shape(file, "features." + text(last + 1) + ".conv.weight", 4)) ++last;
  Recognised found{"mobilenet", {{"last", text(last)}}, {}, "MobileNet v2, without its classifier"};
  for (const auto& entry : file.tensors)
    if (entry.name.starts_with("classifier.")) found.keys.ignored.insert(entry.name);
  return found;
}

std::optional<Recognised> vgg(const TensorFile& file) {
  const auto* first = shape(file, "features.0.weight", 4);
  if (!first || (*first)[1] != 3 || (*first)[2] != 3) return {};
  const auto has = [&](int64_t conv) {
    return shape(file, "features." + text(conv) + ".weight", 4) != nullptr;
  };
  const bool batch = shape(file, "features.1.weight", 1) != nullptr;
  const char* depth = nullptr;
  if (batch && has(40) && !has(49)) depth = "16_bn";
  if (!batch && has(28)) depth = has(34) ? "19" : "16";
  if (!depth) return {};
  Recognised found{"vgg",
                   {{"depth", depth}, {"features", text((*first)[0])}},
                   {},
                   std::string("VGG") + depth + " of torchvision, without its classifier"};
  for (const auto& entry : file.tensors)
    if (entry.name.starts_with("classifier.")) found.keys.ignored.insert(entry.name);
  return found;
}

}  // namespace gan::import
