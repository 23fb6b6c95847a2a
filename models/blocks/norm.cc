// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/norm.h"

#include "models/blocks/batch_parts.h"
#include "models/blocks/convolution.h"

namespace gan {

namespace nn = torch::nn;

BatchNormImpl::BatchNormImpl(int64_t channels, const BatchNormStyle& style) : style_(style) {
  weight_ = register_parameter("weight", torch::ones(channels));
  bias_ = register_parameter("bias", torch::zeros(channels));
  running_mean_ = register_buffer("running_mean", torch::zeros(channels));
  running_var_ = register_buffer("running_var", torch::ones(channels));
  num_batches_tracked_ = register_buffer("num_batches_tracked", torch::zeros({}, at::kLong));
}

torch::Tensor BatchNormImpl::forward(const torch::Tensor& x) {
  if (is_training()) num_batches_tracked_.add_(1);
  if (is_training() && batch_parts().parts > 1) return over_parts(x);
  const bool running = !style_.batch_in_eval || is_training();
  return at::batch_norm(x, weight_, bias_, running ? running_mean_ : torch::Tensor(),
                        running ? running_var_ : torch::Tensor(),
                        is_training() || style_.batch_in_eval, style_.momentum, style_.epsilon,
                        false);
}

// What at::batch_norm does of a batch that lies in one process.
torch::Tensor BatchNormImpl::over_parts(const torch::Tensor& x) {
  const auto wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  std::vector<int64_t> all_but_channels = {0};
  for (int64_t axis = 2; axis < x.dim(); ++axis) all_but_channels.push_back(axis);
  const auto count = static_cast<double>(x.numel() / x.size(1) * batch_parts().parts);
  const auto mean = sum_of_parts(wide.sum(all_but_channels, /*keepdim=*/true)) / count;
  const auto centred = wide - mean;
  const auto variance = sum_of_parts(centred.square().sum(all_but_channels, true)) / count;
  {
    torch::NoGradGuard no_grad;
    running_mean_.lerp_(mean.flatten(), style_.momentum);
    running_var_.lerp_(variance.flatten() * (count / (count - 1)), style_.momentum);
  }
  std::vector<int64_t> shape(static_cast<size_t>(x.dim()), 1);
  shape[1] = -1;
  const auto factor = (variance + style_.epsilon).rsqrt() * weight_.view(shape);
  return at::addcmul(bias_.view(shape), centred, factor).to(x.scalar_type());
}

torch::Tensor LayerNormImpl::forward(const torch::Tensor& x) {
  const auto type = x.scalar_type();
  return at::layer_norm(x, options.normalized_shape(), weight.to(type), bias.to(type),
                        options.eps());
}

torch::Tensor GroupNormImpl::forward(const torch::Tensor& x) {
  // LibTorch 1.13 loses a deviation that is small beside the mean in channels_last.
  return without_bf16_on_cpu(x, [this](const torch::Tensor& wide) {
    const auto type = wide.scalar_type();
    return at::group_norm(wide.contiguous(), options.num_groups(), weight.to(type), bias.to(type),
                          options.eps());
  });
}

ChannelNormImpl::ChannelNormImpl(int64_t channels)
    : weight_(register_parameter("weight", torch::ones(channels))),
      bias_(register_parameter("bias", torch::zeros(channels))) {}

torch::Tensor ChannelNormImpl::forward(const torch::Tensor& x) {
  const auto type = x.scalar_type();
  return at::layer_norm(x.permute({0, 2, 3, 1}), weight_.sizes(), weight_.to(type), bias_.to(type),
                        1e-6)
      .permute({0, 3, 1, 2});
}

torch::Tensor instance_norm(const torch::Tensor& x, Spread spread, double eps,
                            const torch::Tensor& scale, const torch::Tensor& shift) {
  const auto wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
  const auto [variance, mean] =
      at::var_mean(wide, {2, 3}, spread == Spread::kUnbiased, /*keepdim=*/true);
  auto factor = spread == Spread::kAddedToDeviation ? 1 / (variance.clamp_min(1e-20).sqrt() + eps)
                                                    : (variance + eps).rsqrt();
  const auto channelwise = [](const torch::Tensor& t) {
    return t.dim() == 1 ? t.view({1, -1, 1, 1}) : t;
  };
  if (scale.defined()) factor = factor * channelwise(scale);
  // The mean goes first: where a map is flat, the difference is exactly 0.
  const auto centred = wide - mean;
  const auto y = shift.defined()
                     ? at::addcmul(channelwise(shift).to(wide.scalar_type()), centred, factor)
                     : centred * factor;
  return y.to(x.scalar_type());
}

AffineInstanceNormImpl::AffineInstanceNormImpl(int64_t channels, Spread spread, double eps,
                                               const char* scale, const char* shift)
    : spread_(spread), eps_(eps) {
  scale_ = register_parameter(scale, torch::ones(channels));
  shift_ = register_parameter(shift, torch::zeros(channels));
}

void push_norm(nn::Sequential& layers, const std::string& norm, int64_t channels,
               bool batch_in_eval) {
  if (norm == "batch")
    layers->push_back(BatchNorm(channels, BatchNormStyle{.batch_in_eval = batch_in_eval}));
  else if (norm == "instance")
    layers->push_back(nn::InstanceNorm2d(nn::InstanceNorm2dOptions(channels)));
  else
    layers->push_back(nn::Identity());  // so that the layers keep their numbers
}

}  // namespace gan
