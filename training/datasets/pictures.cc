// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/datasets/pictures.h"

#include <algorithm>
#include <filesystem>

#include "core/error.h"
#include "core/resize.h"
#include "training/datasets/idx.h"
#include "training/datasets/image_cache.h"
#include "training/datasets/picture_source.h"
#include "training/datasets/scan.h"

namespace gan::training {
namespace {

Picture fitted(Picture picture, const PictureFormat& format) {
  if (picture.channels != format.channels) {
    Picture converted(picture.size, format.channels);
    for (size_t i = 0; i < static_cast<size_t>(picture.size.area()); ++i)
      for (int c = 0; c < format.channels; ++c)
        converted.values[i * format.channels + c] = picture.channels == 1
                                                        ? picture.values[i]
                                                        : 0.299f * picture.values[3 * i] +
                                                              0.587f * picture.values[3 * i + 1] +
                                                              0.114f * picture.values[3 * i + 2];
    picture = std::move(converted);
  }
  const int side = format.side, shorter = std::min(picture.size.width, picture.size.height);
  if (shorter != side) {
    const double scale = static_cast<double>(side) / shorter;
    const auto scaled_side = [&](int n) {
      return std::max(side, static_cast<int>(std::lround(n * scale)));
    };
    picture = resize(picture, {scaled_side(picture.size.width), scaled_side(picture.size.height)});
    clamp_to_unit(picture);
  }
  if (picture.size.width == side && picture.size.height == side) return picture;
  return crop(picture, (picture.size.width - side) / 2, (picture.size.height - side) / 2,
              {side, side});
}

// Both kinds: a picture and a label by number.
class Fitted : public PictureDataset {
 public:
  explicit Fitted(const PictureFormat& format) : format_(format) {}
  Sample plain(int64_t index) const override {
    Sample sample = raw(static_cast<size_t>(index));
    sample.input = fitted(std::move(sample.input), format_);
    return sample;
  }
  Sample get(int64_t index, Random& random) const override {
    Sample sample = plain(index);
    if (format_.mirror) sample.input = flipped(sample.input, random.below(2));
    return sample;
  }

 private:
  virtual Sample raw(size_t index) const = 0;
  PictureFormat format_;
};

class Files : public Fitted {
 public:
  Files(std::vector<std::string> files, const PictureFormat& format)
      : Fitted(format), cache_(std::move(files)) {}
  int64_t size() const override { return static_cast<int64_t>(cache_.size()); }

 private:
  Sample raw(size_t index) const override {
    const auto image = cache_.get(index);
    return {crop_picture(*image, 0, 0, image->size), {}, 0, cache_.file(index)};
  }
  ImageCache cache_;
};

class Idx : public Fitted {
 public:
  Idx(const std::string& images, const std::string& labels, const PictureFormat& format)
      : Fitted(format),
        name_(images),
        images_(read_idx_images(images)),
        labels_(read_idx_labels(labels)) {
    check(static_cast<int64_t>(labels_.size()) == images_.count, ErrorKind::kData, labels, ": ",
          labels_.size(), " labels for ", images_.count, " pictures of ", images);
    check(images_.count > 0, ErrorKind::kData, images, ": holds no pictures");
    classes_ = *std::ranges::max_element(labels_) + 1;
  }
  int64_t size() const override { return images_.count; }
  int classes() const override { return classes_; }

 private:
  Sample raw(size_t index) const override {
    Picture picture(images_.size, 1);
    const size_t area = picture.values.size();
    for (size_t i = 0; i < area; ++i)
      picture.values[i] = static_cast<float>(images_.pixels[index * area + i]) / 255.0f;
    return {std::move(picture), {}, labels_[index], concat(name_, "#", index)};
  }
  std::string name_;
  IdxImages images_;
  std::vector<uint8_t> labels_;
  int classes_ = 0;
};

// "folder/name" or "folder/name.gz"; empty when neither is there.
std::string plain_or_packed(const std::string& folder, const char* name) {
  for (const char* suffix : {"", ".gz"}) {
    const std::string path = folder + "/" + name + suffix;
    std::error_code ignored;
    if (std::filesystem::exists(path, ignored)) return path;
  }
  return "";
}

std::unique_ptr<PictureDataset> open_idx(const std::string& folder, const std::string& split,
                                         PictureFormat format) {
  format.mirror = false;  // digits, letters and shoes have a right side
  const auto part = [&](const char* what) {
    const std::string name = split + what, path = plain_or_packed(folder, name.c_str());
    check(!path.empty(), ErrorKind::kData, folder, ": lacks ", name, " or ", name, ".gz");
    return path;
  };
  return std::make_unique<Idx>(part("-images-idx3-ubyte"), part("-labels-idx1-ubyte"), format);
}

bool is_idx(const std::string& folder) {
  return !plain_or_packed(folder, "train-images-idx3-ubyte").empty();
}

std::vector<std::string> sound_pictures(const std::string& folder,
                                        std::vector<std::string>& notes) {
  const auto listed = list_pictures(folder);
  check(!listed.empty(), ErrorKind::kData, folder,
        ": holds no pictures, nor the four IDX files of MNIST or Fashion-MNIST");
  if (auto note = other_kinds_note(folder); !note.empty()) notes.push_back(std::move(note));
  ScanResult found = scan_pictures(listed, {"training"});
  if (!found.warning.empty()) notes.push_back(found.warning);
  check(found.files.size() >= 2, ErrorKind::kData, folder, ": holds ", found.files.size(),
        " pictures, wanted at least 2");
  return std::move(found.files);
}

}  // namespace

PictureSplits open_pictures(const std::string& folder, const PictureFormat& format,
                            const Holdout& holdout, std::vector<std::string>& notes) {
  if (is_idx(folder)) return {open_idx(folder, "train", format), open_idx(folder, "t10k", format)};
  auto files = sound_pictures(folder, notes);
  auto held_out = hold_out(files, holdout, notes);
  return {std::make_unique<Files>(std::move(files), format),
          std::make_unique<Files>(std::move(held_out), format)};
}

std::unique_ptr<PictureDataset> open_all_pictures(const std::string& folder,
                                                  const PictureFormat& format,
                                                  std::vector<std::string>& notes) {
  if (is_idx(folder)) return open_idx(folder, "train", format);
  return std::make_unique<Files>(sound_pictures(folder, notes), format);
}

}  // namespace gan::training
