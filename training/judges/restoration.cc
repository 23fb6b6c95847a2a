// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/restoration.h"

#include <algorithm>

#include "core/error.h"
#include "core/metrics.h"
#include "core/resize.h"
#include "models/picture_tensor.h"
#include "training/losses/structure.h"
#include "training/meters/sample_grid.h"

namespace gan::training {

double hfen(Picture restored, Picture truth, int crop) {
  torch::NoGradGuard no_grad;
  const auto inner = [crop](Picture& picture) {
    round_to_8bit(picture);
    const auto tensor = tensor_from_picture(picture);
    return tensor.slice(2, crop, tensor.size(2) - crop).slice(3, crop, tensor.size(3) - crop);
  };
  return losses::hfen(inner(restored), inner(truth)).item<double>();
}

namespace {

// The mean of the squared differences of neighbours, across and down, of a picture of one channel.
double gradient_energy(const PictureView& y) {
  double sum = 0;
  for (int row = 0; row + 1 < y.size.height; ++row)
    for (int x = 0; x + 1 < y.size.width; ++x) {
      const double here = y.row(row)[x], right = y.row(row)[x + 1], below = y.row(row + 1)[x];
      sum += (right - here) * (right - here) + (below - here) * (below - here);
    }
  return sum / ((y.size.width - 1.0) * (y.size.height - 1.0));
}

}  // namespace

Quality measure(Picture restored, Picture truth, int crop) {
  round_to_8bit(restored);
  round_to_8bit(truth);
  const Picture restored_y = luma_bt601(restored), truth_y = luma_bt601(truth);
  Quality quality;
  for (Picture* picture : {&restored, &truth})
    for (float& value : picture->values) value *= 255;
  const auto y = restored_y.view().crop(crop), y_truth = truth_y.view().crop(crop);
  const auto rgb = restored.view().crop(crop), rgb_truth = truth.view().crop(crop);
  quality.psnr_y_db = psnr_db(mse(y, y_truth), 255);
  quality.ssim_y = ssim(y, y_truth, 255);
  quality.gradient_y = gradient_energy(y) / std::max(gradient_energy(y_truth), 1e-9);
  quality.mse_rgb = mse(rgb, rgb_truth);
  quality.psnr_rgb_db = psnr_db(quality.mse_rgb, 255);
  quality.ssim_rgb = ssim(rgb, rgb_truth, 255);
  return quality;
}

void Quality::add(const Quality& other) {
  psnr_y_db += other.psnr_y_db;
  ssim_y += other.ssim_y;
  psnr_rgb_db += other.psnr_rgb_db;
  ssim_rgb += other.ssim_rgb;
  mse_rgb += other.mse_rgb;
  gradient_y += other.gradient_y;
  hfen_rgb += other.hfen_rgb;
}

void Quality::divide(double count) {
  for (double* value :
       {&psnr_y_db, &ssim_y, &psnr_rgb_db, &ssim_rgb, &mse_rgb, &gradient_y, &hfen_rgb})
    *value /= count;
}

namespace {

// In a mean: pictures that differ by no more than 60 dB are the same in 8 bits, for the eye, and
// what nothing happened to would make it infinite.
Quality counted(Quality quality) {
  constexpr double kSameDb = 60;
  quality.psnr_y_db = std::min(quality.psnr_y_db, kSameDb);
  quality.psnr_rgb_db = std::min(quality.psnr_rgb_db, kSameDb);
  return quality;
}

}  // namespace

RestorationJudge::RestorationJudge(std::vector<RestorationCase> cases, int scale)
    : cases_(std::move(cases)), scale_(scale) {
  check(!cases_.empty(), ErrorKind::kData, "no pictures to validate on");
  for (const auto& one : cases_)
    plain_.add(counted(measure(resize(one.damaged, one.truth.size), one.truth, scale)));
  plain_.divide(static_cast<double>(cases_.size()));
}

RestorationJudge::Verdict RestorationJudge::judge(const Restore& restore) const {
  Verdict verdict{{}, plain_};
  for (const auto& one : cases_)
    verdict.restored.add(counted(measure(restore(one.damaged), one.truth, scale_)));
  verdict.restored.divide(static_cast<double>(cases_.size()));
  return verdict;
}

namespace {

constexpr size_t kShown = 4;     // pictures of a grid
constexpr int kShownSide = 128;  // pixels a side of what is shown of each
constexpr int kAround = 32;      // beside it, that a quick look restores too

// The middle of both, `side` pixels of the damaged one, or as much as there is.
RestorationCase middle_of(const RestorationCase& one, int side, int scale) {
  const Size all = one.damaged.size, part{std::min(side, all.width), std::min(side, all.height)};
  const int x = (all.width - part.width) / 2, y = (all.height - part.height) / 2;
  return {crop(one.damaged, x, y, part),
          crop(one.truth, x * scale, y * scale, {part.width * scale, part.height * scale})};
}

}  // namespace

Picture RestorationJudge::grid(const Restore& restore) const {
  std::vector<Picture> cells;
  for (size_t i = 0; i < std::min(cases_.size(), kShown); ++i) {
    const auto& one = cases_[i];
    for (const Picture& picture :
         {resize(one.damaged, one.truth.size), restore(one.damaged), one.truth})
      cells.push_back(centre_patch(picture, kShownSide));
  }
  return make_grid(cells, 3);
}

std::pair<RestorationJudge::Verdict, Picture> RestorationJudge::look(const Restore& restore) const {
  Verdict verdict;
  std::vector<Picture> cells;
  const size_t count = std::min(cases_.size(), kShown);
  for (size_t i = 0; i < count; ++i) {
    const auto one = middle_of(cases_[i], (kShownSide + 2 * kAround + scale_ - 1) / scale_, scale_);
    const Picture plain = resize(one.damaged, one.truth.size), restored = restore(one.damaged);
    verdict.plain.add(counted(measure(plain, one.truth, scale_)));
    verdict.restored.add(counted(measure(restored, one.truth, scale_)));
    for (const Picture& picture : {plain, restored, one.truth})
      cells.push_back(centre_patch(picture, kShownSide));
  }
  verdict.plain.divide(static_cast<double>(count));
  verdict.restored.divide(static_cast<double>(count));
  return {verdict, make_grid(cells, 3)};
}

}  // namespace gan::training
