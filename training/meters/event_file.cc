// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/meters/event_file.h"

#include <array>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "core/checkpoint/atomic_file.h"
#include "core/error.h"

namespace gan::training {
namespace {

template <class Number>
std::string raw(Number value) {  // little-endian, as the machines this runs on
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

uint32_t masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

// Fields of a protobuf message.
enum Wire { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };
std::string key(int field, Wire wire) { return varint(static_cast<uint64_t>(field) << 3 | wire); }
std::string field(int number, std::string_view bytes) {
  return key(number, kBytes) + varint(bytes.size()) + std::string(bytes);
}
std::string field(int number, int64_t value) {
  return key(number, kVarint) + varint(static_cast<uint64_t>(value));
}

// Event: 1 wall_time (double), 2 step, 3 file_version, 5 summary.
std::string event(int64_t step, const std::string& rest) {
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return key(1, kFixed64) + raw(now) + (step ? field(2, step) : "") + rest;
}

std::string record(const std::string& data) {
  const std::string length = raw(static_cast<uint64_t>(data.size()));
  return length + raw(masked(crc32c(length))) + data + raw(masked(crc32c(data)));
}

// The step of an event, which stands behind its wall time; 0 where it is left out.
int64_t step_of(std::string_view data) {
  if (data.size() < 10 || data[9] != 0x10) return 0;
  uint64_t step = 0;
  for (size_t at = 10, shift = 0; at < data.size() && shift < 64; ++at, shift += 7) {
    step |= static_cast<uint64_t>(data[at] & 0x7f) << shift;
    if (!(data[at] & 0x80)) break;
  }
  return static_cast<int64_t>(step);
}

// The whole records of a file up to `step`.
std::string kept_records(const std::string& bytes, int64_t step) {
  std::string kept;
  for (size_t at = 0; at + 16 <= bytes.size();) {
    uint64_t length = 0;
    std::memcpy(&length, bytes.data() + at, sizeof length);
    if (length > bytes.size() - at - 16) break;
    const std::string data = bytes.substr(at + 12, length);
    if (bytes.substr(at, length + 16) != record(data)) break;
    if (step_of(data) <= step) kept += bytes.substr(at, length + 16);
    at += length + 16;
  }
  return kept;
}

constexpr const char* kOurs = ".gan-train";  // other programs' files stay as they are

std::optional<std::string> find_event_file(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (const std::string name = entry.path().filename();
        name.starts_with("events.out.tfevents.") && name.ends_with(kOurs))
      return entry.path();
  return {};
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static const auto table = [] {
    std::array<uint32_t, 256> made{};
    for (uint32_t i = 0; i < 256; ++i) {
      uint32_t value = i;
      for (int bit = 0; bit < 8; ++bit) value = value & 1 ? value >> 1 ^ 0x82f63b78u : value >> 1;
      made[i] = value;
    }
    return made;
  }();
  uint32_t crc = ~0u;
  for (const char byte : bytes) crc = table[(crc ^ static_cast<uint8_t>(byte)) & 255] ^ crc >> 8;
  return ~crc;
}

EventFile::EventFile(const std::string& folder, int64_t step) {
  const auto existing = find_event_file(folder);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::system_clock::now().time_since_epoch())
                           .count();
  path_ = existing.value_or(concat(folder, "/events.out.tfevents.", seconds, kOurs));
  std::string records;
  if (existing) {
    std::ifstream file(path_, std::ios::binary);
    records = kept_records({std::istreambuf_iterator<char>(file), {}}, step);
  }
  if (records.empty()) records = record(event(0, field(3, std::string_view("brain.Event:2"))));
  write_text_file(path_, records);
}

void EventFile::append(const std::string& event) const {
  const std::string bytes = record(event);
  std::FILE* const file = std::fopen(path_.c_str(), "ab");
  check(file && std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() &&
            std::fclose(file) == 0,
        ErrorKind::kUnwritable, path_, ": cannot be written");
}

// Summary: repeated 1 value; Value: 1 tag, 2 simple_value (float), 4 image.
void EventFile::scalars(int64_t step, const std::map<std::string, double>& values) {
  std::string summary;
  for (const auto& [tag, value] : values)
    summary += field(
        1, field(1, std::string_view(tag)) + key(2, kFixed32) + raw(static_cast<float>(value)));
  append(event(step, field(5, summary)));
}

// Image: 1 height, 2 width, 3 colour space (3: RGB), 4 encoded bytes.
void EventFile::image(int64_t step, const std::string& tag, std::string_view png, Size size) {
  const std::string image = field(1, int64_t{size.height}) + field(2, int64_t{size.width}) +
                            field(3, int64_t{3}) + field(4, png);
  append(event(step, field(5, field(1, field(1, std::string_view(tag)) + field(4, image)))));
}

}  // namespace gan::training
