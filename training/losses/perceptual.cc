// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/perceptual.h"

#include <algorithm>

namespace gan::training::losses {
namespace {

torch::Tensor unit(const torch::Tensor& features) {
  return features / (features.square().sum(1, true).sqrt() + 1e-10);
}

}  // namespace

Perceptual::Perceptual(std::shared_ptr<Vgg> vgg, std::vector<FeatureTerm> terms, Distance distance)
    : vgg_(std::move(vgg)), terms_(std::move(terms)), distance_(distance) {
  for (const auto& term : terms_) layers_.push_back(term.layer);
}

torch::Tensor Perceptual::operator()(const torch::Tensor& picture,
                                     const torch::Tensor& reference) const {
  const auto actual = vgg_->forward(picture, layers_);
  const auto wanted = [&] {
    torch::NoGradGuard no_grad;
    return vgg_->forward(reference, layers_);
  }();
  const auto distance = [&](const torch::Tensor& a, const torch::Tensor& b) {
    switch (distance_) {
      case Distance::kL1: return (a - b).abs().mean();
      case Distance::kMse: return (a - b).square().mean();
      case Distance::kUnitMse: return (unit(a) - unit(b)).square().sum(1).mean();
    }
    return torch::Tensor();
  };
  auto loss = torch::zeros({}, picture.options().dtype(torch::kFloat));
  for (const auto& term : terms_) {
    const auto &a = actual.at(term.layer), &b = wanted.at(term.layer);
    if (term.weight != 0) loss = loss + term.weight * distance(a, b);
    if (term.gram_weight != 0) loss = loss + term.gram_weight * (gram(a) - gram(b)).abs().mean();
  }
  return loss;
}

int Perceptual::least_side() const {
  int side = 1;
  for (const auto& layer : layers_) {
    const int stage = layer[layer.find_first_of("12345")] - '0';
    side = std::max(side, 1 << (layer.starts_with("pool") ? stage : stage - 1));
  }
  return side;
}

torch::Tensor gram(const torch::Tensor& features) {
  const auto flat = features.flatten(2);
  return at::bmm(flat, flat.transpose(1, 2)) / static_cast<double>(flat.size(1) * flat.size(2));
}

std::shared_ptr<Vgg> feature_network(const std::string& depth, const std::string& source,
                                     torch::Device device) {
  if (source == "none") return nullptr;
  std::shared_ptr<Vgg> vgg;
  if (source == "random") {
    VggOptions options;
    options.depth = depth;
    vgg = std::make_shared<Vgg>(options);
  } else {
    vgg = load_vgg(depth, source);
  }
  vgg->to(device);
  vgg->eval();
  to_channels_last(*vgg);
  for (auto& parameter : vgg->parameters()) parameter.set_requires_grad(false);
  return vgg;
}

}  // namespace gan::training::losses
