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
// How many tensors before + N + after there are, from N = 0 on without a gap.
int64_t count(const TensorFile& file, const std::string& before, const std::string& after);

// Whole square root, or 0.
int64_t whole_root(int64_t square);
// Of the rows of a convolution before a pixel shuffle: channels and scale; 0 where none fit.
struct Shuffled {
  int64_t channels, scale;
};
Shuffled shuffled(int64_t rows, int64_t likely_channels);
// By convolutions and pixel shuffles named convs + "0.weight", "2.weight", ..; 0 where it is none.
int64_t enlargement(const TensorFile& file, const std::string& convs);
const char* flag(bool value);

std::optional<Recognised> compact(const TensorFile& file);
std::optional<Recognised> rrdbnet(const TensorFile& file);
std::optional<Recognised> unet_sn(const TensorFile& file);
std::optional<Recognised> vgg_style(const TensorFile& file);

std::optional<Recognised> span(const TensorFile& file);
std::optional<Recognised> plksr(const TensorFile& file);
std::optional<Recognised> rcan(const TensorFile& file);
std::optional<Recognised> mosr(const TensorFile& file);
std::optional<Recognised> realcugan(const TensorFile& file);
std::optional<Recognised> safmn(const TensorFile& file);

std::optional<Recognised> swinir(const TensorFile& file);
std::optional<Recognised> hat(const TensorFile& file);
std::optional<Recognised> srformer(const TensorFile& file);
std::optional<Recognised> drct(const TensorFile& file);
std::optional<Recognised> atd(const TensorFile& file);
std::optional<Recognised> dat(const TensorFile& file);
std::optional<Recognised> rgt(const TensorFile& file);
std::optional<Recognised> omnisr(const TensorFile& file);

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
