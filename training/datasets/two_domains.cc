// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/two_domains.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/resize.h"
#include "training/datasets/picture_source.h"
#include "training/datasets/scan.h"
#include "training/degradations/crapify.h"

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
  fail(ErrorKind::kData, folder, ": ", found.a.size(), " pictures of A and ", found.b.size(),
       " of B do not pair; without a partner:", first_named(alone));
}

std::vector<fs::path> folders_in(const fs::path& folder) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.is_directory()) folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

constexpr const char* kLayouts =
    "trainA/ and trainB/ (with testA/ and testB/), A/ and B/, two folders of other names, DPED's "
    "training_data/, or of pairs train/ with A|B side by side in each file";

// Two folders that are no parts of one data set: A is the first by name.
void take_two_folders(const fs::path& root, TwoDomains& found) {
  const auto folders = folders_in(root);
  if (folders.size() != 2) return;
  for (const char* part : {"train", "training", "test", "val", "valid", "validation"})
    for (const auto& folder : folders)
      check(folder.filename() != part, ErrorKind::kData, root.string(), ": ",
            folders[0].filename().string(), "/ and ", folders[1].filename().string(),
            "/ are parts of one data set, not two domains; wanted ", kLayouts);
  found.a = images_in(folders[0]);
  found.b = images_in(folders[1]);
  found.note =
      concat("note: domain A is ", folders[0].string(), ", domain B is ", folders[1].string());
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

constexpr uint64_t kPhoneSeed = 7;

struct Square {
  int x, y;
  bool mirror;
};

Picture resized_to(Picture picture, int side) {
  if (picture.size == Size{side, side}) return picture;
  picture = resize(picture, {side, side});
  clamp_to_unit(picture);
  return picture;
}

Picture whole(const Bytes8& image) { return crop_picture(image, 0, 0, image.size); }

// The middle of a picture, at most `largest` pixels a side.
Picture middle(const Bytes8& image, int largest) {
  const Size size{std::min(largest, image.size.width), std::min(largest, image.size.height)};
  return crop_picture(image, (image.size.width - size.width) / 2,
                      (image.size.height - size.height) / 2, size);
}

// What a phone makes of a picture, number `index` of its list.
Bytes8 photographed(const Bytes8& image, size_t index) {
  Random random(kPhoneSeed, index, 0);
  return to_bytes(photograph(whole(image), {}, random));
}

// How the files of a domain become what squares are cut from: through the phone's camera, then
// resized, in 8 bits as the original does.
ImageCache::Change change_of(bool phone, const CropOptions& options) {
  if (!phone && options.load == 0) return {};
  return [phone, load = options.load](const Bytes8& image, size_t index) {
    const Bytes8 seen = phone ? photographed(image, index) : image;
    return load > 0 ? to_bytes(resized_to(whole(seen), load)) : seen;
  };
}

Square random_square(const Bytes8& image, const CropOptions& options, Random& random,
                     const std::string& file) {
  check(image.size.width >= options.crop && image.size.height >= options.crop, ErrorKind::kData,
        file, ": ", image.size.width, "x", image.size.height, " is smaller than the crop of ",
        options.crop);
  Square square{random.below(image.size.width - options.crop + 1),
                random.below(image.size.height - options.crop + 1), false};
  square.mirror = options.mirror && random.chance(0.5);
  return square;
}

Picture cut(const Bytes8& image, const Square& square, int side) {
  return flipped(crop_picture(image, square.x, square.y, {side, side}), square.mirror ? 1 : 0);
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

// The same of files that hold A|B side by side.
ImageCache::Change half_change(bool right, const CropOptions& options) {
  return [right, resized = change_of(false, options)](const Bytes8& image, size_t index) {
    const Bytes8 half = half_of(image, right);
    return resized ? resized(half, index) : half;
  };
}

}  // namespace

TwoDomains find_domains(const std::string& folder, bool paired, const std::string& otherwise) {
  const fs::path root = folder;
  check(is_folder(root), ErrorKind::kData, folder, ": no such folder");
  TwoDomains found;
  if (is_folder(root / "trainA") && is_folder(root / "trainB")) {
    found.a = images_in(root / "trainA");
    found.b = images_in(root / "trainB");
    found.test_a = images_in(root / "testA");
    found.test_b = images_in(root / "testB");
  } else if (find_dped(root, found)) {
  } else if (is_folder(root / "A") && is_folder(root / "B")) {
    found.a = images_in(root / "A");
    found.b = images_in(root / "B");
  } else if (paired && is_folder(root / "train") && !images_in(root / "train").empty()) {
    found.side_by_side = true;
    found.a = images_in(root / "train");
    for (const char* held_out : {"test", "val"})
      if (found.test_a.empty()) found.test_a = images_in(root / held_out);
  } else {
    take_two_folders(root, found);
  }
  check(!found.a.empty() && (found.side_by_side || !found.b.empty()), ErrorKind::kData, folder,
        ": holds no pictures of two domains; wanted ", kLayouts, otherwise);
  if (paired && !found.side_by_side) check_partners(found, folder);
  return found;
}

bool domains_are_paired(const std::string& folder) {
  const fs::path root = folder;
  if (!is_folder(root / "trainA") && !images_in(root / "train").empty()) return true;
  const TwoDomains found = find_domains(folder, /*paired=*/false);
  return std::ranges::equal(found.a, found.b, {}, stem, stem);
}

PairedDataset::PairedDataset(const TwoDomains& files, const CropOptions& options)
    : a_(files.a,
         files.side_by_side ? half_change(false, options) : change_of(files.phone, options)),
      b_(files.side_by_side ? files.a : files.b,
         files.side_by_side ? half_change(true, options) : change_of(false, options)),
      swap_(files.swap),
      options_(options) {}

Sample PairedDataset::get(int64_t index, Random& random) const {
  const auto i = static_cast<size_t>(index);
  const auto a = a_.get(i), b = b_.get(i);
  check(a->size == b->size, ErrorKind::kData, a_.file(i), ": ", a->size.width, "x", a->size.height,
        ", its partner has ", b->size.width, "x", b->size.height);
  const Square square = random_square(*a, options_, random, a_.file(i));
  Sample sample{cut(*a, square, options_.crop), cut(*b, square, options_.crop), 0, a_.file(i)};
  if (swap_) std::swap(sample.input, sample.target);
  return sample;
}

Picture judged_picture(const Bytes8& image, const CropOptions& options) {
  if (options.load > 0) return resized_to(whole(image), options.crop);
  return middle(image, options.crop);
}

namespace {

Picture judged_half(const Bytes8& image, const CropOptions& options) {
  constexpr int kSide = 512;
  return options.load > 0 ? judged_picture(image, options) : middle(image, kSide);
}

struct BytePair {
  Bytes8 a, b;
};

BytePair read_pair(const TwoDomains& files, const std::vector<std::string>& list_a,
                   const std::vector<std::string>& list_b, size_t index) {
  BytePair pair{read_picture_8bit(list_a[index]), {}};
  if (files.side_by_side) {
    pair.b = half_of(pair.a, true);
    pair.a = half_of(pair.a, false);
  } else {
    pair.b = read_picture_8bit(list_b[index]);
  }
  if (files.phone) pair.a = photographed(pair.a, index);
  if (files.swap) std::swap(pair.a, pair.b);
  return pair;
}

void check_sizes(const RestorationCase& pair, const std::string& file) {
  check(pair.damaged.size == pair.truth.size, ErrorKind::kData, file, ": ", pair.damaged.size.width,
        "x", pair.damaged.size.height, ", its partner has ", pair.truth.size.width, "x",
        pair.truth.size.height);
}

}  // namespace

RestorationCase whole_pair(const TwoDomains& files, size_t index) {
  const BytePair pair = read_pair(files, files.a, files.b, index);
  RestorationCase one{whole(pair.a), whole(pair.b)};
  check_sizes(one, files.a[index]);
  return one;
}

std::vector<RestorationCase> held_out_pairs(const TwoDomains& files, const CropOptions& options) {
  std::vector<RestorationCase> cases;
  for (size_t i = 0; i < files.test_a.size(); ++i) {
    const BytePair pair = read_pair(files, files.test_a, files.test_b, i);
    cases.push_back({judged_half(pair.a, options), judged_half(pair.b, options)});
    check_sizes(cases.back(), files.test_a[i]);
  }
  return cases;
}

UnpairedDataset::UnpairedDataset(const TwoDomains& files, const CropOptions& options)
    : a_(files.a,
         files.side_by_side ? half_change(false, options) : change_of(files.phone, options)),
      b_(files.side_by_side ? files.a : files.b,
         files.side_by_side ? half_change(true, options) : change_of(false, options)),
      swap_(files.swap),
      options_(options) {}

Sample UnpairedDataset::get(int64_t index, Random& random) const {
  const size_t i = static_cast<size_t>(index) % a_.size();
  const auto j = static_cast<size_t>(random.below(static_cast<int>(b_.size())));
  const auto square_of = [&](const ImageCache& domain, size_t at) {
    const auto image = domain.get(at);
    return cut(*image, random_square(*image, options_, random, domain.file(at)), options_.crop);
  };
  Sample sample;
  sample.input = square_of(a_, i);
  sample.target = square_of(b_, j);
  if (swap_) std::swap(sample.input, sample.target);
  sample.source = a_.file(i) + " and " + b_.file(j);
  return sample;
}

}  // namespace gan::training
