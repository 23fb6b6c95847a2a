// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/gan.h"

#include "core/error.h"
#include "models/blocks/batch_parts.h"

namespace gan::training::losses {
namespace {

// Penalty of logits that should say `real`. Hinge has no limit for the generator.
torch::Tensor penalty(Adversarial kind, const torch::Tensor& logits, bool real) {
  const auto sign = real ? -logits : logits;
  switch (kind) {
    case Adversarial::kVanilla:
      return at::binary_cross_entropy_with_logits(
          logits, real ? at::ones_like(logits) : at::zeros_like(logits));
    case Adversarial::kLsgan: return (logits - (real ? 1.0 : 0.0)).square().mean();
    case Adversarial::kWgan: return sign.mean();
    case Adversarial::kHinge: return (1 + sign).relu().mean();
  }
  return {};
}

torch::Tensor batch_mean(const torch::Tensor& logits) { return mean_of_parts(logits.mean()); }

torch::Tensor gradient_of(const Critic& critic, const torch::Tensor& at_pictures) {
  const auto x = at_pictures.detach().set_requires_grad(true);
  return torch::autograd::grad({critic(x).sum()}, {x}, {}, true, true)[0].flatten(1);
}

}  // namespace

Adversarial adversarial_from_word(const std::string& word) {
  if (word == "vanilla") return Adversarial::kVanilla;
  if (word == "lsgan") return Adversarial::kLsgan;
  if (word == "wgan") return Adversarial::kWgan;
  if (word == "hinge") return Adversarial::kHinge;
  fail(ErrorKind::kSettings, "an adversarial loss must be one of ", kAdversarialWords,
       "|wgan, got \"", word, "\"");
}

torch::Tensor discriminator_real(Adversarial kind, const torch::Tensor& logits) {
  return penalty(kind, logits, true);
}

torch::Tensor discriminator_fake(Adversarial kind, const torch::Tensor& logits) {
  return penalty(kind, logits, false);
}

torch::Tensor generator(Adversarial kind, const torch::Tensor& fake_logits) {
  return kind == Adversarial::kHinge ? -fake_logits.mean() : penalty(kind, fake_logits, true);
}

torch::Tensor relativistic_discriminator(Adversarial kind, const torch::Tensor& real,
                                         const torch::Tensor& fake) {
  return penalty(kind, real - batch_mean(fake), true) +
         penalty(kind, fake - batch_mean(real), false);
}

torch::Tensor relativistic_generator(Adversarial kind, const torch::Tensor& real,
                                     const torch::Tensor& fake) {
  return penalty(kind, real - batch_mean(fake), false) +
         penalty(kind, fake - batch_mean(real), true);
}

torch::Tensor gradient_penalty(const Critic& critic, const torch::Tensor& real,
                               const torch::Tensor& fake, const torch::Tensor& alpha) {
  const auto share = alpha.view({-1, 1, 1, 1});
  const auto gradient = gradient_of(critic, share * real + (1 - share) * fake);
  return (gradient.norm(2, 1) - 1).square().mean();
}

torch::Tensor r1_penalty(const Critic& critic, const torch::Tensor& real) {
  return gradient_of(critic, real).square().sum(1).mean();
}

torch::Tensor accuracy(Adversarial kind, const torch::Tensor& real, const torch::Tensor& fake) {
  const double border = kind == Adversarial::kLsgan ? 0.5 : 0;
  return (real.gt(border).to(at::kFloat).mean() + fake.le(border).to(at::kFloat).mean()) / 2;
}

}  // namespace gan::training::losses
