// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/convolution.h"

#include <algorithm>

#include "models/machine/interruption.h"

namespace gan {

namespace nn = torch::nn;

namespace {

// Calls visit with the weight of every layer below module, and zeroes the layer's bias.
template <class Visit>
void visit_weights(nn::Module& module, const Visit& visit) {
  torch::NoGradGuard no_grad;
  for (const auto& item : module.named_parameters(/*recurse=*/false)) {
    if (item.key() == "weight" || item.key() == "weight_orig") visit(item.value());
    if (item.key() == "bias") item.value().zero_();
  }
  for (const auto& child : module.children()) visit_weights(*child, visit);
}

}  // namespace

torch::Tensor ConvImpl::forward(const torch::Tensor& x) {
  end_if_interrupted();
  return Conv2dImpl::forward(x);
}

Conv make_conv(const ConvShape& shape) {
  return Conv(nn::Conv2dOptions(shape.in, shape.out, shape.kernel)
                  .stride(shape.stride)
                  .padding(shape.padding_pixels())
                  .groups(shape.groups)
                  .bias(shape.bias));
}

torch::Tensor conv_same(Conv& conv, const torch::Tensor& x) {
  end_if_interrupted();
  const auto& options = conv->options;
  const auto padding = [&](int axis) {
    const int64_t side = x.size(axis + 2), stride = (*options.stride())[axis];
    return std::max<int64_t>(
        ((side + stride - 1) / stride - 1) * stride + (*options.kernel_size())[axis] - side, 0);
  };
  const int64_t rows = padding(0), columns = padding(1);
  // One pixel gives one pixel whatever the stride; with 2, LibTorch 1.13's gradient of the weight
  // in bf16 on the CPU takes in memory that nothing was written to.
  static constexpr int64_t kOnes[] = {1, 1};
  const bool pixel = x.size(2) == 1 && x.size(3) == 1;
  const at::IntArrayRef stride = pixel ? at::IntArrayRef(kOnes) : *options.stride();
  const int64_t dilation = 1, groups = conv->options.groups();
  if (rows % 2 == 0 && columns % 2 == 0)
    return at::conv2d(x, conv->weight, conv->bias, stride, {rows / 2, columns / 2}, dilation,
                      groups);
  const auto padded =
      at::constant_pad_nd(x, {columns / 2, columns - columns / 2, rows / 2, rows - rows / 2});
  const int64_t none = 0;
  return at::conv2d(padded, conv->weight, conv->bias, *options.stride(), none, dilation, groups);
}

ConvTransposeImpl::ConvTransposeImpl(const ConvShape& shape, int64_t output_padding)
    : ConvTranspose2dImpl(nn::ConvTranspose2dOptions(shape.in, shape.out, shape.kernel)
                              .stride(shape.stride)
                              .padding(shape.padding_pixels())
                              .output_padding(output_padding)
                              .bias(shape.bias)),
      padding_(shape.padding_pixels()) {}

torch::Tensor ConvTransposeImpl::forward(const torch::Tensor& x) {
  end_if_interrupted();
  return without_bf16_on_cpu(x, [&](const torch::Tensor& in) {
    const auto type = in.scalar_type();
    return at::conv_transpose2d(in, weight.to(type), bias.defined() ? bias.to(type) : bias,
                                *options.stride(), padding_, *options.output_padding());
  });
}

torch::Tensor reflection_pad(const torch::Tensor& x, at::IntArrayRef sides) {
  return without_bf16_on_cpu(
      x, [&](const torch::Tensor& in) { return at::reflection_pad2d(in, sides); });
}

torch::Tensor replication_pad(const torch::Tensor& x, at::IntArrayRef sides) {
  return without_bf16_on_cpu(
      x, [&](const torch::Tensor& in) { return at::replication_pad2d(in, sides); });
}

void init_normal(nn::Module& module, double deviation) {
  visit_weights(
      module, [&](torch::Tensor weight) { weight.normal_(weight.dim() == 1 ? 1 : 0, deviation); });
}

void init_glorot(nn::Module& module) {
  visit_weights(module, [](torch::Tensor weight) {
    if (weight.dim() > 1) nn::init::xavier_uniform_(weight);
  });
}

}  // namespace gan
