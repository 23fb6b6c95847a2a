// SPDX-License-Identifier: LGPL-2.1-or-later
// Mixed precision: weights and losses in fp32, convolutions and products in bf16.
#pragma once

#include <torch/torch.h>

#include <string>

namespace gan::training {

// "auto" and "fp32": fp32; "bf16": mixed. bf16 has fp32's range, so nothing needs to be scaled.
// Throws Error(kSettings) for another word (fp16 would need a loss scaler).
torch::ScalarType training_precision(const std::string& word);

// Mixed precision for this thread's operators as long as it lives; nothing with fp32.
class Autocast {
 public:
  Autocast(torch::Device device, torch::ScalarType precision);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  void enable(bool on) const;
  torch::Device device_;
  bool mixed_;
};

}  // namespace gan::training
