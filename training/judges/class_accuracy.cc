// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/class_accuracy.h"

#include <algorithm>

#include "core/error.h"
#include "models/blocks/convolution.h"
#include "models/picture_tensor.h"

namespace gan::training {

namespace nn = torch::nn;

PictureBatch plain_batch(const PictureDataset& dataset, int64_t first, int64_t count) {
  std::vector<torch::Tensor> pictures, labels;
  for (int64_t i = 0; i < count; ++i) {
    const Sample sample = dataset.plain((first + i) % dataset.size());
    pictures.push_back(tensor_from_picture(sample.input));
    labels.push_back(torch::tensor({int64_t{sample.label}}));
  }
  return {torch::cat(pictures), torch::cat(labels)};
}

ClassJudge::ClassJudge(const PictureDataset& training, const PictureDataset& held_out, int steps)
    : classes_(training.classes()) {
  check(classes_ >= 2, ErrorKind::kData, "the data has ", classes_,
        " classes, wanted at least 2: a class judge needs labelled pictures");
  constexpr int64_t kBatch = 128, kWidth = 16;
  torch::manual_seed(1);
  const auto probe = plain_batch(training, 0, 1);
  const int64_t channels = probe.pictures.size(1), quarter = probe.pictures.size(2) / 4;
  network_ = nn::Sequential(
      make_conv({.in = channels, .out = kWidth}), relu(), nn::MaxPool2d(nn::MaxPool2dOptions(2)),
      make_conv({.in = kWidth, .out = 2 * kWidth}), relu(), nn::MaxPool2d(nn::MaxPool2dOptions(2)),
      nn::Flatten(), nn::Linear(2 * kWidth * quarter * quarter, 128), relu(),
      nn::Linear(128, classes_));
  torch::optim::Adam adam(network_->parameters(), torch::optim::AdamOptions(1e-3));
  for (int step = 0; step < steps; ++step) {
    const auto batch = plain_batch(training, step * kBatch, kBatch);
    adam.zero_grad();
    torch::nn::functional::cross_entropy(network_->forward(batch.pictures), batch.labels)
        .backward();
    adam.step();
  }
  network_->eval();
  const auto real = plain_batch(held_out, 0, std::min<int64_t>(held_out.size(), 2000));
  accuracy_ = judge(real.pictures, real.labels).right;
}

ClassJudge::Verdict ClassJudge::judge(const torch::Tensor& pictures, const torch::Tensor& labels) {
  torch::NoGradGuard no_grad;
  const auto seen = network_->forward(pictures.to(torch::kCPU, torch::kFloat)).argmax(1);
  const auto right = seen.eq(labels.to(torch::kCPU)).to(torch::kFloat);
  Verdict verdict{right.mean().item<double>(), 1};
  for (int64_t c = 0; c < classes_; ++c) {
    const auto of_class = labels.to(torch::kCPU).eq(c);
    if (!of_class.any().item<bool>()) continue;
    verdict.worst_class =
        std::min(verdict.worst_class, right.masked_select(of_class).mean().item<double>());
  }
  return verdict;
}

}  // namespace gan::training
