// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/two_domains.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/resize.h"

namespace gan::training {

namespace fs = std::filesystem;

namespace {

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::vector<std::string> images_in(const fs::path& folder) {
  return is_folder(folder) ? list_images(folder.string()) : std::vector<std::string>();
}

std::string stem(const std::string& file) { return fs::path(file).stem().string(); }

// Both lists must have the same names.
void check_partners(const TwoDomains& found, const std::string& folder) {
  std::vector<std::string> alone;
  const auto compare = [&](const std::vector<std::string>& these,
                           const std::vector<std::string>& those) {
    for (const auto& file : these)
      if (std::ranges::none_of(those, [&](const auto& other) { return stem(other) == stem(file); }))
        alone.push_back(file);
  };
  if (found.a.size() == found.b.size() && std::ranges::equal(found.a, found.b, {}, stem, stem))
    return;
  compare(found.a, found.b);
  compare(found.b, found.a);
  std::string names;
  for (size_t i = 0; i < alone.size() && i < 10; ++i) names += "\n  " + alone[i];
  fail(ErrorKind::kData, folder, ": ", found.a.size(), " pictures of A and ", found.b.size(),
       " of B do not pair; without a partner:", names,
       alone.size() > 10 ? concat("\n  and ", alone.size() - 10, " more") : "");
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

// DPED: a phone's folder with training_data/<phone> and training_data/canon.
bool find_dped(const fs::path& folder, TwoDomains& found) {
  if (!is_folder(folder / "training_data" / "canon")) return false;
  for (const auto& phone : folders_in(folder / "training_data"))
    if (phone.filename() != "canon") found.a = images_in(phone);
  found.b = images_in(folder / "training_data" / "canon");
  const fs::path test = folder / "test_data" / "patches";
  if (is_folder(test / "canon")) {
    found.test_b = images_in(test / "canon");
    for (const auto& phone : folders_in(test))
      if (phone.filename() != "canon") found.test_a = images_in(phone);
  }
  return !found.a.empty();
}

struct Square {
  int x, y;
  bool mirror;
};

Picture prepared(const Bytes8& image, const CropOptions& options) {
  Picture picture = crop_picture(image, 0, 0, image.size);
  if (options.load > 0 && !(picture.size == Size{options.load, options.load})) {
    picture = resize(picture, {options.load, options.load});
    for (float& value : picture.values) value = std::clamp(value, 0.0f, 1.0f);
  }
  return picture;
}

Square random_square(const Picture& picture, const CropOptions& options, Random& random,
                     const std::string& file) {
  check(picture.size.width >= options.crop && picture.size.height >= options.crop, ErrorKind::kData,
        file, ": ", picture.size.width, "x", picture.size.height, " is smaller than the crop of ",
        options.crop);
  Square square{random.below(picture.size.width - options.crop + 1),
                random.below(picture.size.height - options.crop + 1), false};
  square.mirror = options.mirror && random.chance(0.5);
  return square;
}

Picture cut(const Picture& picture, const Square& square, int side) {
  Picture result({side, side}, picture.channels);
  for (int y = 0; y < side; ++y)
    std::copy_n(picture.view().row(square.y + y) + ptrdiff_t{square.x} * picture.channels,
                ptrdiff_t{side} * picture.channels, result.span().row(y));
  return flipped(result, square.mirror ? 1 : 0);
}

Bytes8 half_of(const Bytes8& image, bool right) {
  const int width = image.size.width / 2;
  Bytes8 half{{width, image.size.height}, {}};
  for (int y = 0; y < image.size.height; ++y) {
    const auto row = image.rgb.begin() +
                     (ptrdiff_t{y} * image.size.width + (right ? image.size.width - width : 0)) * 3;
    half.rgb.insert(half.rgb.end(), row, row + ptrdiff_t{width} * 3);
  }
  return half;
}

}  // namespace

TwoDomains find_domains(const std::string& folder, bool paired) {
  const fs::path root = folder;
  check(is_folder(root), ErrorKind::kNotFound, folder, ": no such folder");
  TwoDomains found;
  if (is_folder(root / "trainA") && is_folder(root / "trainB")) {
    found = {false, images_in(root / "trainA"), images_in(root / "trainB"),
             images_in(root / "testA"), images_in(root / "testB")};
  } else if (find_dped(root, found)) {
  } else if (is_folder(root / "A") && is_folder(root / "B")) {
    found.a = images_in(root / "A");
    found.b = images_in(root / "B");
  } else if (paired && is_folder(root / "train") && !images_in(root / "train").empty()) {
    found.side_by_side = true;
    found.a = images_in(root / "train");
    for (const char* held_out : {"test", "val"})
      if (found.test_a.empty()) found.test_a = images_in(root / held_out);
  } else if (const auto folders = folders_in(root); folders.size() == 2) {
    found.a = images_in(folders[0]);
    found.b = images_in(folders[1]);
  }
  check(!found.a.empty() && (found.side_by_side || !found.b.empty()), ErrorKind::kData, folder,
        ": holds no pictures of two domains; wanted trainA/ and trainB/, A/ and B/, two folders, "
        "DPED's training_data/",
        paired ? ", or train/ with A|B side by side" : "");
  if (paired && !found.side_by_side) check_partners(found, folder);
  return found;
}

PairedDataset::PairedDataset(const TwoDomains& files, const CropOptions& options, bool swap)
    : a_(files.a), b_(files.b), side_by_side_(files.side_by_side), swap_(swap), options_(options) {}

Sample PairedDataset::get(int64_t index, Random& random) const {
  const auto i = static_cast<size_t>(index);
  const auto first = a_.get(i);
  const Picture a = prepared(side_by_side_ ? half_of(*first, false) : *first, options_);
  const Picture b = prepared(side_by_side_ ? half_of(*first, true) : *b_.get(i), options_);
  check(a.size == b.size, ErrorKind::kData, a_.file(i), ": ", a.size.width, "x", a.size.height,
        ", its partner has ", b.size.width, "x", b.size.height);
  const Square square = random_square(a, options_, random, a_.file(i));
  Sample sample{cut(a, square, options_.crop), cut(b, square, options_.crop), 0, a_.file(i)};
  if (swap_) std::swap(sample.input, sample.target);
  return sample;
}

UnpairedDataset::UnpairedDataset(const TwoDomains& files, const CropOptions& options)
    : a_(files.a), b_(files.b), options_(options) {}

Sample UnpairedDataset::get(int64_t index, Random& random) const {
  const size_t i = static_cast<size_t>(index) % a_.size();
  const auto j = static_cast<size_t>(random.below(static_cast<int>(b_.size())));
  const auto square_of = [&](const ImageCache& domain, size_t at) {
    const Picture picture = prepared(*domain.get(at), options_);
    return cut(picture, random_square(picture, options_, random, domain.file(at)), options_.crop);
  };
  Sample sample;
  sample.input = square_of(a_, i);
  sample.target = square_of(b_, j);
  sample.source = a_.file(i) + " and " + b_.file(j);
  return sample;
}

}  // namespace gan::training
