// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/frame_rows.h"

#include <gtest/gtest.h>

#include <cstring>

#include "core/chroma.h"
#include "core/colour.h"
#include "core/error.h"
#include "tests/core/test_frame.h"
#include "tests/golden/golden.h"

namespace gan {
namespace {

using test::TestFrame;

// Through RGB floats and back, with what smaller chroma loses on the way put back.
TestFrame round_trip(const TestFrame& in) {
  TestFrame out(in.format, in.size, in.colorimetry);
  Picture rgb(in.size, 3);
  RowReader(in.format, in.size, in.colorimetry).read(in.view(), 0, in.size.height, rgb.span());
  const FormatInfo& format = info(in.format);
  Picture loss[2];
  if (format.family == Family::kYuv)
    for (int i = 0; i < 2; ++i) {
      Picture chroma(component_size(format.component[1], in.size), 1);
      loss[i] = chroma;
      read_component(in.view(), i + 1, chroma.span());
      chroma_loss(chroma.view(), in.size, in.colorimetry, loss[i].span());
    }
  const bool yuv = format.family == Family::kYuv;
  RowWriter(in.format, in.size, in.colorimetry)
      .write(rgb.view(), 0, in.size.height, out.span(), yuv ? &loss[0] : nullptr,
             yuv ? &loss[1] : nullptr);
  if (format.has_alpha) {
    Picture alpha(in.size, 1);
    read_component(in.view(), 3, alpha.span());
    write_component(alpha.view(), 3, out.span());
  }
  return out;
}

std::vector<Colorimetry> colorimetries(Family family) {
  std::vector<Colorimetry> all;
  for (const Matrix matrix : {Matrix::kBt601, Matrix::kBt709, Matrix::kBt2020})
    for (const Range range : {Range::kLimited, Range::kFull})
      for (const Siting horizontal : {Siting::kCosited, Siting::kCentre})
        for (const Siting vertical : {Siting::kCosited, Siting::kCentre})
          all.push_back(
              {family == Family::kYuv ? matrix : Matrix::kRgb, range, horizontal, vertical});
  return all;
}

TEST(FrameRows, GiveEveryFormatBackExactly) {
  for (int f = 0; f < kPixelFormatCount; ++f)
    for (const Size size : {Size{1, 1}, Size{2, 2}, Size{7, 5}, Size{64, 18}})
      for (const Colorimetry& colorimetry :
           colorimetries(info(static_cast<PixelFormat>(f)).family)) {
        TestFrame in(static_cast<PixelFormat>(f), size, colorimetry);
        in.fill_random(static_cast<unsigned>(f) + 1);
        EXPECT_LE(in.largest_difference(round_trip(in)), 0)
            << info(in.format).name << " " << size.width << "x" << size.height;
      }
}

TEST(FrameRows, KeepGreyGrey) {
  for (int f = 0; f < kPixelFormatCount; ++f) {
    const auto format = static_cast<PixelFormat>(f);
    if (info(format).family != Family::kYuv) continue;
    for (const Colorimetry& colorimetry : colorimetries(Family::kYuv)) {
      TestFrame in(format, {256, 2}, colorimetry);
      in.fill_grey_ramp();
      Picture rgb(in.size, 3);
      RowReader(format, in.size, colorimetry).read(in.view(), 0, 2, rgb.span());
      for (size_t i = 0; i < rgb.values.size(); i += 3) {
        EXPECT_NEAR(rgb.values[i], rgb.values[i + 1], 1e-6);
        EXPECT_NEAR(rgb.values[i], rgb.values[i + 2], 1e-6);
      }
    }
  }
}

TEST(FrameRows, DoNotClampOnTheWayIn) {
  TestFrame in(PixelFormat::kI420, {2, 2}, {Matrix::kBt709, Range::kLimited});
  in.set_all(0, 0, 255);
  Picture rgb(in.size, 3);
  RowReader(in.format, in.size, in.colorimetry).read(in.view(), 0, 2, rgb.span());
  EXPECT_LT(*std::ranges::min_element(rgb.values), -0.2f);
}

TEST(FrameRows, KeepPaddingBytesDefined) {
  for (const auto& [format, padding] :
       {std::pair{PixelFormat::kBGRx, 3}, {PixelFormat::kxBGR, 0}}) {
    TestFrame in(format, {3, 2}, {});
    in.fill_random(1);
    const TestFrame out = round_trip(in);
    for (int i = padding; i < 4 * 3; i += 4) EXPECT_EQ(out.view().planes[0].data[i], 255);
  }
}

// What a macropixel and a group of words have beyond the width, over memory that was not empty.
TEST(FrameRows, FillWhatMacropixelsHaveBeyondTheWidth) {
  for (const PixelFormat format :
       {PixelFormat::kYUY2, PixelFormat::kUYVY, PixelFormat::kv210, PixelFormat::kGRAY10_LE32}) {
    const Colorimetry colorimetry{Matrix::kBt709, Range::kFull};
    TestFrame in(format, {7, 2}, colorimetry), out = in;
    in.fill_random(3);
    for (auto& plane : out.planes) std::ranges::fill(plane, uint8_t{0xa5});
    Picture rgb(in.size, 3);
    RowReader(format, in.size, colorimetry).read(in.view(), 0, 2, rgb.span());
    RowWriter(format, in.size, colorimetry).write(rgb.view(), 0, 2, out.span());
    const bool yuv = info(format).family == Family::kYuv;
    const int samples = yuv ? 8 : 7;  // of luma that are defined
    for (int y = 0; y < 2; ++y) {
      if (yuv) {
        EXPECT_EQ(out.get(0, 7, y), out.get(0, 6, y)) << info(format).name;
      }
      if (info(format).word_group == 0) continue;
      const int bits = 10 * (yuv ? 2 * samples : samples), row = yuv ? 32 : 12;
      const uint8_t* const bytes = out.planes[0].data() + y * out.strides[0];
      for (int place = bits / 10; place < row / 4 * 3; ++place) {
        uint32_t word;
        std::memcpy(&word, bytes + place / 3 * 4, 4);
        EXPECT_EQ(word >> place % 3 * 10 & 1023, 0u) << info(format).name << " " << place;
        EXPECT_EQ(word >> 30, 0u) << info(format).name;
      }
      EXPECT_EQ(bytes[row], 0xa5) << "beyond the row";
    }
  }
}

TEST(FrameRows, AWriterKeepsNothingOfThePictureBefore) {
  for (int f = 0; f < kPixelFormatCount; ++f) {
    TestFrame first(static_cast<PixelFormat>(f), {5, 1}, {}), other = first, alone = first;
    Picture dark(first.size, 3), light(first.size, 3);
    std::ranges::fill(light.values, 0.75f);
    RowWriter writer(first.format, first.size, {});
    writer.write(dark.view(), 0, 1, first.span());
    writer.write(light.view(), 0, 1, other.span());
    RowWriter(first.format, first.size, {}).write(light.view(), 0, 1, alone.span());
    EXPECT_EQ(other.largest_difference(alone), 0) << info(first.format).name;
  }
}

TEST(FrameRows, WriteOneComponentAndLeaveTheOthers) {
  for (int f = 0; f < kPixelFormatCount; ++f) {
    TestFrame in(static_cast<PixelFormat>(f), {7, 3}, {}), out = in;
    in.fill_random(5);
    for (int c = 0; c < in.components(); ++c) {
      Picture picture(component_size(in.component(c), in.size), 1);
      read_component(in.view(), in.index(c), picture.span());
      write_component(picture.view(), in.index(c), out.span());
    }
    EXPECT_EQ(in.largest_difference(out), 0) << info(in.format).name;
  }
}

TEST(Chroma, DoesNotMoveThePicture) {
  // A straight line stays where it is, inside, for every siting.
  for (const Siting siting : {Siting::kCosited, Siting::kCentre}) {
    std::vector<float> chroma(16), wide(32), back(16);
    const float centre = siting == Siting::kCentre ? 0.5f : 0.0f;
    for (int i = 0; i < 16; ++i)
      chroma[static_cast<size_t>(i)] = 2 * static_cast<float>(i) + centre;
    chroma_up_row(chroma.data(), 16, wide.data(), 32, siting);
    for (int x = 2; x < 30; ++x) EXPECT_NEAR(wide[static_cast<size_t>(x)], x, 1e-5);
    chroma_down_row(wide.data(), 32, back.data(), 16, siting);
    for (int i = 2; i < 14; ++i)
      EXPECT_NEAR(back[static_cast<size_t>(i)], chroma[static_cast<size_t>(i)], 1e-5);
  }
}

TEST(ColourGolden, AgreesWithTheStandards) {
  GAN_NEEDS("GAN_GOLDEN");
  const JsonDocument document(test::read_text(test::golden("color/yuv_table.json")), "table");
  const auto matrix_of = [](const std::string& name) {
    return name == "bt601" ? Matrix::kBt601 : name == "bt709" ? Matrix::kBt709 : Matrix::kBt2020;
  };
  double worst_write = 0, worst_read = 0;
  int count = 0;
  for (const char* part : {"table", "yuv_to_rgb"}) {
    JsonArray* const rows = json_object_get_array_member(document.root(), part);
    for (guint i = 0; i < json_array_get_length(rows); ++i, ++count) {
      JsonObject* const row = json_array_get_object_element(rows, i);
      const bool deep = test::number(row, "bits") == 10;
      const PixelFormat format = deep ? PixelFormat::kI420_10LE : PixelFormat::kI420;
      const Colorimetry colorimetry{
          matrix_of(json_object_get_string_member(row, "matrix")),
          std::string(json_object_get_string_member(row, "range")) == "full" ? Range::kFull
                                                                             : Range::kLimited};
      const auto three = [&](const char* key, int c) {
        return json_array_get_double_element(json_object_get_array_member(row, key),
                                             static_cast<guint>(c));
      };
      TestFrame frame(format, {1, 1}, colorimetry);
      Picture rgb({1, 1}, 3);
      if (std::string(part) == "table") {
        for (int c = 0; c < 3; ++c)
          rgb.values[static_cast<size_t>(c)] = static_cast<float>(three("rgb", c));
        RowWriter(format, {1, 1}, colorimetry).write(rgb.view(), 0, 1, frame.span());
        // The nearest code; where the exact value lies halfway, either neighbour.
        for (int c = 0; c < 3; ++c) {
          const double exact = std::clamp(three("code_exact", c), 0.0, deep ? 1023.0 : 255.0);
          worst_write = std::max(worst_write, std::abs(frame.get(c, 0, 0) - exact));
        }
      } else {
        frame.set_all(static_cast<int>(three("code", 0)), static_cast<int>(three("code", 1)),
                      static_cast<int>(three("code", 2)));
        RowReader(format, {1, 1}, colorimetry).read(frame.view(), 0, 1, rgb.span());
        for (int c = 0; c < 3; ++c)
          worst_read = std::max(
              worst_read, std::abs(rgb.values[static_cast<size_t>(c)] - three("rgb_exact", c)));
      }
    }
  }
  test::expect_within(concat("colour: ", count, " rows, RGB to codes"), worst_write, 0.5001);
  test::expect_within("colour: codes to RGB", worst_read, 1e-6);
}

}  // namespace
}  // namespace gan
