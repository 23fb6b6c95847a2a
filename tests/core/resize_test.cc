// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/resize.h"

#include "core/image_file.h"
#include "tests/golden/golden.h"

namespace gan {
namespace {

Picture ramp(Size size, int channels) {
  Picture picture(size, channels);
  for (size_t i = 0; i < picture.values.size(); ++i)
    picture.values[i] = static_cast<float>((i * 2654435761u >> 8 & 0xffff) / 65535.0);
  return picture;
}

TEST(Resize, KeepsAConstantPicture) {
  for (const auto filter :
       {Filter::kNearest, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos})
    for (const Size out : {Size{3, 5}, Size{40, 31}, Size{1, 1}}) {
      Picture in({17, 9}, 3);
      for (float& value : in.values) value = 0.25f;
      for (const float value : resize(in, out, filter).values) EXPECT_NEAR(value, 0.25f, 1e-6);
    }
}

TEST(Resize, ToTheSameSizeChangesNothing) {
  const Picture in = ramp({23, 11}, 3);
  for (const auto filter :
       {Filter::kNearest, Filter::kBilinear, Filter::kBicubic, Filter::kLanczos})
    EXPECT_LT(test::largest_difference(resize(in, in.size, filter), in), 1e-6);
}

TEST(Resize, BicubicKeepsAStraightLineInside) {
  Picture in({32, 1}, 1);
  for (int x = 0; x < 32; ++x) in.values[static_cast<size_t>(x)] = 0.01f * static_cast<float>(x);
  const Picture out = resize(in, {64, 1});
  for (int x = 8; x < 56; ++x)
    EXPECT_NEAR(out.values[static_cast<size_t>(x)], 0.01 * ((x + 0.5) / 2 - 0.5), 1e-6);
}

TEST(Resize, TreatsChannelsAlike) {
  const Picture grey = ramp({19, 13}, 1);
  Picture colour({19, 13}, 3);
  for (size_t i = 0; i < colour.values.size(); ++i) colour.values[i] = grey.values[i / 3];
  const Picture small = resize(grey, {9, 7}), small_colour = resize(colour, {9, 7});
  for (size_t i = 0; i < small_colour.values.size(); ++i)
    EXPECT_EQ(small_colour.values[i], small.values[i / 3]);
}

TEST(Resize, RefusesAnEmptySize) { EXPECT_THROW(resize(ramp({4, 4}, 1), {0, 4}), Error); }

TEST(ResizeGolden, AgreesWithImresize) {
  GAN_NEEDS("GAN_GOLDEN");
  const TensorFile file = open_tensor_file(test::golden("degradations/imresize.safetensors"));
  const Picture input = test::picture_from(file, "input");
  for (const auto& [name, scale] : {std::pair("output.down2", 0.5),
                                    {"output.down3", 1 / 3.0},
                                    {"output.down4", 0.25},
                                    {"output.up2", 2.0}})
    test::expect_within(
        std::string("imresize ") + name,
        test::largest_difference(rescale(input, scale), test::picture_from(file, name)), 5e-6);
}

TEST(ResizeGolden, ShrinksRealPicturesLikeBasicSrBitForBit) {
  GAN_NEEDS("GAN_DATA");
  for (const char* name : {"baboon", "comic"}) {
    const std::string folder = test::data("images/realesrgan_repo/data/");
    Picture low = rescale(read_image(folder + "gt/" + name + ".png"), 0.25);
    round_to_8bit(low);
    const Picture theirs = read_image(folder + "lq/" + name + ".png");
    test::expect_within(std::string("lq of ") + name, test::largest_difference(low, theirs), 0);
  }
}

}  // namespace
}  // namespace gan
