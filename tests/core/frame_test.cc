// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>

#include "core/error.h"
#include "core/frame_rows.h"
#include "core/packed_words.h"
#include "tests/core/test_frame.h"

namespace gan {
namespace {

using test::TestFrame;

TEST(PixelFormats, HaveNamesThatLeadBackToThem) {
  for (int f = 0; f < kPixelFormatCount; ++f)
    EXPECT_EQ(static_cast<int>(pixel_format_from_name(info(static_cast<PixelFormat>(f)).name)), f);
  EXPECT_EQ(pixel_format_from_name("v210"), PixelFormat::kv210);
  EXPECT_EQ(pixel_format_from_name("GBRA_12LE"), PixelFormat::kGBRA_12LE);
}

TEST(PixelFormats, UnknownNamesAreRefusedWithTheKnownOnes) {
  try {
    pixel_format_from_name("I420x");
    FAIL() << "taken";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("YUY2"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("I420x"), std::string::npos);
  }
}

// No two samples share a bit, and none lies outside its frame.
TEST(PixelFormats, SamplesHaveBitsOfTheirOwn) {
  for (int f = 0; f < kPixelFormatCount; ++f) {
    TestFrame frame(static_cast<PixelFormat>(f), {15, 5}, {});
    std::vector<int> wanted;
    std::mt19937 random(1);
    frame.each([&](int c, int x, int y) {
      wanted.push_back(static_cast<int>(random() % (1u << frame.component(c).depth)));
      frame.set(c, x, y, wanted.back());
    });
    auto next = wanted.begin();
    int wrong = 0;
    frame.each([&](int c, int x, int y) { wrong += frame.get(c, x, y) != *next++; });
    EXPECT_EQ(wrong, 0) << info(frame.format).name;
  }
}

TEST(PixelFormats, ChromaOfOddFramesIsRoundedUpInTheDirectionsItShrinks) {
  const auto chroma = [](PixelFormat format) {
    return component_size(info(format).component[1], {7, 5});
  };
  EXPECT_EQ(chroma(PixelFormat::kI420), (Size{4, 3}));
  EXPECT_EQ(chroma(PixelFormat::kP016_LE), (Size{4, 3}));
  EXPECT_EQ(chroma(PixelFormat::kYUY2), (Size{4, 5}));
  EXPECT_EQ(chroma(PixelFormat::kI422_12LE), (Size{4, 5}));
  EXPECT_EQ(chroma(PixelFormat::kAYUV), (Size{7, 5}));
}

// As Apple's technical note 2162 draws them: Cb0 Y0 Cr0 | Y1 Cb1 Y2 | Cr1 Y3 Cb2 | Y4 Cr2 Y5.
TEST(PackedWords, SixPixelsOfV210LieInFourWords) {
  std::array<uint32_t, 4> words;
  for (uint32_t i = 0; i < 4; ++i) words[i] = (3 * i + 1) | (3 * i + 2) << 10 | (3 * i + 3) << 20;
  std::array<uint8_t, 16> bytes;
  std::memcpy(bytes.data(), words.data(), bytes.size());
  FrameView frame{PixelFormat::kv210, {6, 1}, {Matrix::kBt709, Range::kFull}, {}};
  frame.planes[0] = {bytes.data(), 16};
  const int wanted[3][6] = {{2, 4, 6, 8, 10, 12}, {1, 5, 9}, {3, 7, 11}};
  for (int c = 0; c < 3; ++c) {
    Picture samples(component_size(info(frame.format).component[static_cast<size_t>(c)], {6, 1}),
                    1);
    read_component(frame, c, samples.span());
    for (int x = 0; x < samples.size.width; ++x)
      EXPECT_NEAR(samples.values[static_cast<size_t>(x)] * 1023 + (c == 0 ? 0 : 512), wanted[c][x],
                  1e-3);
  }
}

TEST(PackedWords, RowsHaveWholeGroups) {
  for (const auto& [width, grey, v210] :
       {std::array{1, 3, 12}, {3, 3, 12}, {4, 6, 12}, {6, 6, 12}, {7, 9, 24}, {1920, 1920, 3840}}) {
    EXPECT_EQ(samples_in_words(info(PixelFormat::kGRAY10_LE32), width), grey) << width;
    EXPECT_EQ(samples_in_words(info(PixelFormat::kv210), width), v210) << width;
  }
}

TEST(PackedWords, UnpackedAndPackedAgainAreTheSame) {
  std::mt19937 random(2);
  std::vector<uint16_t> samples(3 * 67), back(samples.size());
  for (auto& sample : samples) sample = static_cast<uint16_t>(random() % 1024);
  std::vector<uint8_t> bytes(samples.size() / 3 * 4 + 1);  // words need not be aligned
  pack_words(samples.data(), static_cast<int>(samples.size()), bytes.data() + 1);
  unpack_words(bytes.data() + 1, static_cast<int>(samples.size()), back.data());
  EXPECT_EQ(samples, back);
}

}  // namespace
}  // namespace gan
