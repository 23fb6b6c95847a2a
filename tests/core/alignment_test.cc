// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/alignment.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <vector>

namespace gan {
namespace {

constexpr int64_t kMs = 1'000'000;
constexpr uint64_t kTolerance = 1'000'000;
using Frames = std::vector<AlignmentFrame>;
using Scene = std::function<double(int number, int x, int y)>;  // in code values of 8 bits

double moving(int number, int x, int y) {
  return 128 + 50 * std::sin((x - 2 * number) / 7.0) + 50 * std::cos((y + number) / 5.0);
}
double still(int, int x, int y) { return moving(0, x, y); }

struct Shot {
  int frames = 25;
  double step_ms = 40, first_ms = 0;
  int first_number = 0;  // of the scene
  double noise = 0;      // sigma
  bool whole_ms = false;
};

Frames film(const Scene& scene, const Shot& shot, unsigned seed = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<double> noise(0, 1);
  Frames frames;
  for (int i = 0; i < shot.frames; ++i) {
    double ms = shot.first_ms + shot.step_ms * i;
    if (shot.whole_ms) ms = std::round(ms);
    AlignmentFrame frame{static_cast<uint64_t>(std::llround(ms * 1e6)), {}};
    for (int y = 0; y < 36; ++y)
      for (int x = 0; x < 64; ++x) {
        const double value =
            scene(shot.first_number + i, x, y) + (shot.noise > 0 ? shot.noise * noise(random) : 0);
        frame.picture.luma[size_t(y * 64 + x)] =
            static_cast<uint16_t>(std::clamp(std::round(257 * value), 0.0, 65535.0));
      }
    frames.push_back(frame);
  }
  return frames;
}

int64_t offset(const Frames& reference, const Frames& processed) {
  const Alignment found = best_alignment(reference, processed, kTolerance);
  EXPECT_TRUE(found.fits) << found.text();
  return found.offset_ns;
}

TEST(Alignment, FindsHowLateAStreamIs) {
  for (const double late_ms : {0, 3, 23, 500, 5000}) {
    const auto late = static_cast<int64_t>(late_ms) * kMs;
    for (const double noise : {0, 8})
      for (const Scene& scene : {Scene(moving), Scene(still)}) {
        const Frames on_time = film(scene, {.noise = noise}, 1);
        const Frames behind = film(scene, {.first_ms = late_ms, .noise = noise}, 2);
        EXPECT_EQ(offset(on_time, behind), -late) << noise;
        EXPECT_EQ(offset(behind, on_time), late) << noise;
      }
  }
}

TEST(Alignment, FindsWhatWasCutOffAStream) {
  for (const int cut : {1, 5, 12})
    for (const double noise : {0, 8}) {
      const Frames whole = film(moving, {.noise = noise}, 1);
      const Frames part = film(moving, {.first_ms = 7, .first_number = cut, .noise = noise}, 2);
      EXPECT_EQ(offset(whole, part), (40 * cut - 7) * kMs) << noise;
      EXPECT_EQ(offset(part, whole), (7 - 40 * cut) * kMs) << noise;
    }
}

// The first frame is missing, and all look alike: times are believed before they are shifted.
TEST(Alignment, AStillSceneIsNotShiftedWhereFramesMeet) {
  for (const double noise : {0, 8}) {
    const Frames whole = film(still, {.noise = noise}, 1);
    EXPECT_EQ(offset(whole, film(still, {.frames = 24, .first_ms = 40, .noise = noise}, 2)), 0);
    EXPECT_EQ(offset(whole, film(still, {.first_ms = 480, .noise = noise}, 2)), 0);
  }
}

TEST(Alignment, ElseFramesOfOneNumberMeetOrTheSmallestShiftIsTaken) {
  const Frames whole = film(still, {});
  EXPECT_EQ(offset(whole, film(still, {.first_ms = 23})), -23 * kMs) << "17 would be smaller";
  // Numbers say nothing: every second frame.
  EXPECT_EQ(offset(whole, film(still, {.frames = 12, .step_ms = 80, .first_ms = 23})), 17 * kMs);
}

// The quality of coded video changes over its first frames; a shift that leaves the worst out is no
// better for it.
TEST(Alignment, QualityThatChangesIsNotTakenForTime) {
  const auto improving = [](int number, int x, int y) {
    return still(number, x, y) + 20.0 / (1 + number) * ((x + y) % 2 ? 1 : -1);
  };
  EXPECT_EQ(offset(film(still, {}), film(improving, {.first_ms = 3})), -3 * kMs);
  EXPECT_EQ(offset(film(improving, {.first_ms = 3}), film(still, {})), 3 * kMs);
}

TEST(Alignment, APictureThatComesLateDecidesOverTheBlackBeforeIt) {
  const auto dark_first = [](int number, int x, int y) {
    return number < 18 ? 16 : moving(number, x, y);
  };
  for (const double noise : {0, 2})
    EXPECT_EQ(offset(film(dark_first, {.noise = noise}, 1),
                     film(dark_first, {.first_ms = 23, .noise = noise}, 2)),
              -23 * kMs);
  EXPECT_EQ(offset(film(dark_first, {}), film(dark_first, {.first_ms = 3, .first_number = 8})),
            317 * kMs);
}

TEST(Alignment, BrightnessThatChangesIsNotTakenForTime) {
  const auto fade = [](int number, int x, int y) { return moving(number, x, y) * number / 40; };
  const auto brighter = [&](int number, int x, int y) { return 15 + 0.9 * fade(number, x, y); };
  EXPECT_EQ(offset(film(fade, {}), film(brighter, {.first_ms = 23})), -23 * kMs);
}

TEST(Alignment, TimesMayBeRoundedToMilliseconds) {
  for (const double late : {23.0, 23.4, 123.5}) {
    const double step = 1001.0 / 30;
    const Frames exact = film(moving, {.frames = 30, .step_ms = step});
    const Frames rounded =
        film(moving, {.frames = 30, .step_ms = step, .first_ms = late, .whole_ms = true});
    const Frames also =
        film(moving, {.frames = 30, .step_ms = step, .first_ms = 0.3, .whole_ms = true});
    EXPECT_EQ(best_alignment(exact, rounded, kTolerance).pairs, 30u) << late;
    EXPECT_EQ(best_alignment(also, rounded, kTolerance).pairs, 30u) << late;
    EXPECT_NEAR(static_cast<double>(offset(exact, rounded)), -late * 1e6, 0.1e6) << "the middle";
  }
  EXPECT_EQ(
      offset(film(moving, {.first_ms = 0.4, .whole_ms = true}), film(moving, {.first_ms = 0.4})), 0)
      << "what pairs as it is stays as it is";
}

TEST(Alignment, RatesMayDiffer) {
  const Frames fast = film(moving, {.frames = 30, .step_ms = 20});
  const auto every_second = [](int number, int x, int y) { return moving(2 * number, x, y); };
  const Frames slow = film(every_second, {.frames = 15, .first_ms = 23});
  EXPECT_EQ(offset(fast, slow), -23 * kMs);
  EXPECT_EQ(offset(slow, fast), 23 * kMs);
}

TEST(Alignment, OneFrameIsEnough) {
  const Frames one = film(moving, {.frames = 1, .first_ms = 23, .first_number = 4});
  EXPECT_EQ(offset(one, one), 0);
  EXPECT_EQ(offset(film(moving, {.frames = 1}), film(moving, {.frames = 1, .first_ms = 23})),
            -23 * kMs);
  EXPECT_EQ(offset(film(moving, {}), one), 137 * kMs) << "the frame that shows the same";
}

TEST(Alignment, RepeatedTimesMeetInOrder) {
  Frames reference = film(moving, {}), processed = film(moving, {.first_ms = 23});
  for (Frames* frames : {&reference, &processed})
    (*frames)[12].running_time_ns = (*frames)[11].running_time_ns;
  const Alignment found = best_alignment(reference, processed, kTolerance);
  EXPECT_EQ(found.offset_ns, -23 * kMs);
  EXPECT_EQ(found.pairs, 25u);
}

TEST(Alignment, WhatShowsOtherPicturesDoesNotFit) {
  const auto other = [](int number, int x, int y) { return (x / 8 + y / 6 + number) % 2 * 255; };
  const Alignment found =
      best_alignment(film(moving, {}), film(other, {.first_ms = 23}), kTolerance);
  EXPECT_FALSE(found.fits);
  EXPECT_EQ(found.offset_ns, 0);
  EXPECT_NE(found.text().find("no offset"), std::string::npos) << found.text();
  EXPECT_FALSE(best_alignment({}, film(moving, {}), kTolerance).fits);
  EXPECT_FALSE(best_alignment({}, {}, kTolerance).fits);
}

}  // namespace
}  // namespace gan
