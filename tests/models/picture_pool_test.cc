// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/walker/picture_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "core/error.h"

namespace gan {
namespace {

LatentPoint point(float value) { return {{value}, {}}; }

// Pictures of one pixel, which is the code; counts how often each code was drawn.
class Pool : public testing::Test {
 protected:
  torch::Tensor draw(const LatentPoint& at, double truncation) {
    const std::lock_guard lock(mutex_);
    drawn_.push_back(at.code[0]);
    check(at.code[0] >= 0, ErrorKind::kNotFinite, "below 0");
    return torch::full({1}, at.code[0] * truncation);
  }
  std::vector<float> pictures(PicturePool& pool, std::vector<float> codes, double truncation = 1) {
    std::vector<LatentPoint> points;
    for (const float code : codes) points.push_back(point(code));
    std::vector<float> values;
    for (const auto& picture : pool.pictures(points, truncation))
      values.push_back(picture.item<float>());
    return values;
  }
  void foresee(PicturePool& pool, float code) {
    const LatentPoint at = point(code);
    pool.foresee({&at, 1}, 1);
  }
  std::vector<float> drawn() {
    const std::lock_guard lock(mutex_);
    return drawn_;
  }
  bool comes_to_draw(size_t count) {
    for (int i = 0; i < 1000 && drawn().size() < count; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return drawn().size() == count;
  }
  PicturePool::Draw function() {
    return [this](const LatentPoint& at, double truncation) { return draw(at, truncation); };
  }
  std::mutex mutex_;
  std::vector<float> drawn_;
};

TEST_F(Pool, DrawsInTheOrderOfThePoints) {
  PicturePool pool(function(), 3);
  std::vector<float> codes;
  for (int i = 0; i < 200; ++i) codes.push_back(static_cast<float>(i * 7 % 200));
  EXPECT_EQ(pictures(pool, codes), codes);
  EXPECT_EQ(drawn().size(), 200u);
  EXPECT_EQ(pictures(pool, {4}, 0.5), (std::vector<float>{2}));
}

TEST_F(Pool, EqualPointsAreDrawnOnce) {
  PicturePool pool(function(), 2);
  EXPECT_EQ(pictures(pool, {1, 2, 1, 1}), (std::vector<float>{1, 2, 1, 1}));
  EXPECT_EQ(drawn().size(), 2u);
}

TEST_F(Pool, WhatWasForeseenIsNotDrawnAgain) {
  PicturePool pool(function(), 2);
  foresee(pool, 5);
  foresee(pool, 6);
  foresee(pool, 6);
  ASSERT_TRUE(comes_to_draw(2));
  EXPECT_EQ(pictures(pool, {5}), (std::vector<float>{5}));
  EXPECT_EQ(pictures(pool, {6}), (std::vector<float>{6}));
  EXPECT_EQ(drawn().size(), 2u);
  EXPECT_EQ(pictures(pool, {5}), (std::vector<float>{5}));  // given away: drawn again
  EXPECT_EQ(drawn().size(), 3u);
}

TEST_F(Pool, AMissForgetsWhatWasForeseen) {
  PicturePool pool(function(), 1);
  foresee(pool, 5);
  ASSERT_TRUE(comes_to_draw(1));
  EXPECT_EQ(pictures(pool, {9}), (std::vector<float>{9}));
  EXPECT_EQ(pictures(pool, {5}), (std::vector<float>{5}));
  EXPECT_EQ(drawn(), (std::vector<float>{5, 9, 5}));
}

TEST_F(Pool, ForeseesNoMoreThanItsThreadsCanDraw) {
  PicturePool pool(function(), 2);
  for (int i = 0; i < 100; ++i) foresee(pool, static_cast<float>(i));
  EXPECT_TRUE(comes_to_draw(3));
}

TEST_F(Pool, MistakesArriveWhereThePictureIsAskedFor) {
  PicturePool pool(function(), 2);
  foresee(pool, -1);
  EXPECT_EQ(pictures(pool, {1}), (std::vector<float>{1}));
  EXPECT_THROW(pictures(pool, {2, -1, 3}), Error);
  EXPECT_EQ(pictures(pool, {2}), (std::vector<float>{2}));
}

TEST_F(Pool, AnInterruptionEndsTheWaiting) {
  std::atomic<bool> may_end{false};
  PicturePool pool(
      [&](const LatentPoint& at, double) {
        while (!may_end) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        return torch::full({1}, at.code[0]);
      },
      1);
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    pool.interrupt(true);
  });
  EXPECT_TRUE(pictures(pool, {1, 2}).empty());
  other.join();
  EXPECT_TRUE(pictures(pool, {3}).empty());
  may_end = true;
  pool.interrupt(false);
  EXPECT_EQ(pictures(pool, {3}), (std::vector<float>{3}));
}

}  // namespace
}  // namespace gan
