// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/perceptual.h"

#include "core/error.h"
#include "models/features/mobilenet.h"
#include "models/features/vgg.h"

namespace gan::training::losses {
namespace {

torch::Tensor unit(const torch::Tensor& features) {
  return features / (features.square().sum(1, true) + 1e-10).sqrt();
}

}  // namespace

Perceptual::Perceptual(std::shared_ptr<FeatureNetwork> network, std::vector<FeatureTerm> terms,
                       Distance distance)
    : network_(std::move(network)), terms_(std::move(terms)), distance_(distance) {
  for (const auto& term : terms_) layers_.push_back(term.layer);
}

torch::Tensor Perceptual::operator()(const torch::Tensor& picture,
                                     const torch::Tensor& reference) const {
  const auto actual = network_->forward(picture, layers_);
  const auto wanted = [&] {
    torch::NoGradGuard no_grad;
    return network_->forward(reference, layers_);
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

torch::Tensor gram(const torch::Tensor& features) {
  const auto flat = features.flatten(2);
  return at::bmm(flat, flat.transpose(1, 2)) / static_cast<double>(flat.size(1) * flat.size(2));
}

void FeatureOptions::visit(OptionVisitor& v, const std::string& depth) {
  v.text("perceptual", perceptual, "vgg|mobilenet",
         "features: of VGG, or the built-in MobileNet's");
  v.text("vgg", vgg, "",
         concat("file of VGG", depth, " weights; none leaves the term out; random tries it out")
             .c_str());
}

std::shared_ptr<FeatureNetwork> feature_network(const std::string& depth,
                                                const FeatureOptions& options,
                                                torch::Device device) {
  std::shared_ptr<FeatureNetwork> network;
  if (!options.uses_vgg()) {
    network = builtin_mobilenet();
  } else if (options.vgg == "none") {
    return nullptr;
  } else if (options.vgg == "random") {
    VggOptions random;
    random.depth = depth;
    network = std::make_shared<Vgg>(random);
  } else {
    network = load_vgg(depth, options.vgg);
  }
  network->to(device);
  network->eval();
  to_channels_last(*network);
  for (auto& parameter : network->parameters()) parameter.set_requires_grad(false);
  return network;
}

Perceptual mobilenet_distance(std::shared_ptr<FeatureNetwork> network) {
  return {std::move(network),
          {{"features.1"}, {"features.3"}, {"features.6"}, {"features.13"}},
          Perceptual::Distance::kUnitMse};
}

}  // namespace gan::training::losses
