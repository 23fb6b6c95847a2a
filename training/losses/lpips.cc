// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/lpips.h"

#include "core/error.h"
#include "models/checkpoint.h"

namespace gan::training::losses {
namespace {

const std::vector<std::string> kLayers = {"relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3"};

}  // namespace

Lpips::Lpips(std::shared_ptr<FeatureNetwork> vgg, const std::string& weights)
    : vgg_(std::move(vgg)) {
  const TensorFile file = open_tensor_file(weights);
  constexpr int64_t kChannels[] = {64, 128, 256, 512, 512};
  for (size_t i = 0; i < weights_.size(); ++i) {
    const std::string name = concat("lin", i, ".model.1.weight");
    const TensorEntry* entry = file.find(name);
    check(entry && entry->shape == std::vector<int64_t>{1, kChannels[i], 1, 1},
          ErrorKind::kWrongType, weights, ": lacks \"", name, "\" of 1x", kChannels[i],
          "x1x1: not the weights of LPIPS on VGG16");
    weights_[i] = read_tensor(file, *entry).to(torch::kFloat);
  }
}

torch::Tensor Lpips::operator()(const torch::Tensor& a, const torch::Tensor& b) const {
  const auto of_a = vgg_->forward(a, kLayers), of_b = vgg_->forward(b, kLayers);
  const auto unit = [](const torch::Tensor& x) {
    return x / (x.square().sum(1, true).sqrt() + 1e-10);
  };
  auto sum = torch::zeros({}, a.options().dtype(torch::kFloat));
  for (size_t i = 0; i < weights_.size(); ++i) {
    const auto difference = unit(of_a.at(kLayers[i])) - unit(of_b.at(kLayers[i]));
    sum = sum + (difference.square() * weights_[i].to(a.device())).sum(1).mean();
  }
  return sum;
}

}  // namespace gan::training::losses
