// SPDX-License-Identifier: LGPL-2.1-or-later
// A network with a plan (models/plans), run by core/conv.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "core/conv/executor.h"
#include "core/workers.h"
#include "models/contents.h"
#include "models/enhancer/kernel_trial.h"
#include "models/enhancer/picture_network.h"
#include "models/enhancer/trial_cache.h"
#include "models/plans/parameters.h"

namespace gan {

// What a checkpoint's network is to core/conv.
struct PlannedModel {
  std::string name;    // as the user wrote it
  std::string origin;  // see Contents
  std::string network;
  std::string assumed;  // see EnhancerInfo
  NetworkTraits traits;
  std::function<conv::Plan(const Code& code)> plan;  // reads the weights, each time it is called
};

// None where some network that the file may hold has no plan. Throws Error: kWrongType with what is
// missing, unexpected or of another shape, kInterrupted.
std::optional<PlannedModel> planned_model(const TensorFile& file, const std::string& name);

// Note [Kernels]: a kernel is named by Winograd's tiles and by what numbers there are: f4-fp32 (all
// in float), f4-store16 (values between layers in bf16, products of floats), f4-bf16 (products of
// bf16, where the processor has such instructions); f2-... rounds less and is slower.
class PlannedNetwork : public PictureNetwork {
 public:
  // Of the options precision and kernel count. Throws Error(kSettings) for words that are not known
  // or not for this processor, and what model.plan() does. workers outlive this.
  PlannedNetwork(PlannedModel model, const EnhancerOptions& options, Workers& workers,
                 TrialCache cache = {});

  const NetworkTraits& traits() const override { return model_.traits; }
  EnhancerInfo info() const override;
  void prepare(Size picture, bool eight_bits) override;
  std::string trial() const override { return trial_ ? trial_->text() : ""; }
  double memory(Size picture) const override;
  double ms(Size picture) const override {
    return ms_per_pixel_ * static_cast<double>(picture.area());
  }
  bool starts_slowly() const override { return false; }
  Surroundings exact() const override { return exact_; }
  PictureView run(const PictureView& picture, const std::vector<float>& code) override;
  bool gives_rows() const override { return true; }
  void run(const PictureView& picture, const std::vector<float>& code, const Rows& rows) override;
  bool on_cpu() const override { return true; }
  void move_to_cpu() override {}
  uint64_t retries() const override { return 0; }  // bf16 holds whatever float does
  void interrupt(bool interrupted) override { interrupted_ = interrupted; }

 private:
  void use(const std::string& kernel);
  void use(const std::string& kernel, conv::Plan plan);
  KernelTrial tried(Size picture);
  void use_code(const Code& code);
  PictureView run_part(const PictureView& picture);
  void check_finite(bool finite) const;

  PlannedModel model_;
  Workers& workers_;
  const int threads_;
  std::vector<std::string> kernels_;  // among which prepare() chooses, fp32 the first; or the one
  double nearness_db_;                // that a choice must keep
  TrialCache cache_;
  double flops_per_pixel_ = 0;
  std::string weights_;  // a number that tells them from others
  Code code_;            // of which the executor's weights are
  std::string kernel_;
  std::unique_ptr<conv::Executor> executor_;
  Surroundings exact_;
  std::optional<KernelTrial> trial_;
  double ms_per_pixel_ = 0;
  Picture result_;
  std::atomic<bool> interrupted_{false};
  mutable std::mutex mutex_;
  EnhancerInfo info_;
};

}  // namespace gan
