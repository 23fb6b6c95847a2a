// SPDX-License-Identifier: LGPL-2.1-or-later
// gan-train eval on pictures and switches that are out of the ordinary.
#include "core/json.h"
#include "tests/models/generators.h"
#include "tests/training/gan_train.h"

namespace gan::test {
namespace {

class Eval : public testing::Test {
 protected:
  Finished eval(const std::string& checkpoint, std::vector<std::string> more) {
    std::vector<std::string> arguments = {"eval", checkpoint, "--threads", "1"};
    for (auto& word : more) arguments.push_back(std::move(word));
    return gan_train(scratch_, std::move(arguments));
  }
  void write_flat(const std::string& name, Size size) const {
    Picture picture(size, 3);
    std::ranges::fill(picture.values, 0.5f);
    write_image(scratch_.file(name), picture.view());
  }
  // psnr_y of a line "picture method psnr_y ..."; nan when there is none.
  static double psnr_y(const std::string& output, const std::string& picture,
                       const std::string& method) {
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream words(line);
      std::string a, b, value;
      if (words >> a >> b >> value && a == picture && b == method)
        return std::strtod(value.c_str(), nullptr);
    }
    return std::nan("");
  }
  Scratch scratch_;
};

TEST_F(Eval, LpipsWantsBothOfItsFiles) {
  make_pictures(scratch_.file("data"), 1);
  const std::string data = scratch_.file("data"), none = scratch_.file("none.pth");
  scratch_.write("lpips.pth", "weights");
  for (const auto& more : std::vector<std::vector<std::string>>{
           {"--vgg", "none", "--lpips", scratch_.file("lpips.pth")},
           {"--vgg", none},
           {"--lpips", scratch_.file("lpips.pth")}}) {
    auto words = more;
    words.insert(words.end(), {"--data", data});
    const Finished done = eval("x2", words);
    EXPECT_EQ(done.status, 2) << done.output;
    EXPECT_NE(done.output.find("--lpips FILE and --vgg FILE"), std::string::npos) << done.output;
  }
}

TEST_F(Eval, MeansLeaveOutPicturesThatEqualTheTruth) {
  make_pictures(scratch_.file("data"), 2);
  const double mean =
      psnr_y(eval("x2", {"--data", scratch_.file("data")}).output, "mean", "bicubic");
  ASSERT_TRUE(std::isfinite(mean));
  write_flat("data/flat.png", {64, 64});
  const Finished done = eval("x2", {"--data", scratch_.file("data")});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_NEAR(psnr_y(done.output, "mean", "bicubic"), mean, 1e-9) << done.output;
  EXPECT_NE(done.output.find(
                "the mean psnr_y of bicubic leaves out 1 of 3 pictures that equal the truth"),
            std::string::npos)
      << done.output;
}

TEST_F(Eval, SmallPicturesAreNamedAndLeftOut) {
  make_pictures(scratch_.file("data"), 2);
  const std::string before = eval("x2", {"--data", scratch_.file("data")}).output;
  write_flat("data/tiny.png", {8, 8});
  write_flat("data/dot.png", {1, 1});
  for (const char* way : {"bicubic", "phone"}) {
    const Finished done = eval("x2", {"--data", scratch_.file("data"), "--way", way});
    EXPECT_EQ(done.status, 0) << done.output;
    for (const char* part : {"left out 2 of 4 pictures", "tiny.png (8x8)", "dot.png (1x1)"})
      EXPECT_NE(done.output.find(part), std::string::npos) << part << "\n" << done.output;
    EXPECT_EQ(done.output.find("nan"), std::string::npos) << done.output;
    if (way == std::string("bicubic")) {
      EXPECT_EQ(psnr_y(done.output, "mean", "network"), psnr_y(before, "mean", "network"));
    }
  }
  for (const char* name : {"0.png", "1.png"})
    std::filesystem::remove(scratch_.file("data/") + name);
  EXPECT_EQ(eval("x2", {"--data", scratch_.file("data")}).status, 3);
}

TEST_F(Eval, ANetworkWithACodeIsMeasuredAtCodeZero) {
  make_pictures(scratch_.file("data"), 4);
  const Finished trained =
      gan_train(scratch_, {"run",   "augcyclegan",      "--data",    scratch_.file("data"),
                           "--out", scratch_.file("a"), "--threads", "1",
                           "--set", "features=4",       "--set",     "e_features=4",
                           "--set", "d_features=4",     "--set",     "latent=2",
                           "--set", "crop=16",          "--set",     "batch=2",
                           "--set", "rounds=1",         "--set",     "simulate=phone",
                           "--set", "holdout=1",        "--steps",   "1"});
  ASSERT_EQ(trained.status, 0) << trained.output;
  const Finished done = eval(scratch_.file("a/checkpoints/latest.safetensors"),
                             {"--data", scratch_.file("data"), "--way", "phone"});
  EXPECT_EQ(done.status, 0) << done.output;
  EXPECT_TRUE(std::isfinite(psnr_y(done.output, "mean", "network"))) << done.output;
}

TEST_F(Eval, TellsGeneratorsThatCopyFromThoseThatDoNot) {
  Generators generators;
  const std::string colour = generators.file("colour");
  std::filesystem::create_directories(scratch_.file("own"));
  for (int seed = 0; seed < 6; ++seed)
    gan_train(scratch_, {"sample", colour, "--seeds", std::to_string(seed), "--out",
                         scratch_.file(concat("own/", seed, ".png"))});
  make_pictures(scratch_.file("other"), 6);
  const auto figure = [&](const std::string& data, const std::string& name) {
    const std::string json = scratch_.file("figures.json"), grid = scratch_.file("grid.png");
    const Finished done = eval(
        colour, {"--data", scratch_.file(data), "--json", json, "--grid", grid, "--pictures", "6"});
    EXPECT_EQ(done.status, 0) << done.output;
    EXPECT_EQ(read_image(grid).size, (Size{4 * 8 + 3 * 2, 6 * 8 + 5 * 2}));
    return json_object_get_double_member(JsonDocument(slurp(json), json).root(), name.c_str());
  };
  EXPECT_LT(figure("own", "nearest"), 0.01);
  EXPECT_GT(figure("own", "nearest_data"), 0.01);
  EXPECT_GT(figure("other", "nearest"), 0.05);
  EXPECT_LT(figure("own", "swd"), figure("other", "swd"));
  EXPECT_EQ(eval("x2", {"--data", scratch_.file("own"), "--grid", "a.png"}).status, 2);
}

}  // namespace
}  // namespace gan::test
