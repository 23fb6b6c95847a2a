// SPDX-License-Identifier: LGPL-2.1-or-later
// The training loop that gan-train is compared with: the same networks and losses as its recipes
// compact, esrgan and pix2pix, in LibTorch as it comes: float, NCHW memory, its own allocator,
// batches that lie ready in memory.
//   training_plain compact|esrgan|pix2pix STEPS    prints steps a second, after 5 steps to warm up
#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>

#include "models/discriminators/patchgan.h"
#include "models/discriminators/unet_sn.h"
#include "models/generators/compact.h"
#include "models/generators/rrdbnet.h"
#include "models/generators/unet.h"

namespace {

namespace F = torch::nn::functional;
using torch::Tensor;

struct Sizes {
  int64_t batch, patch, scale;
};

Tensor cross_entropy(const Tensor& logits, double label) {
  return F::binary_cross_entropy_with_logits(logits, torch::full_like(logits, label));
}

std::function<void()> compact_step(const Sizes& sizes) {
  gan::CompactOptions options;
  options.scale = static_cast<int>(sizes.scale);
  auto network = std::make_shared<gan::CompactNet>(options);
  auto adam = std::make_shared<torch::optim::Adam>(network->parameters(), 2e-4);
  const auto low = torch::rand({sizes.batch, 3, sizes.patch, sizes.patch}),
             high = torch::rand(
                 {sizes.batch, 3, sizes.patch * sizes.scale, sizes.patch * sizes.scale});
  return [=] {
    adam->zero_grad();
    torch::l1_loss(network->forward(low), high).backward();
    adam->step();
  };
}

std::function<void()> esrgan_step(const Sizes& sizes) {
  gan::RrdbNetOptions options;
  options.scale = static_cast<int>(sizes.scale);
  options.blocks = 6;
  auto g = std::make_shared<gan::RrdbNet>(options);
  auto d = std::make_shared<gan::UnetSn>(gan::UnetSnOptions());
  auto adam_g = std::make_shared<torch::optim::Adam>(g->parameters(), 2e-4);
  auto adam_d = std::make_shared<torch::optim::Adam>(d->parameters(), 1e-4);
  const auto low = torch::rand({sizes.batch, 3, sizes.patch, sizes.patch}),
             high = torch::rand(
                 {sizes.batch, 3, sizes.patch * sizes.scale, sizes.patch * sizes.scale});
  return [=] {
    for (auto& parameter : d->parameters()) parameter.set_requires_grad(false);
    adam_g->zero_grad();
    const auto fake = g->forward(low);
    const auto real_logits = d->forward(high).detach(), fake_logits = d->forward(fake);
    (1e-2 * torch::l1_loss(fake, high) + 5e-3 *
                                             (cross_entropy(real_logits - fake_logits.mean(), 0) +
                                              cross_entropy(fake_logits - real_logits.mean(), 1)) /
                                             2)
        .backward();
    adam_g->step();
    for (auto& parameter : d->parameters()) parameter.set_requires_grad(true);
    adam_d->zero_grad();
    const auto real = d->forward(high), judged = d->forward(fake.detach());
    ((cross_entropy(real - judged.mean(), 1) + cross_entropy(judged - real.mean(), 0)) / 2)
        .backward();
    adam_d->step();
  };
}

std::function<void()> pix2pix_step() {
  auto g = std::make_shared<gan::Unet>(gan::UnetOptions());
  gan::PatchGanOptions judge;
  judge.in_channels = 6;
  auto d = std::make_shared<gan::PatchGan>(judge);
  const auto adam = torch::optim::AdamOptions(2e-4).betas({0.5, 0.999});
  auto adam_g = std::make_shared<torch::optim::Adam>(g->parameters(), adam);
  auto adam_d = std::make_shared<torch::optim::Adam>(d->parameters(), adam);
  const auto a = torch::rand({1, 3, 256, 256}) * 2 - 1, b = torch::rand({1, 3, 256, 256}) * 2 - 1;
  return [=] {
    const auto fake = g->forward(a);
    adam_d->zero_grad();
    ((cross_entropy(d->forward(torch::cat({a, b}, 1)), 1) +
      cross_entropy(d->forward(torch::cat({a, fake.detach()}, 1)), 0)) /
     2)
        .backward();
    adam_d->step();
    for (auto& parameter : d->parameters()) parameter.set_requires_grad(false);
    adam_g->zero_grad();
    (cross_entropy(d->forward(torch::cat({a, fake}, 1)), 1) + 100 * torch::l1_loss(fake, b))
        .backward();
    adam_g->step();
    for (auto& parameter : d->parameters()) parameter.set_requires_grad(true);
  };
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "training_plain compact|esrgan|pix2pix STEPS\n"), 2;
  const int steps = std::atoi(argv[2]);
  const auto step = std::strcmp(argv[1], "compact") == 0  ? compact_step({16, 64, 2})
                    : std::strcmp(argv[1], "esrgan") == 0 ? esrgan_step({4, 32, 4})
                                                          : pix2pix_step();
  for (int i = 0; i < 5; ++i) step();
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < steps; ++i) step();
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
  std::printf("%.3f\n", steps / taken.count());
  return 0;
}
