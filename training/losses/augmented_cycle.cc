// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/losses/augmented_cycle.h"

#include "training/losses/gan.h"
#include "training/losses/pixel.h"
#include "training/losses/smoothness.h"

namespace gan::training::losses {

AugmentedCycle augmented_cycle(const AugmentedWay& way, const AugmentedBatch& batch,
                               const torch::Tensor& kernel) {
  constexpr auto kKind = Adversarial::kLsgan;
  const auto judged = [](const torch::Tensor& real, const torch::Tensor& fake) {
    return (discriminator_real(kKind, real) + discriminator_fake(kKind, fake)) / 2;
  };
  AugmentedCycle result;
  const auto y = way.there(batch.x, batch.code_y);
  const auto code_x = way.code_x ? way.code_x(batch.x, y) : torch::Tensor();
  const auto x = way.back(y, code_x);

  result.real_logits = way.judge_y(batch.y);
  result.fake_logits = way.judge_y(y);
  result.judge_picture = judged(result.real_logits, result.fake_logits);
  result.picture_gan = generator(kKind, result.fake_logits);
  if (way.code_x) {
    const auto prior = way.judge_code_x(batch.prior_x), found = way.judge_code_x(code_x);
    result.judge_code = judged(prior, found);
    result.code_gan = generator(kKind, found);
  }
  result.cycle = l1(x, batch.x);
  if (way.code_y) result.code_cycle = l1(way.code_y(batch.x, y), batch.code_y);
  result.blur = blurred_l1(batch.x, y, kernel);
  return result;
}

}  // namespace gan::training::losses
