// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/self_attention.h"

#include "core/error.h"

namespace gan {

SelfAttentionImpl::SelfAttentionImpl(int64_t channels) {
  check(channels >= 8, ErrorKind::kSettings, "self-attention wants at least 8 channels, got ",
        channels, ": more features");
  const auto pointwise = [&](const char* name, int64_t out) {
    return register_module(
        name, SpectralConv(ConvShape{.in = channels, .out = out, .kernel = 1, .bias = false}, 1));
  };
  query_ = pointwise("query", channels / 8);
  key_ = pointwise("key", channels / 8);
  value_ = pointwise("value", channels);
  gamma_ = register_parameter("gamma", torch::zeros({1}));
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x) {
  const auto pixels = x.flatten(2).contiguous();  // {N, C, H W}
  // In turn, because each training forward moves its own u and v.
  const auto query = query_(pixels), key = key_(pixels), value = value_(pixels);
  const auto weights = at::softmax(at::bmm(query.transpose(1, 2), key), 1);
  return (gamma_ * at::bmm(value, weights) + pixels).view(x.sizes());
}

}  // namespace gan
