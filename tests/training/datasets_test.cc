// SPDX-License-Identifier: LGPL-2.1-or-later
// Layouts of data sets, pairs that stay pairs, and the pool of old pictures.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <set>

#include "core/error.h"
#include "core/image_file.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/training/gan_train.h"
#include "training/datasets/idx.h"
#include "training/datasets/scan.h"
#include "training/datasets/super_resolution.h"
#include "training/datasets/two_domains.h"
#include "training/recipes/image_pool.h"

namespace gan::training {
namespace {

class TwoDomainsTest : public testing::Test {
 protected:
  // A picture whose pixels tell domain, number and place.
  void write(const std::string& path, float domain, int number, Size size = {40, 30}) const {
    std::filesystem::create_directories(std::filesystem::path(scratch_.file(path)).parent_path());
    Picture picture(size, 3);
    for (int y = 0; y < size.height; ++y)
      for (int x = 0; x < size.width; ++x) {
        float* rgb = picture.span().row(y) + 3 * x;
        rgb[0] = domain;
        rgb[1] = static_cast<float>(number) / 10;
        rgb[2] = static_cast<float>(x) / 64;
      }
    write_image(scratch_.file(path), picture.view());
  }
  void write_pairs(const std::string& a, const std::string& b) const {
    for (int i = 0; i < 4; ++i) {
      write(a + "/" + std::to_string(i) + ".png", 0, i);
      write(b + "/" + std::to_string(i) + ".png", 1, i);
    }
  }
  std::string refusal(bool paired) const {
    try {
      find_domains(scratch_.path(), paired);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  test::Scratch scratch_;
};

TEST_F(TwoDomainsTest, FindsEveryLayout) {
  const auto sizes = [&](const char* folder, bool paired) {
    const TwoDomains found = find_domains(scratch_.file(folder), paired);
    return std::tuple(found.a.size(), found.b.size(), found.test_a.size(), found.side_by_side);
  };
  write_pairs("cycle/trainA", "cycle/trainB");
  write_pairs("cycle/testA", "cycle/testB");
  EXPECT_EQ(sizes("cycle", false), std::tuple(4u, 4u, 4u, false));
  write_pairs("plain/A", "plain/B");
  EXPECT_EQ(sizes("plain", true), std::tuple(4u, 4u, 0u, false));
  write_pairs("two/GTr_A", "two/low");
  EXPECT_EQ(sizes("two", true), std::tuple(4u, 4u, 0u, false));
  write_pairs("sony/training_data/sony", "sony/training_data/canon");
  write_pairs("sony/test_data/patches/sony", "sony/test_data/patches/canon");
  EXPECT_EQ(sizes("sony", true), std::tuple(4u, 4u, 4u, false));
  for (int i = 0; i < 3; ++i) write("pix/train/" + std::to_string(i) + ".png", 0, i, {80, 30});
  write("pix/val/9.png", 0, 9, {80, 30});
  EXPECT_EQ(sizes("pix", true), std::tuple(3u, 0u, 1u, true));
}

TEST_F(TwoDomainsTest, SaysWhatIsMissing) {
  EXPECT_NE(refusal(false).find("trainA"), std::string::npos);
  write_pairs("A", "B");
  write("A/alone.png", 0, 0);
  EXPECT_EQ(refusal(false), "");
  EXPECT_NE(refusal(true).find("alone.png"), std::string::npos) << refusal(true);
}

TEST_F(TwoDomainsTest, PartsOfOneDataSetAreNoDomains) {
  for (const auto& [a, b] : {std::pair("train", "val"), {"test", "train"}, {"photos", "val"}}) {
    const std::string folder = std::string(a) + "-" + b;
    write_pairs(folder + "/" + a, folder + "/" + b);
    try {
      find_domains(scratch_.file(folder), false);
      ADD_FAILURE() << folder << " was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kData);
      for (const char* part : {"not two domains", "trainA/", "A/ and B/", "side by side"})
        EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    }
  }
}

TEST_F(TwoDomainsTest, SaysWhichFolderIsWhichDomain) {
  write_pairs("two/winter", "two/summer");
  const TwoDomains found = find_domains(scratch_.file("two"), false);
  EXPECT_NE(found.note.find("A is " + scratch_.file("two/summer")), std::string::npos);
  EXPECT_NE(found.note.find("B is " + scratch_.file("two/winter")), std::string::npos);
  EXPECT_TRUE(found.a[0].starts_with(scratch_.file("two/summer")));
}

std::vector<std::string> names(int count) {
  std::vector<std::string> list;
  for (int i = 0; i < count; ++i) list.push_back(std::to_string(i) + ".png");
  return list;
}

TEST(HoldOut, TakesTheUsualNumberOrATenthAndSaysHowMany) {
  std::vector<std::string> notes;
  for (const auto& [all, usual, held] : {std::tuple(40, 500, 4u),
                                         {5, 20, 1u},
                                         {100, 20, 10u},
                                         {199, 20, 19u},
                                         {200, 20, 20u},
                                         {1000, 20, 20u},
                                         {2, 20, 1u},
                                         {5000, 500, 500u}}) {
    notes.clear();
    auto files = names(all);
    const auto out = hold_out(files, {.usual = usual}, notes);
    EXPECT_EQ(out.size(), held) << all;
    EXPECT_EQ(files.size(), static_cast<size_t>(all) - held);
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_NE(notes[0].find(concat(held, " of ", all, " pictures")), std::string::npos) << notes[0];
  }
  auto one = names(1);
  EXPECT_THROW(hold_out(one, {}, notes), Error);
}

TEST(HoldOut, DoesWhatTheUserSaysOrRefuses) {
  std::vector<std::string> notes;
  auto files = names(40);
  EXPECT_EQ(hold_out(files, {30, 20, true}, notes).size(), 30u);
  EXPECT_EQ(files.size(), 10u);
  for (const int count : {10, 500}) {
    try {
      hold_out(files, {count, 20, true}, notes);
      ADD_FAILURE() << count << " of 10 were held out";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kSettings);
      EXPECT_NE(std::string(error.what()).find("1 to 9"), std::string::npos) << error.what();
    }
  }
  // Of a file that an older version wrote for another folder.
  EXPECT_EQ(hold_out(files, {10, 20, false}, notes).size(), 1u);
}

TEST(SuperResolution, KeepsWithinItsBudgetAndGivesTheSameSamples) {
  const test::Scratch scratch;
  test::make_pictures(scratch.path(), 4);
  const auto files = list_images(scratch.path());
  const size_t large = size_t{72} * 64 * 3, small = large / 4;
  const SuperResolutionDataset all(files, 8, {2, 3, 60}),
      some(files, 8, {2, 3, 60}, 2 * large + small), none(files, 8, {2, 3, 60}, 0);
  for (uint64_t draw = 0; draw < 12; ++draw) {
    Random a(draw), b(draw), c(draw);
    const auto index = static_cast<int64_t>(draw % 4);
    const Sample kept = all.get(index, a);
    for (const Sample& other : {some.get(index, b), none.get(index, c)}) {
      EXPECT_EQ(kept.input.values, other.input.values);
      EXPECT_EQ(kept.target.values, other.target.values);
    }
  }
  EXPECT_EQ(all.kept_bytes(), 4 * (large + small));
  EXPECT_LE(some.kept_bytes(), 2 * large + small);
  EXPECT_GT(some.kept_bytes(), 0u);
  EXPECT_EQ(none.kept_bytes(), 0u);
}

TEST(SuperResolution, HeldOutPicturesAreDamagedAsTheSamplesAre) {
  const test::Scratch scratch;
  test::make_pictures(scratch.path(), 1);
  const std::string file = scratch.file("0.png");
  const auto clean = shrunk_case(file, LowResolutionOptions{2}),
             noisy = shrunk_case(file, {2, 20, 0}, 3), again = shrunk_case(file, {2, 20, 0}, 3),
             packed = shrunk_case(file, {2, 0, 10});
  EXPECT_EQ(clean.truth.values, noisy.truth.values);
  EXPECT_EQ(noisy.damaged.values, again.damaged.values);
  EXPECT_NE(noisy.damaged.values, shrunk_case(file, {2, 20, 0}, 4).damaged.values);
  double sum = 0;
  for (size_t i = 0; i < clean.damaged.values.size(); ++i)
    sum += std::pow((noisy.damaged.values[i] - clean.damaged.values[i]) * 255, 2);
  EXPECT_NEAR(std::sqrt(sum / static_cast<double>(clean.damaged.values.size())), 20, 1);
  EXPECT_NE(packed.damaged.values, clean.damaged.values);
}

TEST_F(TwoDomainsTest, PairsAreCutAndMirroredAlike) {
  write_pairs("A", "B");
  const PairedDataset data(find_domains(scratch_.path(), true), {.load = 0, .crop = 16});
  TwoDomains backwards = find_domains(scratch_.path(), true);
  backwards.swap = true;
  const PairedDataset swapped(backwards, {.load = 0, .crop = 16});
  for (uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed), same(seed);
    const Sample sample = data.get(static_cast<int64_t>(seed % 4), random);
    EXPECT_EQ(sample.input.values[0], 0);
    EXPECT_EQ(sample.target.values[0], 1);
    for (size_t i = 0; i < sample.input.values.size(); i += 3) {
      EXPECT_EQ(sample.input.values[i + 1], sample.target.values[i + 1]);
      EXPECT_EQ(sample.input.values[i + 2], sample.target.values[i + 2]);
    }
    EXPECT_EQ(swapped.get(static_cast<int64_t>(seed % 4), same).input.values, sample.target.values);
  }
}

TEST_F(TwoDomainsTest, HalvesOfAFileAreAPair) {
  Picture both({8, 4}, 3);
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 8; ++x) both.span().row(y)[3 * x] = x < 4 ? 0.0f : 1.0f;
  std::filesystem::create_directories(scratch_.file("train"));
  write_image(scratch_.file("train/0.png"), both.view());
  const PairedDataset data(find_domains(scratch_.path(), true), {.load = 0, .crop = 4});
  Random random(1);
  const Sample sample = data.get(0, random);
  EXPECT_EQ(sample.input.values[0], 0);
  EXPECT_EQ(sample.target.values[0], 1);
}

TEST_F(TwoDomainsTest, UnpairedSamplesMeetEveryPartner) {
  write_pairs("A", "B");
  const UnpairedDataset data(find_domains(scratch_.path(), false), {.load = 0, .crop = 16});
  std::set<float> partners;
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const Sample sample = data.get(1, random);
    EXPECT_NEAR(sample.input.values[1], 0.1f, 0.01);
    partners.insert(sample.target.values[1]);
  }
  EXPECT_EQ(partners.size(), 4u);
}

