// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace gan::test {

// Ten classes of 28x28 pictures: bars whose place is the class.
inline void make_idx(const std::string& folder) {
  std::filesystem::create_directories(folder);
  const auto big_endian = [](uint32_t value) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(value >> shift & 255);
    return bytes;
  };
  for (const char* split : {"train", "t10k"}) {
    constexpr uint32_t kCount = 60;
    std::string images = big_endian(2051) + big_endian(kCount) + big_endian(28) + big_endian(28),
                labels = big_endian(2049) + big_endian(kCount);
    for (uint32_t i = 0; i < kCount; ++i) {
      labels += static_cast<char>(i % 10);
      for (uint32_t p = 0; p < 28 * 28; ++p)
        images += static_cast<char>(p % 28 / 3 == i % 10 ? 200 + i % 50 : 10);
    }
    std::ofstream(folder + "/" + split + "-images-idx3-ubyte", std::ios::binary) << images;
    std::ofstream(folder + "/" + split + "-labels-idx1-ubyte", std::ios::binary) << labels;
  }
}

}  // namespace gan::test
