// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-train sample: grids of seeds and expressions, and the vectors that users pick off them.
#include "core/latent_vectors.h"
#include "models/walker/latent_walker.h"
#include "tests/models/generators.h"
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class Sample : public testing::Test {
 protected:
  Finished run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"sample", generators_.file("colour")});
    return gan_train(scratch_, std::move(arguments));
  }
  // The picture that sample draws.
  Picture drawn(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--out", scratch_.file("out.png")});
    const Finished done = run(std::move(arguments));
    EXPECT_EQ(done.status, 0) << done.output;
    return read_image(scratch_.file("out.png"));
  }
  std::string vectors() const { return scratch_.file("vectors.json"); }
  Generators generators_;
  Scratch scratch_;
};

TEST_F(Sample, NumbersStandBelowLargerPictures) {
  const Picture plain = drawn({"--seeds", "0-5", "--columns", "3"});
  EXPECT_EQ(plain.size, (Size{3 * 8 + 2 * 2, 2 * 8 + 2}));
  const Picture numbered = drawn({"--seeds", "0-5", "--columns", "3", "--numbers"});
  EXPECT_EQ(numbered.size, (Size{3 * 64 + 2 * 2, 2 * (64 + 14) + 2}));
  EXPECT_EQ(numbered.values[0], plain.values[0]);
  // The line below the first picture holds its number, 0, in white.
  float brightest = 0;
  for (int y = 64; y < 78; ++y)
    for (int i = 0; i < 64 * 3; ++i) brightest = std::max(brightest, numbered.view().row(y)[i]);
  EXPECT_GT(brightest, 0.9f);
}

TEST_F(Sample, VectorsAreSeedsAndMeansOfSeeds) {
  ASSERT_EQ(
      run({"--save-vectors", vectors(), "--vector", "man=7", "--vector", "smile=1, 4-5"}).status,
      0);
  NamedCodes saved = read_vectors(vectors(), 6);
  EXPECT_EQ(saved.at("man").seed, 7u);
  EXPECT_FALSE(saved.at("smile").seed);
  for (size_t i = 0; i < 6; ++i)
    EXPECT_FLOAT_EQ(saved.at("smile").code[i],
                    (seeded_code(1, 6)[i] + seeded_code(4, 6)[i] + seeded_code(5, 6)[i]) / 3);
  // A second time adds to the file.
  ASSERT_EQ(run({"--save-vectors", vectors(), "--vector", "man=8", "--vector", "hat=9"}).status, 0);
  saved = read_vectors(vectors(), 6);
  EXPECT_EQ(saved.size(), 3u);
  EXPECT_EQ(saved.at("man").seed, 8u);
}

TEST_F(Sample, VectorsAreCodesOfPicturesAndTheirMeans) {
  const std::string vae = generators_.file("vae");
  std::vector<Code> codes;
  const auto walker = make_walker({.model = vae, .device = "cpu", .threads = 1});
  for (const uint32_t seed : {1u, 2u}) {
    Picture picture({20, 16}, 3);
    const Code values = seeded_code(seed, 20 * 16 * 3);
    for (size_t i = 0; i < values.size(); ++i)
      picture.values[i] = std::clamp(values[i], 0.0f, 1.0f);
    const std::string path = scratch_.file(std::to_string(seed) + ".png");
    write_image(path, picture.view());
    const Bytes8 bytes = read_image_8bit(path);
    FrameView frame{.size = bytes.size};
    frame.planes[0] = {bytes.rgb.data(), 20 * 3};
    codes.push_back(walker->encode(frame));
  }
  EXPECT_NE(codes[0], codes[1]);
  const auto both = scratch_.file("1.png") + "," + scratch_.file("2.png");
  const auto done =
      gan_train(scratch_, {"sample", vae, "--threads", "1", "--save-vectors", vectors(), "--vector",
                           "one=" + scratch_.file("1.png"), "--vector", "both=" + both});
  ASSERT_EQ(done.status, 0) << done.output;
  const NamedCodes saved = read_vectors(vectors(), 6);
  EXPECT_FALSE(saved.at("one").seed);
  for (size_t i = 0; i < 6; ++i) {
    EXPECT_FLOAT_EQ(saved.at("one").code[i], codes[0][i]);
    EXPECT_FLOAT_EQ(saved.at("both").code[i], (codes[0][i] + codes[1][i]) / 2);
  }
}

TEST_F(Sample, DrawsExpressions) {
  run({"--save-vectors", vectors(), "--vector", "a=7", "--vector", "b=8"});
  const Picture of_seeds = drawn({"--seeds", "7,8"});
  EXPECT_EQ(drawn({"--expression", "a; b", "--vectors", vectors()}).values, of_seeds.values);
  EXPECT_EQ(
      drawn({"--expression", "c; a - a + b", "--vectors", vectors(), "--vector", "c=7"}).values,
      of_seeds.values);
}

TEST_F(Sample, SaysWhatIsWrong) {
  const auto refused = [&](std::vector<std::string> arguments, const char* why) {
    const Finished done = run(std::move(arguments));
    EXPECT_EQ(done.status, 2) << why;
    EXPECT_NE(done.output.find(why), std::string::npos) << done.output;
  };
  refused({}, "--out PNG or --save-vectors JSON");
  refused({"--save-vectors", vectors()}, "wants at least one --vector");
  refused({"--save-vectors", vectors(), "--vector", "a"}, "NAME=SEEDS");
  refused({"--save-vectors", vectors(), "--vector", "a-b=1"}, "NAME=SEEDS");
  refused({"--save-vectors", vectors(), "--vector", "a=1,x"}, "column 3");
  write_image(scratch_.file("1.png"), Picture({20, 16}, 3).view());
  refused({"--save-vectors", vectors(), "--vector", "a=" + scratch_.file("1.png")},
          "want a network that encodes");
  EXPECT_EQ(run({"--save-vectors", vectors(), "--vector", "a=no.png"}).status, 1);
  refused({"--out", scratch_.file("out.png"), "--expression", "a"}, "no vector \"a\"");
  EXPECT_FALSE(std::filesystem::exists(vectors()));
}

}  // namespace
}  // namespace gan::test
