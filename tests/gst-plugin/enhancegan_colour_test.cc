// SPDX-License-Identifier: LGPL-2.1-or-later
// Colours through enhancegan with a network that gives its input back.
#include <cstdlib>

#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/harness.h"

namespace gan::test {
namespace {

// Frames in one format through enhancegan in fp32, samples of components set and read one by one.
class Through {
 public:
  Through(const std::string& model, const std::string& caps) {
    const std::string text = "enhancegan precision=fp32 model=" + model;
    harness_ = gst_harness_new_parse(text.c_str());
    const std::string all = "video/x-raw,framerate=25/1," + caps;
    gst_harness_set_src_caps_str(harness_, all.c_str());
    GstCaps* const in = gst_caps_from_string(all.c_str());
    gst_video_info_from_caps(&info_, in);
    gst_caps_unref(in);
    buffer_ = gst_harness_create_buffer(harness_, GST_VIDEO_INFO_SIZE(&info_));
  }
  ~Through() {
    gst_buffer_replace(&buffer_, nullptr);
    gst_harness_teardown(harness_);
  }
  Through(const Through&) = delete;
  Through& operator=(const Through&) = delete;

  const GstVideoInfo& info() const { return info_; }
  // Width or height of a component.
  int width(guint component) const { return GST_VIDEO_INFO_COMP_WIDTH(&info_, component); }
  int height(guint component) const { return GST_VIDEO_INFO_COMP_HEIGHT(&info_, component); }

  // function(component, x, y, sample) for every sample, to read or to set.
  template <class Function>
  void each(GstMapFlags how, const Function& function) {
    GstVideoFrame frame;
    ASSERT_TRUE(gst_video_frame_map(&frame, &info_, buffer_, how));
    const bool deep = GST_VIDEO_INFO_COMP_DEPTH(&info_, 0) > 8;
    for (guint c = 0; c < GST_VIDEO_INFO_N_COMPONENTS(&info_); ++c)
      for (int y = 0; y < height(c); ++y)
        for (int x = 0; x < width(c); ++x) {
          // GStreamer 1.22 counts P010's offset of Cr in samples, all others in bytes.
          const int offset = GST_VIDEO_INFO_COMP_POFFSET(&info_, c) * (deep ? 2 : 1);
          guint8* const at = static_cast<guint8*>(GST_VIDEO_FRAME_PLANE_DATA(
                                 &frame, GST_VIDEO_INFO_COMP_PLANE(&info_, c))) +
                             ptrdiff_t{y} * GST_VIDEO_FRAME_COMP_STRIDE(&frame, c) +
                             ptrdiff_t{x} * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, c) + offset;
          const guint shift = GST_VIDEO_FORMAT_INFO_SHIFT(info_.finfo, c);
          int sample = (deep ? GST_READ_UINT16_LE(at) : *at) >> shift;
          function(c, x, y, sample);
          if (how == GST_MAP_READ) continue;
          if (deep)
            GST_WRITE_UINT16_LE(at, guint16(sample << shift));
          else
            *at = guint8(sample);
        }
    gst_video_frame_unmap(&frame);
  }
  void run() {
    buffer_ = gst_harness_push_and_pull(harness_, buffer_);
    ASSERT_TRUE(buffer_);
    GstCaps* const out = gst_pad_get_current_caps(harness_->sinkpad);
    const GstVideoColorimetry before = info_.colorimetry;
    gst_video_info_from_caps(&info_, out);
    gst_caps_unref(out);
    EXPECT_TRUE(gst_video_colorimetry_is_equal(&before, &info_.colorimetry));
  }

