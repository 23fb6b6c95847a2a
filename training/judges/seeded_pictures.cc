// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/judges/seeded_pictures.h"

#include <vector>

#include "core/latent.h"

namespace gan::training {

torch::Tensor seeded_codes(int64_t first, int64_t count, int length) {
  std::vector<torch::Tensor> codes;
  for (int64_t i = 0; i < count; ++i)
    codes.push_back(torch::tensor(seeded_code(static_cast<uint32_t>(first + i), length)));
  return torch::stack(codes);
}

torch::Tensor seeded_pictures(Network& generator, const Seeds& seeds, torch::Device device,
                              const torch::Tensor& label) {
  const auto codes = seeded_codes(seeds.first, seeds.count, generator.traits().latent);
  return unit_on_cpu(generator.run(
      {.latent = codes.to(device), .label = label.defined() ? label.to(device) : label}));
}

torch::Tensor unit_on_cpu(const torch::Tensor& pictures) {
  return ((pictures.to(torch::kCPU) + 1) / 2).clamp(0, 1);
}

}  // namespace gan::training