TEST(ImagePool, FillsThenGivesOldPicturesBackHalfOfTheTime) {
  RunState state(torch::kCPU);
  ImagePool pool(state, "a", 5);
  Random random(1);
  int old = 0;
  for (int i = 0; i < 205; ++i) {
    const auto one = torch::full({1, 1, 2, 2}, static_cast<float>(i));
    const auto given = pool.exchange(one, random);
    const bool is_new = given[0][0][0][0].item<float>() == static_cast<float>(i);
    if (i < 5) {
      EXPECT_TRUE(is_new);
    }
    if (i >= 5) old += !is_new;
    EXPECT_EQ(one[0][0][0][0].item<float>(), static_cast<float>(i)) << "the caller's stays";
  }
  EXPECT_NEAR(old, 100, 25);
  ImagePool none(state, "b", 0);
  EXPECT_TRUE(
      torch::equal(none.exchange(torch::ones({2, 1, 2, 2}), random), torch::ones({2, 1, 2, 2})));
}

TEST(Idx, GoldenReadsPackedFiles) {
  const char* const folder = std::getenv("GAN_DATA");
  if (!folder) GTEST_SKIP() << "GAN_DATA is not set to the folder of the test data";
  const auto images = read_idx_images(std::string(folder) + "/mnist/t10k-images-idx3-ubyte.gz");
  const auto labels = read_idx_labels(std::string(folder) + "/mnist/t10k-labels-idx1-ubyte.gz");
  EXPECT_EQ(images.count, 10000);
  EXPECT_EQ(images.size, (Size{28, 28}));
  EXPECT_EQ(labels.size(), 10000u);
  EXPECT_EQ(labels[0], 7);  // the first digit of the test set
  EXPECT_THROW(read_idx_labels(std::string(folder) + "/mnist/t10k-images-idx3-ubyte.gz"), Error);
}

}  // namespace
}  // namespace gan::training
