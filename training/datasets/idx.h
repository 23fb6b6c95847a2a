// SPDX-License-Identifier: LGPL-2.1-or-later
// IDX files, the format of MNIST and Fashion-MNIST, plain or gzipped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/picture.h"

namespace gan::training {

struct IdxImages {
  int64_t count = 0;
  Size size;
  std::vector<uint8_t> pixels;  // count pictures of size.area() bytes
};
// Throw Error(kUnreadable) or Error(kData) that names the file and what is wrong: missing, the
// magic number (2051 images, 2049 labels), the sizes, the length.
IdxImages read_idx_images(const std::string& path);
std::vector<uint8_t> read_idx_labels(const std::string& path);

}  // namespace gan::training
