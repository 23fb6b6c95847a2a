// SPDX-License-Identifier: LGPL-2.1-or-later
// What caps say of colour counts, also where they say half of it.
#include "core/error.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/shown_frames.h"
#include "tests/gst-plugin/through.h"

namespace gan::test {
namespace {

class ColourCaps : public WalkTest {
 protected:
  // Slopes of chroma, twice as large: where chroma is sited moves them.
  std::vector<int> enlarged(const char* format, const std::string& colour) {
    Through through("strength=0 model=" + enhancers_.file("same2"),
                    concat("width=40,height=24,format=", format, colour));
    through.each(GST_MAP_WRITE, [](int c, int x, int y, int& sample) {
      sample = c == 0 ? 100 + x : 60 + 5 * x + 4 * y * (c - 1);
    });
    through.run();
    std::vector<int> samples;
    through.each(GST_MAP_READ, [&](int, int, int, int sample) { samples.push_back(sample); });
    return samples;
  }
  std::string drawn(const char* format, const std::string& colour) {
    const Frames frames =
        frames_of(walk("colour", "num-buffers=1 seeds=3") +
                  concat("! video/x-raw,width=40,height=24,format=", format, colour));
    return frames.bytes.empty() ? "" : frames.bytes[0];
  }
  Enhancers enhancers_;
};

// Small pictures count as BT.601 with centred chroma unless something is said.
TEST_F(ColourCaps, AChromaSiteAloneIsKept) {
  for (const char* format : {"I420", "Y42B", "UYVY"}) {
    const auto left = enlarged(format, ",chroma-site=mpeg2,colorimetry=bt601");
    const auto centre = enlarged(format, ",chroma-site=jpeg,colorimetry=bt601");
    EXPECT_NE(left, centre) << format;
    EXPECT_EQ(enlarged(format, ",chroma-site=mpeg2"), left) << format;
    EXPECT_EQ(enlarged(format, ",chroma-site=jpeg"), centre) << format;
    EXPECT_EQ(enlarged(format, ""), centre) << format;
  }
  const auto left = drawn("I420", ",chroma-site=mpeg2,colorimetry=bt601");
  ASSERT_FALSE(left.empty());
  EXPECT_EQ(drawn("I420", ",chroma-site=mpeg2"), left);
  EXPECT_NE(drawn("I420", ",chroma-site=jpeg"), left);
}

TEST_F(ColourCaps, AColorimetryAloneIsKept) {
  for (const char* colorimetry : {"bt601", "bt709", "1:3:5:1", "bt2020"}) {
    const std::string said = concat(",colorimetry=", colorimetry);
    EXPECT_EQ(drawn("I420", said), drawn("I420", said + ",chroma-site=mpeg2")) << colorimetry;
    EXPECT_EQ(enlarged("I420", said), enlarged("I420", said + ",chroma-site=mpeg2"));
  }
  EXPECT_NE(drawn("Y444", ",colorimetry=bt709"), drawn("Y444", ",colorimetry=bt601"));
}

// Without smaller chroma there is nothing to site.
TEST_F(ColourCaps, AChromaSiteChangesNothingWhereChromaIsWhole) {
  for (const char* format : {"Y444", "AYUV", "RGB"})
    EXPECT_EQ(enlarged(format, ",chroma-site=mpeg2"), enlarged(format, ",chroma-site=jpeg"))
        << format;
}

}  // namespace
}  // namespace gan::test
