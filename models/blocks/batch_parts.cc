// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/blocks/batch_parts.h"

namespace gan {
namespace {

BatchParts& of_this_process() {
  static BatchParts parts;
  return parts;
}

class SumOfParts : public torch::autograd::Function<SumOfParts> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext*, const torch::Tensor& x) {
    auto sum = x.clone(at::MemoryFormat::Contiguous);
    of_this_process().sum(sum);
    return sum;
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list gradients) {
    return {SumOfParts::apply(gradients[0])};
  }
};

}  // namespace

const BatchParts& batch_parts() { return of_this_process(); }
void set_batch_parts(BatchParts parts) { of_this_process() = std::move(parts); }

torch::Tensor sum_of_parts(const torch::Tensor& x) {
  return batch_parts().parts == 1 ? x : SumOfParts::apply(x);
}

torch::Tensor mean_of_parts(const torch::Tensor& x) {
  return batch_parts().parts == 1 ? x
                                  : SumOfParts::apply(x) / static_cast<double>(batch_parts().parts);
}

torch::Tensor whole_batch(const torch::Tensor& part) {
  const auto& [number, parts, sum] = batch_parts();
  if (parts == 1) return part;
  torch::NoGradGuard no_grad;
  auto sizes = part.sizes().vec();
  sizes[0] *= parts;
  auto whole = torch::zeros(sizes, part.options());
  part_of_batch(whole).copy_(part);
  sum(whole);
  return whole;
}

torch::Tensor part_of_batch(const torch::Tensor& whole) {
  const int64_t samples = whole.size(0) / batch_parts().parts;
  return whole.narrow(0, batch_parts().part * samples, samples);
}

torch::Tensor drawn_like(const torch::Tensor& x,
                         const std::function<void(torch::Tensor& whole)>& fill) {
  auto sizes = x.sizes().vec();
  sizes[0] *= batch_parts().parts;
  auto whole = torch::empty(sizes, x.options(), x.suggest_memory_format());
  fill(whole);
  return part_of_batch(whole);
}

torch::Tensor normal_like(const torch::Tensor& x) {
  return drawn_like(x, [](torch::Tensor& whole) { whole.normal_(); });
}

}  // namespace gan
