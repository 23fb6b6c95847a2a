// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <string>

#include "models/blocks/batch_parts.h"
#include "training/losses/gan.h"
#include "training/run/step.h"

namespace gan::training {

// What tells whether a GAN is in balance: means of both logits and the share of right answers, as
// logit_real, logit_fake and accuracy_d, with the judge's name behind where there are several. An
// accuracy near 1 for long: the generator no longer learns; near 1/2: the judge sees no difference.
inline void log_judgement(Step& step, losses::Adversarial kind, const torch::Tensor& real,
                          const torch::Tensor& fake, const std::string& judge = "") {
  step.log("logit_real" + judge, real.mean());
  step.log("logit_fake" + judge, fake.mean());
  step.log("accuracy_d" + judge, losses::accuracy(kind, real, fake));
}

// The same where each kind is judged against the other's mean.
inline void log_relativistic_judgement(Step& step, losses::Adversarial kind,
                                       const torch::Tensor& real, const torch::Tensor& fake) {
  const auto mean_real = real.detach().mean(), mean_fake = fake.detach().mean();
  step.log("logit_real", mean_real);
  step.log("logit_fake", mean_fake);
  step.log("accuracy_d", losses::accuracy(kind, real - mean_of_parts(mean_fake),
                                          fake - mean_of_parts(mean_real)));
}

}  // namespace gan::training
