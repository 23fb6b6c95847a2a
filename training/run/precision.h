// SPDX-License-Identifier: LGPL-2.1-or-later
// Mixed precision: weights, outputs of networks and losses in fp32, convolutions and products
// inside networks in bf16.
#pragma once

#include <torch/torch.h>

#include <string>

namespace gan::training {

// "fp32" or "bf16"; bf16 has fp32's range, so nothing needs to be scaled. Throws Error(kSettings)
// for another word (fp16 would need a loss scaler), and for bf16 on a CPU that cannot do it.
torch::ScalarType training_precision(const std::string& word, torch::Device device);

// bf16 must be so many times as fast as fp32 to be chosen by itself.
inline constexpr double kBf16Gain = 1.15;

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

// What is kept of weights in bf16 is of their values before: call it when weights have changed.
void forget_autocast_weights();

}  // namespace gan::training
