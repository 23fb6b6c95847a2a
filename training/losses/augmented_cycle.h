// SPDX-License-Identifier: LGPL-2.1-or-later
// The losses of the Augmented CycleGAN (Almahairi et al. 2018, arXiv:1802.10151, section 4), in the
// two-sided form of Aug-CycleGAN-keras, where both ways have codes. Pictures {N, 3, H, W} in [0,
// 1], codes {N, latent} from N(0, 1). Adversarial terms are least squares.
#pragma once

#include <torch/torch.h>

#include <functional>

namespace gan::training::losses {

// The networks of one way around, from x to y and back.
struct AugmentedWay {
  using PictureOfCode =
      std::function<torch::Tensor(const torch::Tensor& picture, const torch::Tensor& code)>;
  using CodeOfPair = std::function<torch::Tensor(const torch::Tensor& x, const torch::Tensor& y)>;
  using Judge = std::function<torch::Tensor(const torch::Tensor&)>;

  PictureOfCode there;  // y of x by a code of y's side
  PictureOfCode back;   // x of y by a code of x's side, which may be undefined
  CodeOfPair code_x;    // null where x's side has no codes
  CodeOfPair code_y;    // null where y's side has no codes; code_y of the batch is undefined then
  Judge judge_y;
  Judge judge_code_x;  // null where x's side has no codes
};

// What one way around gives, all of one forward pass: x, code_y -> y' -> code_x' -> x'.
struct AugmentedCycle {
  torch::Tensor judge_picture;  // the judge's own loss: half of real y and of y'
  torch::Tensor judge_code;     // the same of codes: half of prior and of code_x'
  torch::Tensor picture_gan;    // y' as the generator wants it judged
  torch::Tensor code_gan;       // marginal matching: code_x' as the encoder wants it judged
  torch::Tensor cycle;          // |x - x'|
  torch::Tensor code_cycle;     // |code_y - code_y'|, code_y' found in the pair x, y'
  torch::Tensor blur;           // |K x - K y'|: large areas keep their colours
  torch::Tensor real_logits, fake_logits;  // of the judge of pictures
};

struct AugmentedBatch {
  torch::Tensor x, y;             // unpaired
  torch::Tensor prior_x, code_y;  // codes; prior_x is undefined where x's side has none
};

// kernel {k, k}: the blur of models/blocks/fixed_filter.h. judge_code and code_gan are undefined
// where x's side has no codes, code_cycle where y's has none.
AugmentedCycle augmented_cycle(const AugmentedWay& way, const AugmentedBatch& batch,
                               const torch::Tensor& kernel);

}  // namespace gan::training::losses
