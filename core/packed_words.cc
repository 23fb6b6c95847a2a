// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/packed_words.h"

#include <algorithm>
#include <cstring>

#include "core/simd.h"

namespace gan {
namespace {

constexpr int kInWord = 3;
constexpr uint32_t kMask = 1023;

}  // namespace

int samples_in_words(const FormatInfo& format, int width) {
  int last = 0;
  for (const Component& component : format.component)
    if (component.step > 0) {
      const int count = component_size(component, {width, 1}).width;
      last = std::max(last, component.offset / 2 + component.step / 2 * (count - 1));
    }
  const int group = kInWord * format.word_group;
  return (last / group + 1) * group;
}

GAN_SIMD void unpack_words(const uint8_t* words, int count, uint16_t* samples) {
  for (int i = 0; i < count / kInWord; ++i) {
    uint32_t word;
    std::memcpy(&word, words + ptrdiff_t{4} * i, 4);
    samples[3 * i] = static_cast<uint16_t>(word & kMask);
    samples[3 * i + 1] = static_cast<uint16_t>(word >> 10 & kMask);
    samples[3 * i + 2] = static_cast<uint16_t>(word >> 20 & kMask);
  }
}

GAN_SIMD void pack_words(const uint16_t* samples, int count, uint8_t* words) {
  for (int i = 0; i < count / kInWord; ++i) {
    const uint32_t word = samples[3 * i] | static_cast<uint32_t>(samples[3 * i + 1]) << 10 |
                          static_cast<uint32_t>(samples[3 * i + 2]) << 20;
    std::memcpy(words + ptrdiff_t{4} * i, &word, 4);
  }
}

FrameView unpacked_row(const FrameView& frame, int y, std::vector<uint16_t>& memory) {
  const FormatInfo& format = info(frame.format);
  if (format.word_group == 0) return frame;
  memory.resize(static_cast<size_t>(samples_in_words(format, frame.size.width)));
  unpack_words(frame.planes[0].data + y * frame.planes[0].stride, static_cast<int>(memory.size()),
               memory.data());
  FrameView row = frame;
  row.planes[0] = {reinterpret_cast<const uint8_t*>(memory.data()), 0};
  return row;
}

FrameSpan row_to_pack(const FrameSpan& frame, std::vector<uint16_t>& memory) {
  const FormatInfo& format = info(frame.format);
  if (format.word_group == 0) return frame;
  memory.resize(static_cast<size_t>(samples_in_words(format, frame.size.width)));
  FrameSpan row = frame;
  row.planes[0] = {reinterpret_cast<uint8_t*>(memory.data()), 0};
  return row;
}

void pack_row(const std::vector<uint16_t>& memory, int y, const FrameSpan& frame) {
  if (info(frame.format).word_group > 0)
    pack_words(memory.data(), static_cast<int>(memory.size()),
               frame.planes[0].data + y * frame.planes[0].stride);
}

}  // namespace gan
