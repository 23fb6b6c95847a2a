// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of folders and files: what is held out, what cannot be read, small ones made of large
// ones.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "core/error.h"
#include "core/image_file.h"
#include "tests/core/checkpoint/scratch.h"
#include "tests/training/gan_train.h"
#include "tests/training/idx_data.h"
#include "training/datasets/idx.h"
#include "training/datasets/pictures.h"
#include "training/datasets/scan.h"
#include "training/datasets/super_resolution.h"

namespace gan::training {
namespace {

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

TEST(SuperResolution, PatchesOfLargePhotographsAreThoseOfTheWhole) {
  const test::Scratch scratch;
  test::make_pictures(scratch.path(), 1, {2600, 1700});
  const std::string file = scratch.file("0.png");
  ASSERT_GT((int64_t{2600} * 1700), SuperResolutionDataset::kLargePixels);
  for (const int scale : {2, 3}) {
    const Picture large = crop_to_multiple(read_image(file), scale),
                  small = shrink_for_training(large, scale);
    constexpr int kPatch = 16;
    const SuperResolutionDataset data({file}, kPatch, {.scale = scale});
    for (uint64_t draw = 0; draw < 12; ++draw) {
      Random random(draw), again(draw);
      const Sample sample = data.get(0, random);
      const int x = again.below(small.size.width - kPatch + 1),
                y = again.below(small.size.height - kPatch + 1), symmetry = again.below(8);
      EXPECT_EQ(sample.input.values, flipped(crop(small, x, y, {kPatch, kPatch}), symmetry).values);
      EXPECT_EQ(
          sample.target.values,
          flipped(crop(large, x * scale, y * scale, {kPatch * scale, kPatch * scale}), symmetry)
              .values);
    }
  }
}

TEST(Scan, NamesJpegsThatAreCutShortAndCountsOtherKinds) {
  const test::Scratch scratch;
  test::make_pictures(scratch.file("data"), 2);
  write_image(scratch.file("data/whole.jpg"), read_image(scratch.file("data/0.png")).view());
  const std::string whole = test::slurp(scratch.file("data/whole.jpg"));
  for (const size_t part : {2, 3, 9})
    scratch.write("data/cut" + std::to_string(part) + ".jpg",
                  whole.substr(0, whole.size() * part / 10));
  scratch.write("data/notes.txt", "mine");
  scratch.write("data/a.heic", "?");
  scratch.write("data/b.HEIC", "?");
  scratch.write("data/.hidden.txt", "?");
  std::vector<std::string> notes;
  const auto files = checked_pictures(scratch.file("data"), {"training"}, notes);
  EXPECT_EQ(files.size(), 3u);
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_NE(notes[0].find("3 files are of kinds that are not read: 2 .heic, 1 .txt"),
            std::string::npos)
      << notes[0];
  for (const char* name : {"cut2.jpg", "cut3.jpg", "cut9.jpg", "3 of 6 files"})
    EXPECT_NE(notes[1].find(name), std::string::npos) << notes[1];
}

TEST(Pictures, OfIdxFilesAreNeverMirroredAndOfFoldersAreWhenAsked) {
  const test::Scratch scratch;
  test::make_idx(scratch.file("idx"));
  test::make_pictures(scratch.file("folder"), 3);
  for (const char* folder : {"idx", "folder"}) {
    std::vector<std::string> notes;
    const auto data = open_pictures(scratch.file(folder), {28, 1, true}, {}, notes);
    int mirrored = 0;
    for (uint64_t draw = 0; draw < 20; ++draw) {
      Random random(draw);
      mirrored +=
          data.training->get(1, random).input.values != data.training->plain(1).input.values;
    }
    EXPECT_EQ(mirrored > 0, std::string(folder) == "folder") << mirrored;
  }
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
