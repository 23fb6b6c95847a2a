// SPDX-License-Identifier: LGPL-2.1-or-later
// One function an architecture: what a file of it holds, or nothing when it is another's. A file
// that looks right but lacks tensors is refused later, when its weights are read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/import/import.h"

namespace gan::import {

// Shape of a tensor that must have `dims` dimensions, each 1 to 2^20; nullptr when it is absent or
// differs.
const std::vector<int64_t>* shape(const TensorFile& file, const std::string& name, size_t dims);
std::string text(int64_t value);

std::optional<Recognised> compact(const TensorFile& file);
std::optional<Recognised> rrdbnet(const TensorFile& file);
std::optional<Recognised> unet_sn(const TensorFile& file);
std::optional<Recognised> vgg_style(const TensorFile& file);

std::optional<Recognised> unet(const TensorFile& file);
std::optional<Recognised> resnet(const TensorFile& file);
std::optional<Recognised> patchgan(const TensorFile& file);
std::optional<Recognised> pixel(const TensorFile& file);
std::optional<Recognised> dped(const TensorFile& file);

std::optional<Recognised> dcgan(const TensorFile& file);
std::optional<Recognised> dcgan_discriminator(const TensorFile& file);
std::optional<Recognised> mlpgan(const TensorFile& file);
std::optional<Recognised> stylegan2(const TensorFile& file);

std::optional<Recognised> mobilenet(const TensorFile& file);
std::optional<Recognised> vgg(const TensorFile& file);

}  // namespace gan::import
