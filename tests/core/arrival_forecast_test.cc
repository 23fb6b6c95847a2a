// SPDX-License-Identifier: LGPL-2.1-or-later
// ArrivalForecast in a pipeline whose clock is a number.
#include "core/arrival_forecast.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gan::test {
namespace {

constexpr int64_t kMs = 1'000'000, kCost = 60 * kMs, kPlainCost = 4 * kMs, kTime = 60'000 * kMs;

struct Pipeline {
  bool live, plain;
  double rate;    // frames for one that the network makes
  double jitter;  // of the cost
  int queue = 0;  // frames between the step and the sink
};

struct Shown {
  int frames = 0, made = 0, thrown_away = 0;
};

// A source, a step of the given cost and a sink that waits for a frame's time and throws away what
// is more than 5 ms late.
Shown play(const Pipeline& pipeline) {
  std::mt19937 random(1);
  std::normal_distribution<double> normal;
  ArrivalForecast forecast;
  forecast.assume_cost(kCost);
  Shown shown;
  const auto interval = static_cast<int64_t>(kCost / pipeline.rate);
  int64_t latency = pipeline.live ? kCost * 11 / 10 : 0, free = 0, sink_free = 0;
  std::vector<int64_t> left_queue;
  for (int64_t frame = 0; frame < kTime; frame += interval) {
    const int64_t now = pipeline.live ? std::max(free, frame) : free;
    if (pipeline.live && forecast.cost() > latency) latency = forecast.cost() * 12 / 10;
    const auto earliest = forecast.earliest(now);
    const bool late = earliest && frame <= *earliest;
    if (late && !pipeline.plain) {
      free = now;
      continue;
    }
    const auto drawn = std::max(0.5 * kCost, kCost * (1 + pipeline.jitter * normal(random)));
    const int64_t done = now + (late ? kPlainCost : static_cast<int64_t>(drawn));
    if (late)
      forecast.passed(frame, done);
    else
      forecast.made(frame, now, done, done);
    shown.made += !late;
    const int64_t arrival = std::max(done + kMs / 5, sink_free);
    const int64_t lateness = arrival - (frame + latency);
    if (frame > 0) forecast.told(frame, lateness);
    const bool in_time = lateness <= 5 * kMs;
    shown.frames += in_time;
    shown.thrown_away += !in_time;
    sink_free = in_time ? std::max(arrival, frame + latency) : arrival;
    left_queue.push_back(sink_free);
    const auto ahead = static_cast<int>(left_queue.size()) - 1 - pipeline.queue;
    free = ahead < 0 ? done : std::max(done, left_queue[static_cast<size_t>(ahead)]);
  }
  return shown;
}

class ArrivalForecastPipelines : public testing::TestWithParam<std::tuple<bool, bool, double>> {};

// The shares that a viewer gets of what the source has, or of what the network makes at most.
TEST_P(ArrivalForecastPipelines, WhatIsMadeIsShown) {
  const auto [live, plain, rate] = GetParam();
  const double source = kTime / kCost * rate, network = kTime / kCost;
  for (const double jitter : {0.0, 0.03}) {
    for (const int queue : {0, 3}) {
      const Shown shown = play({live, plain, rate, jitter, queue});
      SCOPED_TRACE(testing::Message() << "jitter " << jitter << ", queue " << queue);
      const double expected =
          plain || rate < 1 ? 0.95 * source : (rate == 1 ? 0.75 : 0.8) * network;
      EXPECT_GE(shown.frames, expected);
      EXPECT_LE(shown.thrown_away, 0.05 * shown.made + 20);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Rates, ArrivalForecastPipelines,
                         testing::Combine(testing::Bool(), testing::Bool(),
                                          testing::Values(0.5, 1, 2, 4)));

TEST(ArrivalForecast, WithoutASinkThatMindsEveryFrameWillDo) {
  ArrivalForecast forecast;
  EXPECT_FALSE(forecast.earliest(0));
  forecast.made(0, 0, 10 * kMs, 10 * kMs);
  EXPECT_FALSE(forecast.earliest(10 * kMs));
  forecast.told(0, -5 * kMs);
  EXPECT_TRUE(forecast.earliest(10 * kMs));
  forecast.forget_sink();
  EXPECT_FALSE(forecast.earliest(10 * kMs));
}

TEST(ArrivalForecast, WhatQueuesHoldBackIsNoTimeOfTheWay) {
  ArrivalForecast forecast;
  forecast.made(0, 0, 10 * kMs, 10 * kMs);
  forecast.told(0, 2 * kMs);  // 8 ms before it was made: the pipeline grants a latency of 8
  forecast.made(100 * kMs, 20 * kMs, 30 * kMs, 30 * kMs);
  forecast.told(100 * kMs, 0);  // waited 62 ms somewhere
  EXPECT_EQ(*forecast.earliest(150 * kMs), 150 * kMs + forecast.cost() - 8 * kMs - 4 * kMs);
}

TEST(ArrivalForecast, AfterLongNothingOneFrameIsTried) {
  ArrivalForecast forecast;
  forecast.made(0, 0, 10 * kMs, 10 * kMs);
  forecast.told(0, -1);
  EXPECT_TRUE(forecast.earliest(900 * kMs));
  EXPECT_FALSE(forecast.earliest(1100 * kMs));
  forecast.made(1100 * kMs, 1100 * kMs, 1103 * kMs, 1103 * kMs);
  EXPECT_LT(forecast.cost(), 12 * kMs);
}

TEST(ArrivalForecast, WhatTheSinkHasThrownAwayIsLateWithoutAClockToo) {
  ArrivalForecast forecast;
  EXPECT_FALSE(forecast.earliest());
  forecast.told(40 * kMs, 100 * kMs);
  EXPECT_EQ(*forecast.earliest(), 140 * kMs + 1);
  EXPECT_GE(*forecast.earliest(0), 140 * kMs + 1);
}

// What a live source has done early it keeps until its time; that is no part of the way.
TEST(ArrivalForecast, TheWaitOfALiveSourceIsNotTakenForAWay) {
  ArrivalForecast forecast;
  forecast.made(100 * kMs, 0, 30 * kMs, 100 * kMs);
  forecast.told(100 * kMs, 0);
  EXPECT_EQ(forecast.earliest(100 * kMs), 126 * kMs);  // 4 ms are forgiven
}

}  // namespace
}  // namespace gan::test
