// SPDX-License-Identifier: LGPL-2.1-or-later
// Colours through enhancegan with a network that gives its input back.
#include <cstdlib>

#include "core/error.h"
#include "tests/gst-plugin/enhancers.h"
#include "tests/gst-plugin/through.h"

namespace gan::test {
namespace {

// Every level of the format's depth, where its range holds it: limited range has codes that are no
// colour, darker than black and lighter than white.
TEST(EnhanceGanColour, ARampOfAllLevelsComesBackExactly) {
  Enhancers enhancers;
  for (const std::string& name : known_formats()) {
    const FormatInfo& format = format_named(name);
    const bool yuv = format.family == Family::kYuv;
    const int levels = 1 << format.depth(), unit = levels / 256, width = std::min(levels, 4096);
    for (const char* colorimetry : {"1:3:5:1", "1:4:13:7", "bt709", "bt2020-10", "sRGB"}) {
      if (yuv == (std::string(colorimetry) == "sRGB")) continue;
      Through through("model=" + enhancers.file("same1"),
                      concat("width=", width, ",height=", std::max(4, levels / width),
                             ",format=", name, ",colorimetry=", colorimetry));
      const bool limited = through.info().colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235;
      const auto level = [&](int component, int x, int y) {
        const int ramp = (x + y * width) % levels;
        if (component == 3 || !yuv) return ramp;
        if (component > 0) return levels / 2;
        return limited ? std::clamp(ramp, 16 * unit, 235 * unit) : ramp;
      };
      through.each(GST_MAP_WRITE,
                   [&](int c, int x, int y, int& sample) { sample = level(c, x, y); });
      through.run();
      int wrong = 0;
      through.each(GST_MAP_READ,
                   [&](int c, int x, int y, int sample) { wrong += sample != level(c, x, y); });
      EXPECT_EQ(wrong, 0) << name << " " << colorimetry;
    }
  }
}

// The standards' own formula: the share of red and blue in luma, from R'G'B' to code values.
struct Standard {
  const char* colorimetry;
  double red, blue;
  bool full;
};

int code_of(const Standard& standard, const double rgb[3], int component, int depth) {
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

constexpr int kPatch = 16;

// The largest difference of 27 patches, each of red, green and blue at 0, a half and 1, that have
// been through the network. Where the standard is null, samples are red, green and blue.
int patches_differ_by(const std::string& properties, const std::string& name,
                      const Standard* standard) {
  Through through(properties,
                  concat("width=144,height=48,format=", name, standard ? ",colorimetry=" : "",
                         standard ? standard->colorimetry : ""));
  const FormatInfo& format = through.format();
  const auto patch_code = [&](int component, int column, int row) {
    const double rgb[] = {column % 3 / 2.0, column / 3 / 2.0, row / 2.0};
    if (component == 3) return column * 20 + row;
    if (standard) return code_of(*standard, rgb, component, format.depth());
    return int(std::lround(rgb[component] * ((1 << format.depth()) - 1)));
  };
  int scale = 1;
  const auto side = [&](int component) {
    const Component& c = format.component[size_t(component)];
    return std::pair{(scale * kPatch) >> c.shrink_x, (scale * kPatch) >> c.shrink_y};
  };
  through.each(GST_MAP_WRITE, [&](int c, int x, int y, int& sample) {
    const auto [width, height] = side(c);
    sample = patch_code(c, x / width, y / height);
  });
  through.run();
  scale = through.size().width / 144;
  int most = 0;
  through.each(GST_MAP_READ, [&](int c, int x, int y, int sample) {
    const auto [width, height] = side(c);
    const int rim = scale == 1 ? 0 : std::min(width, height) / 4;  // enlarging mixes at edges
    if (std::min(x % width, y % height) < rim || x % width >= width - rim ||
        y % height >= height - rim)
      return;
    most = std::max(most, std::abs(sample - patch_code(c, x / width, y / height)));
  });
  return most;
}

TEST(EnhanceGanColour, PatchesKeepTheirColoursInEveryStandard) {
  Enhancers enhancers;
  for (const char* model : {"same1", "same2"})
    for (const std::string& name : known_formats()) {
      const std::string properties = "model=" + enhancers.file(model);
      if (format_named(name).family != Family::kYuv) {
        EXPECT_LE(patches_differ_by(properties, name, nullptr), 1) << name << " " << model;
        continue;
      }
      for (const Standard& standard : {Standard{"bt2020", 0.2627, 0.0593, false},
                                       {"bt2020-10", 0.2627, 0.0593, false},
                                       {"1:3:5:1", 0.2126, 0.0722, true},
                                       {"bt709", 0.2126, 0.0722, false},
                                       {"bt601", 0.299, 0.114, false},
                                       {"1:6:13:7", 0.2627, 0.0593, true}})
        EXPECT_LE(patches_differ_by(properties, name, &standard), 1)
            << name << " " << standard.colorimetry << " " << model;
    }
}

// A picture brighter by half of white differs by the standard: blue's share of luma.
TEST(EnhanceGanColour, TheMatrixAndRangeOfTheCapsAreThoseThatCount) {
  Enhancers enhancers;
  for (const Standard& standard : {Standard{"bt2020", 0.2627, 0.0593, false},
                                   {"1:3:5:1", 0.2126, 0.0722, true},
                                   {"bt601", 0.299, 0.114, false}}) {
    Through through("model=" + enhancers.file("brighter1"),
                    concat("width=32,height=32,format=I420,colorimetry=", standard.colorimetry));
    const double before[] = {0.1, 0.2, 0.4}, after[] = {0.6, 0.7, 0.9};
    through.each(GST_MAP_WRITE,
                 [&](int c, int, int, int& sample) { sample = code_of(standard, before, c, 8); });
    through.run();
    int most = 0;
    through.each(GST_MAP_READ, [&](int c, int, int, int sample) {
      most = std::max(most, std::abs(sample - code_of(standard, after, c, 8)));
    });
    EXPECT_LE(most, 1) << standard.colorimetry;
  }
}

}  // namespace
}  // namespace gan::test
