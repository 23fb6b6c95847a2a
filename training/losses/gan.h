// SPDX-License-Identifier: LGPL-2.1-or-later
// Adversarial losses on logits of any shape, as means over all their elements. Where a mean stands
// inside of a loss, it is that of all processes' batch (models/blocks/batch_parts.h).
#pragma once

#include <torch/torch.h>

#include <functional>
#include <string>

namespace gan::training::losses {

// vanilla: binary cross entropy with logits (Goodfellow et al. 2014, arXiv:1406.2661, section 3)
// lsgan: squared distance to 1 or 0 (Mao et al. 2017, arXiv:1611.04076, eq. 9)
// wgan: the mean itself (Arjovsky et al. 2017, arXiv:1701.07875, eq. 2)
// hinge: (Lim and Ye 2017, arXiv:1705.02894)
enum class Adversarial { kVanilla, kLsgan, kWgan, kHinge };
// wgan wants a gradient penalty, so that recipes which offer it say so themselves.
inline constexpr const char* kAdversarialWords = "vanilla|lsgan|hinge";
Adversarial adversarial_from_word(const std::string& word);  // one of kAdversarialWords, or wgan

// What the discriminator minimises for real and for fake pictures; callers add or average the two.
torch::Tensor discriminator_real(Adversarial kind, const torch::Tensor& logits);
torch::Tensor discriminator_fake(Adversarial kind, const torch::Tensor& logits);
// What the generator minimises: its fakes count as real (the non-saturating form).
torch::Tensor generator(Adversarial kind, const torch::Tensor& fake_logits);

// Relativistic average (Jolicoeur-Martineau 2018, arXiv:1807.00734; Wang et al. 2018, ESRGAN, eqs.
// 1 and 2): real logits are judged against the mean of the fake ones and the reverse. As a sum of
// the two halves; ESRGAN's code takes half of it, its paper the sum.
torch::Tensor relativistic_discriminator(Adversarial kind, const torch::Tensor& real,
                                         const torch::Tensor& fake);
torch::Tensor relativistic_generator(Adversarial kind, const torch::Tensor& real,
                                     const torch::Tensor& fake);

using Critic = std::function<torch::Tensor(const torch::Tensor& pictures)>;

// mean((|grad D(x)| - 1)^2) over each sample's whole gradient, at x = alpha real + (1 - alpha) fake
// (Gulrajani et al. 2017, arXiv:1704.00028, eq. 3). alpha: {N, 1} in [0, 1].
torch::Tensor gradient_penalty(const Critic& critic, const torch::Tensor& real,
                               const torch::Tensor& fake, const torch::Tensor& alpha);
// mean over samples of |grad D(real)|^2 (Mescheder et al. 2018, arXiv:1801.04406, eq. 9, without
// its gamma / 2).
torch::Tensor r1_penalty(const Critic& critic, const torch::Tensor& real);

// Share of right answers of a discriminator whose logits are above 0 (lsgan: above 1/2) for real.
torch::Tensor accuracy(Adversarial kind, const torch::Tensor& real, const torch::Tensor& fake);

}  // namespace gan::training::losses
