// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/super_resolution.h"

#include <algorithm>

#include "core/error.h"
#include "core/image_file.h"
#include "core/metrics.h"
#include "core/resize.h"
#include "models/picture_tensor.h"
#include "training/datasets/super_resolution.h"
#include "training/sample_grid.h"

namespace gan::training {

Quality measure(Picture restored, Picture truth, int crop) {
  round_to_8bit(restored);
  round_to_8bit(truth);
  const Picture restored_y = luma_bt601(restored), truth_y = luma_bt601(truth);
  for (Picture* picture : {&restored, &truth})
    for (float& value : picture->values) value *= 255;
  const auto y = restored_y.view().crop(crop), y_truth = truth_y.view().crop(crop);
  const auto rgb = restored.view().crop(crop), rgb_truth = truth.view().crop(crop);
  Quality quality;
  quality.psnr_y_db = psnr_db(mse(y, y_truth), 255);
  quality.ssim_y = ssim(y, y_truth, 255);
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
}

void Quality::divide(double count) {
  for (double* value : {&psnr_y_db, &ssim_y, &psnr_rgb_db, &ssim_rgb, &mse_rgb}) *value /= count;
}

SuperResolutionCase make_case(const std::string& file, int scale) {
  SuperResolutionCase one;
  one.high = crop_to_multiple(read_image(file), scale);
  const int least = 11 + 2 * scale;
  check(one.high.size.width >= least && one.high.size.height >= least, ErrorKind::kData, file,
        ": a picture to measure on needs at least ", least, " pixels a side, has ",
        one.high.size.width, "x", one.high.size.height);
  one.low = shrink_for_training(one.high, scale);
  return one;
}

SuperResolutionJudge::SuperResolutionJudge(std::vector<std::string> files, int scale)
    : scale_(scale) {
  check(!files.empty(), ErrorKind::kData, "no pictures to validate on");
  for (const auto& file : files) {
    Case one{make_case(file, scale), {}, {}};
    one.bicubic = resize(one.low, one.high.size);
    one.bicubic_quality = measure(one.bicubic, one.high, scale);
    cases_.push_back(std::move(one));
  }
}

Values SuperResolutionJudge::judge(Network& network, torch::Device device) const {
  Quality mean, bicubic;
  for (const auto& one : cases_) {
    mean.add(measure(run_on_picture(network, one.low, device), one.high, scale_));
    bicubic.add(one.bicubic_quality);
  }
  const auto count = static_cast<double>(cases_.size());
  mean.divide(count);
  bicubic.divide(count);
  return {{"psnr_y", mean.psnr_y_db},
          {"ssim_y", mean.ssim_y},
          {"psnr_rgb", mean.psnr_rgb_db},
          {"psnr_y_gain", mean.psnr_y_db - bicubic.psnr_y_db}};
}

Picture SuperResolutionJudge::grid(Network& network, torch::Device device) const {
  std::vector<Picture> cells;
  for (size_t i = 0; i < std::min<size_t>(cases_.size(), 4); ++i) {
    const Case& one = cases_[i];
    for (const Picture& picture : {one.bicubic, run_on_picture(network, one.low, device), one.high})
      cells.push_back(centre_patch(picture, 128));
  }
  return make_grid(cells, 3);
}

std::vector<std::string> hold_out(std::vector<std::string>& files, int count) {
  count = std::min<int>(count, static_cast<int>(files.size()) - 1);
  check(count >= 1, ErrorKind::kData, "at least two pictures are needed, one to validate on");
  std::vector<std::string> held, kept;
  const auto n = static_cast<int64_t>(files.size());
  for (int64_t i = 0; i < n; ++i)
    (i * count / n != (i + 1) * count / n ? held : kept).push_back(files[static_cast<size_t>(i)]);
  files = std::move(kept);
  return held;
}

}  // namespace gan::training
