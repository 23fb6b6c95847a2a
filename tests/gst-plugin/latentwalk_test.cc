// SPDX-License-Identifier: LGPL-2.1-or-later
// Frame k is a function of the properties and k alone.
#include "tests/golden/golden.h"
#include "tests/gst-plugin/shown_frames.h"

namespace gan::test {
namespace {

constexpr const char* kGenerators[] = {"mlpgan", "colour", "dcgan", "cgan", "vae"};

class LatentWalk : public WalkTest {};

TEST_F(LatentWalk, MakesFramesOfTheModelsSizeAt30ASecond) {
  const Frames frames = frames_of(walk("mlpgan", "num-buffers=5") + "! video/x-raw,format=RGB");
  ASSERT_EQ(frames.bytes.size(), 5u);
  EXPECT_EQ(frames.bytes[0].size(), 8u * 8 * 3);
  EXPECT_EQ(frames.pts[3], 100 * GST_MSECOND);
  EXPECT_NE(frames.bytes[0], frames.bytes[4]);
}

TEST_F(LatentWalk, PlaysTheBuiltInGenerators) {
  const auto frames = [](const std::string& more, const char* format) {
    return frames_of("latentwalk num-buffers=2 " + more + "! video/x-raw,format=" + format).bytes;
  };
  const auto emoji = frames("", "RGB");
  ASSERT_EQ(emoji.size(), 2u);
  EXPECT_EQ(emoji[0].size(), 64u * 64 * 3);
  EXPECT_EQ(emoji, frames("model=emoji ", "RGB"));
  const auto boots = frames("model=fashion label=9 ", "GRAY8");
  EXPECT_EQ(boots[0].size(), 28u * 28);
  EXPECT_NE(boots, frames("model=fashion label=1 ", "GRAY8"));
}

TEST_F(LatentWalk, StartingAgainGivesTheSameFrames) {
  for (const char* generator : kGenerators) {
    Show show(walk(generator, "num-buffers=20 seeds=1-4 interpolation=spline"));
    const Frames first = show.play(), again = show.play();
    ASSERT_EQ(first.bytes.size(), 20u) << generator;
    EXPECT_EQ(first.bytes, again.bytes) << generator;
    EXPECT_EQ(first.pts, again.pts) << generator;
    EXPECT_NE(first.bytes[0], first.bytes[19]) << generator;
  }
}

TEST_F(LatentWalk, OneAndTwoThreadsGiveTheSameFrames) {
  for (const char* generator : kGenerators) {
    const auto frames = [&](const char* more) {
      return frames_of(walk(generator, std::string("num-buffers=10 seeds=1-4 ") + more)).bytes;
    };
    EXPECT_EQ(frames("threads=1"), frames("threads=2")) << generator;
  }
}

// With and without a period, by which the number of the frame matters and not its time alone.
TEST_F(LatentWalk, SeekingAndReverseGiveTheSameFrames) {
  for (const char* generator : kGenerators)
    for (const char* drive : {"speed=1.5", "period=17"}) {
      const auto text = [&](const std::string& more) {
        return walk(generator, std::string("seeds=1-4 ") + drive + " " + more) +
               "! video/x-raw,framerate=10/1";
      };
      const Frames whole = frames_of(text("num-buffers=25"));
      for (const double rate : {1.0, -1.0}) {
        Show show(text(""));
        show.pause();
        show.seek(rate, GST_SECOND, 2 * GST_SECOND);
        const Frames part = show.play();
        ASSERT_EQ(part.bytes.size(), 10u) << generator << " " << drive << " " << rate;
        for (size_t i = 0; i < 10; ++i) {
          const size_t frame = rate > 0 ? 10 + i : 19 - i;
          EXPECT_EQ(part.pts[i], frame * 100 * GST_MSECOND);
          EXPECT_EQ(part.bytes[i], whole.bytes[frame]) << generator << " " << drive << " " << rate;
        }
      }
    }
}

// What a position between two timestamps, or on one that was rounded down, begins with.
TEST_F(LatentWalk, SeeksBeginWithTheFrameThatIsShown) {
  const auto first = [&](double rate, GstClockTime begin, GstClockTime end) {
    Show show(walk("mlpgan", "") + "! video/x-raw,framerate=30000/1001");
    show.pause();
    show.seek(rate, begin, end);
    const auto pts = show.play().pts;
    return pts.empty() ? GST_CLOCK_TIME_NONE : pts[0];
  };
  const auto start_of = [](guint64 frame) { return frame * 1001 * GST_SECOND / 30000; };
  for (const guint64 frame : {1u, 7u, 29u}) {
    EXPECT_EQ(first(1, start_of(frame), GST_SECOND), start_of(frame));
    EXPECT_EQ(first(1, start_of(frame) + 5, GST_SECOND), start_of(frame));
    EXPECT_EQ(first(1, start_of(frame) - 1, GST_SECOND), start_of(frame - 1));
    EXPECT_EQ(first(-1, 0, start_of(frame)), start_of(frame - 1));
    EXPECT_EQ(first(-1, 0, start_of(frame) + 1), start_of(frame));
  }
}

TEST_F(LatentWalk, CannotPlayBackwardsFromTheEndOfAnEndlessShow) {
  Show show(walk("mlpgan", ""));
  show.pause();
  show.try_seek(-1, 0, GST_CLOCK_TIME_NONE);  // may be refused, must not hang
  show.pause();
}

TEST_F(LatentWalk, ManySeeksInARowEndAtTheLast) {
  const auto text = walk("dcgan", "seeds=1-4") + "! video/x-raw,framerate=10/1";
  const Frames whole =
      frames_of(walk("dcgan", "seeds=1-4 num-buffers=60") + "! video/x-raw,framerate=10/1");
  Show show(text);
  show.pause();
  for (const guint64 second : {3u, 0u, 5u, 1u, 4u}) {
    show.seek(-1, second * GST_SECOND, (second + 1) * GST_SECOND);
    show.seek(1, second * GST_SECOND, (second + 1) * GST_SECOND);
  }
  const Frames part = show.play();
  ASSERT_EQ(part.bytes.size(), 10u);
  for (size_t i = 0; i < 10; ++i) EXPECT_EQ(part.bytes[i], whole.bytes[40 + i]);
}

// The rectangle of one cell in rows of RGB.
std::string cell_of(const std::string& grid, Size one, int columns, int cell) {
  const size_t row = static_cast<size_t>(one.width) * 3, stride = row * columns;
  std::string cut;
  for (int y = 0; y < one.height; ++y)
    cut += grid.substr((static_cast<size_t>(cell / columns * one.height) + y) * stride +
                           static_cast<size_t>(cell % columns) * row,
                       row);
  return cut;
}

TEST_F(LatentWalk, ACellOfAGridIsItsSeedAlone) {
  const std::pair<const char*, Size> table[] = {
      {"mlpgan", {8, 8}}, {"dcgan", {16, 16}}, {"cgan", {28, 28}}, {"vae", {16, 16}}};
  for (const auto& [generator, size] : table) {
    const Frames grid = frames_of(walk(generator, "num-buffers=7 grid=2x3 seeds=10-15") +
                                  "! video/x-raw,format=RGB");
    ASSERT_EQ(grid.bytes.size(), 7u);
    ASSERT_EQ(grid.bytes[0].size(), static_cast<size_t>(size.area()) * 3 * 6) << generator;
    for (int cell = 0; cell < 6; ++cell) {
      std::string seeds;  // the same loop, begun at the cell's seed
      for (int i = 0; i < 6; ++i) seeds += (i ? "," : "") + std::to_string(10 + (cell + i) % 6);
      const Frames alone = frames_of(walk(generator, "num-buffers=7 seeds=\"" + seeds + "\"") +
                                     "! video/x-raw,format=RGB");
      for (size_t i = 0; i < 7; ++i)
        EXPECT_EQ(cell_of(grid.bytes[i], size, 3, cell), alone.bytes[i])
            << generator << ", cell " << cell << ", frame " << i;
    }
  }
}

TEST_F(LatentWalk, ALoopOfAPeriodRepeatsBitForBit) {
  const Frames frames = frames_of(walk("dcgan", "num-buffers=45 seeds=1-3 period=20") +
                                  "! video/x-raw,framerate=30000/1001");
  ASSERT_EQ(frames.bytes.size(), 45u);
  for (size_t i = 0; i + 20 < 45; ++i) EXPECT_EQ(frames.bytes[i], frames.bytes[i + 20]);
  for (size_t i = 1; i < 20; ++i) EXPECT_NE(frames.bytes[i], frames.bytes[0]);
}

// Ink of a grey digit, and how far its strokes lean to the right: by how many pixels a row is
// shifted against the row below.
struct Digit {
  double ink = 0, lean = 0;
};
Digit measure(const std::string& picture) {
  double sum = 0, x_mean = 0, y_mean = 0, xy = 0, yy = 0;
  const auto each = [&](const auto& visit) {
    for (int y = 0; y < 28; ++y)
      for (int x = 0; x < 28; ++x) visit(x, y, static_cast<uint8_t>(picture[y * 28 + x]) / 255.0);
  };
  each([&](int x, int y, double ink) { sum += ink, x_mean += ink * x, y_mean += ink * y; });
  x_mean /= sum, y_mean /= sum;
  each([&](int x, int y, double ink) {
    xy += ink * (x - x_mean) * (y - y_mean), yy += ink * (y - y_mean) * (y - y_mean);
  });
  return {sum, -xy / yy};
}

// The vectors were picked off the numbered grid that `gan-train sample --numbers` draws.
TEST_F(LatentWalk, GoldenArithmeticMovesWhatItNames) {
  GAN_NEEDS("GAN_DATA");
  const auto digit = [&](const std::string& expression) {
    const Frames frames = frames_of("latentwalk num-buffers=1 expression=\"" + expression +
                                    "\" model=" + data("weights/csinva/mnist_gan_mlp_G--300.ckpt") +
                                    " ! video/x-raw,format=GRAY8");
    return frames.bytes.empty() ? Digit{} : measure(frames.bytes[0]);
  };
  const std::string slanted_one = "mean(seed(41), seed(59), seed(101))",
                    upright_one = "mean(seed(29), seed(92), seed(58))",
                    bold_one = "mean(seed(11), seed(34), seed(43))",
                    upright_seven = "mean(seed(51), seed(69), seed(82))";
  const Digit seven = digit(upright_seven);
  const Digit slanted = digit(slanted_one + " - " + upright_one + " + " + upright_seven);
  const Digit bold = digit(bold_one + " - " + upright_one + " + " + upright_seven);
  std::printf(
      "golden  lean %.2f -> %.2f (ones %.2f -> %.2f), ink %.0f -> %.0f (ones %.0f -> %.0f)\n",
      seven.lean, slanted.lean, digit(upright_one).lean, digit(slanted_one).lean, seven.ink,
      bold.ink, digit(upright_one).ink, digit(bold_one).ink);
  EXPECT_GT(slanted.lean, seven.lean + 0.2);
  EXPECT_GT(bold.ink, 1.2 * seven.ink);
}

TEST_F(LatentWalk, GoldenAPublishedGeneratorDrawsDigits) {
  GAN_NEEDS("GAN_DATA");
  const Frames frames =
      frames_of("latentwalk num-buffers=16 seeds=0-15 speed=30 model=" +
                data("weights/csinva/mnist_gan_mlp_G--300.ckpt") + " ! video/x-raw,format=GRAY8");
  ASSERT_EQ(frames.bytes.size(), 16u);
  for (const auto& picture : frames.bytes) {
    ASSERT_EQ(picture.size(), 28u * 28);
    // A digit: ink on part of the picture, and nothing at its border.
    int ink = 0, border = 0;
    for (int y = 0; y < 28; ++y)
      for (int x = 0; x < 28; ++x) {
        const bool dark = static_cast<uint8_t>(picture[y * 28 + x]) > 128;
        ink += dark;
        border += dark && (x < 2 || y < 2 || x > 25 || y > 25);
      }
    EXPECT_GT(ink, 20);
    EXPECT_LT(ink, 300);
    EXPECT_LT(border, 10);
  }
}

}  // namespace
}  // namespace gan::test
