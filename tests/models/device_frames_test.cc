// SPDX-License-Identifier: LGPL-2.1-or-later
// Frames by LibTorch's operators beside core's rows.
#include "models/libtorch/device_frames.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/frame_rows.h"
#include "models/frames/frame_picture.h"
#include "models/frames/frame_tensor.h"
#include "tests/models/frames.h"
#include "tests/models/test_device.h"

namespace gan {
namespace {

using test::fill_with_noise;
using test::format_of;
using test::test_device;
using test::TestFrame;

std::vector<Colorimetry> colorimetries(Family family) {
  if (family != Family::kYuv) return {{}, {.range = Range::kLimited}};
  return {{Matrix::kBt601, Range::kLimited, Siting::kCosited, Siting::kCentre},
          {Matrix::kBt709, Range::kFull, Siting::kCentre, Siting::kCentre},
          {Matrix::kBt2020, Range::kLimited, Siting::kCosited, Siting::kCosited}};
}

torch::Tensor bytes_of(const DeviceFrames& frames, const TestFrame& frame) {
  const auto bytes = torch::empty({frames.bytes()}, torch::kByte);
  frames.gather(frame.view(), bytes.data_ptr<uint8_t>());
  return bytes.to(test_device());
}

void scatter(const DeviceFrames& frames, const torch::Tensor& bytes, TestFrame& to) {
  frames.scatter(bytes.cpu().contiguous().data_ptr<uint8_t>(), to.span());
}

template <class Check>
void for_every_format(const Check& check) {
  for (int f = 0; f < kPixelFormatCount; ++f)
    for (const Size size : {Size{1, 1}, Size{2, 2}, Size{7, 5}, Size{26, 12}})
      for (const Colorimetry& colorimetry :
           colorimetries(info(static_cast<PixelFormat>(f)).family)) {
        TestFrame in(static_cast<PixelFormat>(f), size, colorimetry);
        fill_with_noise(in, 5);
        SCOPED_TRACE(concat(info(in.format).name, " ", size.width, "x", size.height, ", matrix ",
                            static_cast<int>(colorimetry.matrix)));
        check(in, DeviceFrames(format_of(in), test_device()));
        if (testing::Test::HasFailure()) return;
      }
}

TEST(DeviceFrames, ReadEveryFormatAsTheHostDoes) {
  for_every_format([](const TestFrame& in, const DeviceFrames& frames) {
    Picture expected(in.size, 3);
    FrameReader(format_of(in)).read(in.view(), expected.span());
    const auto rgb = as_picture_tensor(frames.to_rgb(bytes_of(frames, in)).cpu());
    const PictureView got = picture_of(rgb);
    for (int y = 0; y < in.size.height; ++y)
      for (int i = 0; i < 3 * in.size.width; ++i)
        ASSERT_NEAR(got.row(y)[i], expected.view().row(y)[i], 2e-6);
  });
}

// What a frame's bytes become by both ways, of the same colours.
TEST(DeviceFrames, WriteEveryFormatAsTheHostDoes) {
  for_every_format([](const TestFrame& in, const DeviceFrames& frames) {
    const auto rgb = empty_picture_tensor(in.size);
    torch::manual_seed(2);
    rgb.uniform_(-0.1, 1.1);  // some are clamped
    TestFrame expected(in.format, in.size, in.colorimetry), got = expected;
    FrameWriter(format_of(in)).write(picture_of(rgb), expected.span(), {});
    if (info(in.format).has_alpha) {
      Picture opaque(in.size, 1);
      std::ranges::fill(opaque.values, 1.0f);
      write_component(opaque.view(), 3, expected.span());
    }
    const auto bytes = frames.to_bytes(rgb.to(test_device()), {}, {});
    ASSERT_EQ(bytes.numel(), frames.bytes());
    scatter(frames, bytes, got);
    int apart = 0, samples = 0;
    for (int c = 0; c < in.components(); ++c) {
      const Size size = component_size(in.component(c), in.size);
      for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x, ++samples) {
          ASSERT_NEAR(got.get(c, x, y), expected.get(c, x, y), 1);
          apart += got.get(c, x, y) != expected.get(c, x, y);
        }
    }
    // A sum in another order rounds otherwise near a half alone, which deep codes meet more often.
    EXPECT_LE(apart, samples * (info(in.format).depth() > 12 ? 0.05 : 0.01) + 1);
  });
}

// All bytes, those that no component has among them.
TEST(DeviceFrames, FillWhatNoComponentHasAsTheHostDoes) {
  for (const PixelFormat format :
       {PixelFormat::kRGBx, PixelFormat::kxBGR, PixelFormat::kYUY2, PixelFormat::kv210,
        PixelFormat::kGRAY10_LE32, PixelFormat::kUYVY}) {
    const Family family = info(format).family;
    TestFrame expected(format, {7, 3}, colorimetries(family)[0]), got = expected;
    const DeviceFrames frames(format_of(expected), test_device());
    const auto rgb = empty_picture_tensor(expected.size);
    rgb.fill_(0.5);
    FrameWriter(format_of(expected)).write(picture_of(rgb), expected.span(), {});
    scatter(frames, frames.to_bytes(rgb.to(test_device()), {}, {}), got);
    EXPECT_EQ(got.planes, expected.planes) << info(format).name;
  }
}

// Through colours and back, with what smaller chroma loses on the way: nothing changes.
TEST(DeviceFrames, GiveEveryFormatBackExactly) {
  for_every_format([](const TestFrame& in, const DeviceFrames& frames) {
    const FormatInfo& format = info(in.format);
    if (in.colorimetry.range == Range::kLimited && format.family != Family::kYuv) return;
    const auto bytes = bytes_of(frames, in);
    torch::Tensor loss, alpha;
    if (format.family == Family::kYuv) loss = frames.chroma_loss(bytes);
    if (format.has_alpha) alpha = frames.alpha(bytes);
    TestFrame out(in.format, in.size, in.colorimetry);
    scatter(frames, frames.to_bytes(frames.to_rgb(bytes), loss, alpha), out);
    for (int c = 0; c < in.components(); ++c) {
      const Size size = component_size(in.component(c), in.size);
      for (int y = 0; y < size.height; ++y)
        for (int x = 0; x < size.width; ++x)
          ASSERT_NEAR(out.get(c, x, y), in.get(c, x, y), format.depth() > 12 ? 1 : 0)
              << c << " " << x << " " << y;
    }
  });
}

}  // namespace
}  // namespace gan
