// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/prelu.h"

#include <ATen/Parallel.h>

#include "core/simd.h"

namespace gan {
namespace {

using torch::Tensor;

constexpr int64_t kRowsAtOnce = 2048;  // pixels whose channels one thread takes in one go

bool has_loops(const Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == at::kFloat && x.dim() == 4 &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

// The loops: rows of `channels` floats.
GAN_SIMD void bend(const float* x, const float* slope, float* y, int64_t rows, int64_t channels) {
  for (; rows > 0; --rows, x += channels, y += channels)
    for (int64_t c = 0; c < channels; ++c) y[c] = x[c] > 0 ? x[c] : slope[c] * x[c];
}

// to_slope: sums over the rows.
GAN_SIMD void bend_back(const float* x, const float* slope, const float* to_y, float* to_x,
                        float* to_slope, int64_t rows, int64_t channels) {
  for (; rows > 0; --rows, x += channels, to_y += channels, to_x += channels)
    for (int64_t c = 0; c < channels; ++c) {
      const float below = x[c] > 0 ? 0.0f : to_y[c];
      to_x[c] = x[c] > 0 ? to_y[c] : slope[c] * to_y[c];
      to_slope[c] += below * x[c];
    }
}

int64_t rows_of(const Tensor& x) { return x.numel() / x.size(1); }
int64_t chunks_of(const Tensor& x) { return (rows_of(x) + kRowsAtOnce - 1) / kRowsAtOnce; }

// work(first row, rows, place of the chunk)
template <class Work>
void for_chunks(const Tensor& x, const Work& work) {
  const int64_t rows = rows_of(x);
  at::parallel_for(0, chunks_of(x), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      work(i * kRowsAtOnce, std::min(kRowsAtOnce, rows - i * kRowsAtOnce), i);
  });
}

void bend_all(const Tensor& x, const Tensor& slope, const Tensor& y) {
  const int64_t channels = x.size(1);
  for_chunks(x, [&](int64_t row, int64_t rows, int64_t) {
    bend(x.data_ptr<float>() + row * channels, slope.data_ptr<float>(),
         y.data_ptr<float>() + row * channels, rows, channels);
  });
}

struct Function : torch::autograd::Function<Function> {
  static Tensor forward(torch::autograd::AutogradContext* context, const Tensor& x,
                        const Tensor& slope) {
    context->save_for_backward({x, slope});
    const Tensor y = torch::empty_like(x);
    bend_all(x, slope, y);
    return y;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const Tensor &x = saved[0], &slope = saved[1];
    const int64_t channels = x.size(1);
    if (torch::GradMode::is_enabled()) {  // for a gradient of the gradient
      const Tensor above = x > 0, zero = torch::zeros({}, x.options());
      return {torch::where(above, gradients[0], gradients[0] * slope.view({1, channels, 1, 1})),
              torch::where(above, zero, gradients[0] * x).sum({0, 2, 3})};
    }
    const Tensor to_y = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Tensor to_x = torch::empty_like(x);
    const Tensor to_slope = torch::zeros({chunks_of(x), channels}, x.options());
    for_chunks(x, [&](int64_t row, int64_t rows, int64_t chunk) {
      const int64_t first = row * channels;
      bend_back(x.data_ptr<float>() + first, slope.data_ptr<float>(),
                to_y.data_ptr<float>() + first, to_x.data_ptr<float>() + first,
                to_slope.data_ptr<float>() + chunk * channels, rows, channels);
    });
    return {to_x, to_slope.sum(0)};
  }
};

}  // namespace

PReLUImpl::PReLUImpl(int64_t channels)
    : weight_(register_parameter("weight", torch::full({channels}, 0.25))) {}

Tensor PReLUImpl::forward(const Tensor& x) {
  if (!has_loops(x)) return torch::prelu(x, weight_);
  if (torch::GradMode::is_enabled() && (x.requires_grad() || weight_.requires_grad()))
    return Function::apply(x, weight_);
  bend_all(x, weight_, x);
  return x;
}

}  // namespace gan
