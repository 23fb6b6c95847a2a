// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <torch/torch.h>

#include "training/datasets/pictures.h"

namespace gan::training {

// Tells whether generated pictures belong to the class they were asked for: a small convolutional
// network that was trained on the real pictures says which class it sees.
class ClassJudge {
 public:
  // Trains for `steps` batches of 128 with numbers of its own, so the run's are not touched.
  ClassJudge(const PictureDataset& training, const PictureDataset& held_out, int steps);

  double accuracy() const { return accuracy_; }  // on 2,000 held-out real pictures

  struct Verdict {
    double right = 0;        // share of pictures found in their class
    double worst_class = 0;  // the smallest such share of a class
  };
  // pictures {N, C, H, W} in [0, 1], labels {N}.
  Verdict judge(const torch::Tensor& pictures, const torch::Tensor& labels);

 private:
  torch::nn::Sequential network_;
  int classes_;
  double accuracy_ = 0;
};

// Pictures `first`, `first` + 1, ... of a data set as {count, C, side, side} and their labels
// {count}.
struct PictureBatch {
  torch::Tensor pictures, labels;
};
PictureBatch plain_batch(const PictureDataset& dataset, int64_t first, int64_t count);

}  // namespace gan::training
