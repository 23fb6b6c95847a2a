// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/normalised_conv.h"

namespace gan {

namespace nn = torch::nn;
namespace F = torch::nn::functional;

namespace {

torch::Tensor unit(const torch::Tensor& vector) {
  return F::normalize(vector, F::NormalizeFuncOptions().dim(0).eps(1e-12));
}

torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight,
                       const torch::Tensor& bias, const ConvShape& shape) {
  return at::conv2d(x, weight, bias, shape.stride, shape.padding_pixels());
}

}  // namespace

SpectralConvImpl::SpectralConvImpl(const ConvShape& shape, int dimensions)
    : shape_(shape), dimensions_(dimensions) {
  std::vector<int64_t> sizes = {shape.out, shape.in};
  sizes.resize(2 + dimensions, shape.kernel);
  auto weight = torch::empty(sizes);
  nn::init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (shape.bias) bias_ = register_parameter("bias", torch::zeros(shape.out));
  weight_orig_ = register_parameter("weight_orig", weight);
  const int64_t columns = weight.numel() / shape.out;
  weight_u_ = register_buffer("weight_u", unit(torch::randn(shape.out)));
  weight_v_ = register_buffer("weight_v", unit(torch::randn(columns)));
  // So that sigma means something before the first training step.
  for (int i = 0; i < 15; ++i) iterate();
}

void SpectralConvImpl::iterate() {
  torch::NoGradGuard no_grad;
  const auto matrix = weight_orig_.flatten(1);
  weight_v_.copy_(unit(at::mv(matrix.t(), weight_u_)));
  weight_u_.copy_(unit(at::mv(matrix, weight_v_)));
}

torch::Tensor SpectralConvImpl::sigma() const {
  return at::dot(weight_u_, at::mv(weight_orig_.flatten(1), weight_v_)).view({1});
}

torch::Tensor SpectralConvImpl::weight() {
  if (is_training()) iterate();
  // Two forwards of one training step (real, fake) change u and v between them; the graph of the
  // first must keep its own.
  const auto u = is_training() ? weight_u_.clone() : weight_u_;
  const auto v = is_training() ? weight_v_.clone() : weight_v_;
  return weight_orig_ / at::dot(u, at::mv(weight_orig_.flatten(1), v));
}

torch::Tensor SpectralConvImpl::forward(const torch::Tensor& x) {
  if (dimensions_ == 2) return convolve(x, weight(), bias_, shape_);
  return at::conv1d(x, weight(), bias_, shape_.stride, shape_.padding_pixels());
}

WeightNormConvImpl::WeightNormConvImpl(const ConvShape& shape) : shape_(shape) {
  weight_v = torch::empty({shape.out, shape.in, shape.kernel, shape.kernel});
  nn::init::kaiming_normal_(weight_v);
  if (shape.bias) bias_ = register_parameter("bias", torch::zeros(shape.out));
  weight_g = register_parameter("weight_g", at::norm_except_dim(weight_v).clone());
  weight_v = register_parameter("weight_v", weight_v);
}

torch::Tensor WeightNormConvImpl::weight() {
  const auto product = [&] { return weight_v * (weight_g / at::norm_except_dim(weight_v)); };
  if (is_training() || (torch::GradMode::is_enabled() && weight_v.requires_grad()))
    return product();
  const uint64_t version = weight_v._version() + weight_g._version();
  // What was computed in inference mode cannot take part in a graph.
  const bool usable =
      kept_.defined() && (!kept_.is_inference() || c10::InferenceMode::is_enabled());
  if (!usable || kept_of_ != weight_v.data_ptr() || kept_version_ != version) {
    kept_ = product();
    kept_of_ = weight_v.data_ptr();
    kept_version_ = version;
  }
  return kept_;
}

torch::Tensor WeightNormConvImpl::forward(const torch::Tensor& x) {
  return convolve(x, weight(), bias_, shape_);
}

void init_icnr(torch::Tensor weight, int64_t scale) {
  torch::NoGradGuard no_grad;
  const int64_t area = scale * scale;
  auto kernel =
      torch::empty({weight.size(0) / area, weight.size(1), weight.size(2), weight.size(3)});
  nn::init::kaiming_normal_(kernel);
  weight.copy_(kernel.repeat_interleave(area, 0));
}

}  // namespace gan
