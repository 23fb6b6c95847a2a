// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/nearest_pictures.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace gan::training {
namespace {

// One grey level a picture.
torch::Tensor flat(std::vector<float> levels) {
  return torch::tensor(levels).view({-1, 1, 1, 1}).expand({-1, 3, 4, 5}).contiguous();
}

TEST(NearestPictures, AreSortedByTheRootOfTheMeanSquaredError) {
  const Nearest found = nearest_pictures(flat({0.5f, 0.1f}), flat({0, 0.45f, 0.6f, 1}), 2);
  const auto near = [](const torch::Tensor& value, double wanted) {
    EXPECT_NEAR(value.item<double>(), wanted, 1e-6);
  };
  EXPECT_EQ(found.index[0][0].item<int64_t>(), 1);
  EXPECT_EQ(found.index[0][1].item<int64_t>(), 2);
  EXPECT_EQ(found.index[1][0].item<int64_t>(), 0);
  near(found.distance[0][0], 0.05);
  near(found.distance[0][1], 0.1);
  near(found.distance[1][0], 0.1);
  near(found.distance[1][1], 0.35);
}

TEST(NearestPictures, NoveltyIsMeasuredByTheSetsOwnNeighbours) {
  // Neighbours of the set are 0.1, 0.1 and 0.3 away.
  const Novelty novel = novelty(flat({0.05f, 0.35f, 0.9f}), flat({0, 0.1f, 0.4f}));
  EXPECT_NEAR(novel.median_set, 0.1, 1e-6);
  EXPECT_NEAR(novel.median, 0.05, 1e-6);
  EXPECT_EQ(novelty(flat({0.4f, 0}), flat({0, 0.1f, 0.4f})).median, 0);
}

TEST(NearestPictures, LargeSetsAreCompared) {
  const auto set = torch::linspace(0, 1, 2001).view({-1, 1, 1, 1}).expand({-1, 1, 2, 2});
  const Novelty novel = novelty(set.narrow(0, 0, 600) + 0.0001f, set);
  EXPECT_NEAR(novel.median, 0.0001, 1e-5);
  EXPECT_NEAR(novel.median_set, 0.0005, 1e-5);
}

TEST(NearestPictures, WantsOneSize) {
  EXPECT_THROW(nearest_pictures(flat({0}), torch::zeros({2, 3, 4, 4}), 1), Error);
  EXPECT_THROW(nearest_pictures(flat({0}), flat({0}), 2), Error);
}

}  // namespace
}  // namespace gan::training