 private:
  GstHarness* harness_;
  GstVideoInfo info_;
  GstBuffer* buffer_;
};

// Every one of the 1,024 levels, where the format's range holds it: limited range has codes that
// are no colour, darker than black and lighter than white.
TEST(EnhanceGanColour, ARampOfAllTenBitLevelsComesBackExactly) {
  Enhancers enhancers;
  for (const auto& [format, colorimetry, low, high] : {std::tuple("I420_10LE", "1:3:5:1", 0, 1023),
                                                       {"I420_10LE", "1:4:13:7", 0, 1023},
                                                       {"P010_10LE", "1:3:5:1", 0, 1023},
                                                       {"I420_10LE", "bt709", 64, 940},
                                                       {"P010_10LE", "bt2020-10", 64, 940},
                                                       {"GBR_10LE", "sRGB", 0, 1023}}) {
    Through through(enhancers.file("same1"), std::string("width=1024,height=4,format=") + format +
                                                 ",colorimetry=" + colorimetry);
    const bool yuv = GST_VIDEO_INFO_IS_YUV(&through.info());
    const auto level = [&, first = low, last = high](guint component, int x) {
      return component > 0 && yuv ? 512 : std::clamp(x, first, last);
    };
    through.each(GST_MAP_WRITE, [&](guint c, int x, int, int& sample) { sample = level(c, x); });
    through.run();
    int wrong = 0;
    through.each(GST_MAP_READ,
                 [&](guint c, int x, int, int sample) { wrong += sample != level(c, x); });
    EXPECT_EQ(wrong, 0) << format << " " << colorimetry;
  }
}

// The standards' own formula: the share of red and blue in luma, from R'G'B' to code values.
struct Standard {
  const char* colorimetry;
  double red, blue;
  bool full;
};

int code_of(const Standard& standard, const double rgb[3], guint component, int depth) {
  const double y =
      standard.red * rgb[0] + (1 - standard.red - standard.blue) * rgb[1] + standard.blue * rgb[2];
  const double chroma[] = {(rgb[2] - y) / 2 / (1 - standard.blue),
                           (rgb[0] - y) / 2 / (1 - standard.red)};
  const double unit = 1 << (depth - 8), peak = (1 << depth) - 1;
  const double value =
      component == 0 ? (standard.full ? y * peak : (16 + 219 * y) * unit)
                     : 128 * unit + chroma[component - 1] * (standard.full ? peak : 224 * unit);
  return std::clamp(int(std::lround(value)), 0, int(peak));
}

TEST(EnhanceGanColour, PatchesKeepTheirColoursInEveryStandard) {
  Enhancers enhancers;
  constexpr int kPatch = 16;
  for (const Standard& standard : {Standard{"bt2020", 0.2627, 0.0593, false},
                                   {"bt2020-10", 0.2627, 0.0593, false},
                                   {"1:3:5:1", 0.2126, 0.0722, true},
                                   {"bt709", 0.2126, 0.0722, false},
                                   {"bt601", 0.299, 0.114, false},
                                   {"1:6:13:7", 0.2627, 0.0593, true}})
    for (const char* format : {"I420", "NV12", "I420_10LE", "P010_10LE"})
      for (const char* model : {"same1", "same2"}) {
        Through through(enhancers.file(model), std::string("width=144,height=48,format=") + format +
                                                   ",colorimetry=" + standard.colorimetry);
        const int depth = int(GST_VIDEO_INFO_COMP_DEPTH(&through.info(), 0));
        // 27 patches: each of red, green and blue at 0, a half and 1.
        const auto patch_code = [&](guint component, int column, int row) {
          const double rgb[] = {column % 3 / 2.0, column / 3 / 2.0, row / 2.0};
          return code_of(standard, rgb, component, depth);
        };
        through.each(GST_MAP_WRITE, [&](guint c, int x, int y, int& sample) {
          const int side = c > 0 ? kPatch / 2 : kPatch;
          sample = patch_code(c, x / side, y / side);
        });
        through.run();
        const int scale = GST_VIDEO_INFO_WIDTH(&through.info()) / 144;
        int most = 0;
        through.each(GST_MAP_READ, [&](guint c, int x, int y, int sample) {
          const int side = scale * (c > 0 ? kPatch / 2 : kPatch);
          const int rim = scale == 1 ? 0 : side / 4;  // enlarging mixes chroma at edges
          if (std::min(x % side, y % side) < rim || std::max(x % side, y % side) >= side - rim)
            return;
          most = std::max(most, std::abs(sample - patch_code(c, x / side, y / side)));
        });
        EXPECT_LE(most, 1) << format << " " << standard.colorimetry << " " << model;
      }
}

// A picture brighter by half of white differs by the standard: blue's share of luma.
TEST(EnhanceGanColour, TheMatrixAndRangeOfTheCapsAreThoseThatCount) {
  Enhancers enhancers;
  for (const Standard& standard : {Standard{"bt2020", 0.2627, 0.0593, false},
                                   {"1:3:5:1", 0.2126, 0.0722, true},
                                   {"bt601", 0.299, 0.114, false}}) {
    Through through(
        enhancers.file("brighter1"),
        std::string("width=32,height=32,format=I420,colorimetry=") + standard.colorimetry);
    const double before[] = {0.1, 0.2, 0.4}, after[] = {0.6, 0.7, 0.9};
    through.each(GST_MAP_WRITE,
                 [&](guint c, int, int, int& sample) { sample = code_of(standard, before, c, 8); });
    through.run();
    int most = 0;
    through.each(GST_MAP_READ, [&](guint c, int, int, int sample) {
      most = std::max(most, std::abs(sample - code_of(standard, after, c, 8)));
    });
    EXPECT_LE(most, 1) << standard.colorimetry;
  }
}

}  // namespace
}  // namespace gan::test
