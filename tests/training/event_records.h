// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "tests/training/gan_train.h"
#include "training/meters/event_file.h"

namespace gan::test {

// The events of a file, read as TensorBoard does: lengths and checksums must fit to the last byte.
inline std::vector<std::string> events_of(const std::string& path) {
  const std::string bytes = slurp(path);
  const auto number = [&](size_t at, auto value) {
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  };
  const auto masked = [](std::string_view data) {
    const uint32_t crc = training::crc32c(data);
    return static_cast<uint32_t>((crc >> 15 | crc << 17) + 0xa282ead8u);
  };
  std::vector<std::string> events;
  size_t at = 0;
  while (at < bytes.size()) {
    const auto length = number(at, uint64_t{});
    EXPECT_EQ(number(at + 8, uint32_t{}), masked(std::string_view(bytes).substr(at, 8)));
    events.push_back(bytes.substr(at + 12, length));
    EXPECT_EQ(number(at + 12 + length, uint32_t{}), masked(events.back()));
    at += length + 16;
  }
  EXPECT_EQ(at, bytes.size());
  return events;
}

inline std::string event_file_in(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (entry.path().filename().string().starts_with("events.out.tfevents.")) return entry.path();
  return "";
}

// The events of a run's folder without the time at which they were written.
inline std::vector<std::string> timeless_events(const std::string& folder) {
  constexpr size_t kWallTime = 9;  // bytes, at the front
  auto events = events_of(event_file_in(folder));
  for (auto& event : events) event.erase(0, kWallTime);
  return events;
}

}  // namespace gan::test
