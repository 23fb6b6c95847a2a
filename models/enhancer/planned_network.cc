// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/planned_network.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <string_view>

#include "core/conv/kernels.h"
#include "models/builtin.h"
#include "models/enhancer/plan_kernels.h"
#include "models/machine/host.h"
#include "models/machine/interruption.h"

namespace gan {
namespace {

constexpr double kNear_db = 60, kFastNear_db = 48;  // precision=auto, fast

// A strip as wide as the picture, of so many operations, so that a trial of two kernels takes some
// 30 ms; less wide where the network is large.
Size trial_size(Size picture, const NetworkTraits& traits, double flops_per_pixel) {
  constexpr double kFlops = 1.1e9;
  constexpr int kLeastRows = 16, kLeastColumns = 64;
  const double pixels = kFlops / flops_per_pixel;
  const auto within = [&](double wanted, int least, int most) {
    return padded_side(std::min(std::max(static_cast<int>(std::min(wanted, 1e4)), least), most),
                       traits);
  };
  const int rows = within(pixels / picture.width, kLeastRows, std::max(picture.height, 1));
  return {within(pixels / rows, kLeastColumns, picture.width), rows};
}

std::string fingerprint(const conv::Plan& plan) {
  size_t hash = 0;
  const auto add = [&](const std::vector<float>& numbers) {
    const auto bytes = std::as_bytes(std::span(numbers));
    const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    hash = hash * 31 + std::hash<std::string_view>()(text);
  };
  for (const conv::Layer& layer : plan.layers)
    for (const auto* numbers : {&layer.weight, &layer.bias, &layer.slopes}) add(*numbers);
  return concat(std::hex, hash);
}

conv::PlanesView planes_of(const PictureView& picture) {
  return {picture.data, 1, picture.stride, picture.channels};
}

}  // namespace

PlannedNetwork::PlannedNetwork(PlannedModel model, const EnhancerOptions& options, Workers& workers,
                               TrialCache cache)
    : model_(std::move(model)),
      workers_(workers),
      threads_(workers.count()),
      kernels_(kernels_for(options)),
      nearness_db_(options.precision == "fast" ? kFastNear_db : kNear_db),
      cache_(std::move(cache)) {
  code_.resize(static_cast<size_t>(traits().latent));
  conv::Plan plan = model_.plan(code_);
  constexpr int kPiece = 48;  // a multiple of what plans unshuffle by
  flops_per_pixel_ = conv::flops(plan, {kPiece, kPiece}) / (kPiece * kPiece);
  weights_ = fingerprint(plan);
  use(kernels_.front(), std::move(plan));
}

void PlannedNetwork::use(const std::string& kernel) {
  if (kernel != kernel_) use(kernel, model_.plan(code_));
}

void PlannedNetwork::use(const std::string& kernel, conv::Plan plan) {
  conv::ExecutorOptions options = executor_options(kernel, threads_);
  options.interrupt = interruption();
  executor_ = std::make_unique<conv::Executor>(std::move(plan), options);
  if (const int reach = executor_->exact_reach(); reach == conv::kWhole)
    exact_ = {0, 0};
  else
    exact_ = {reach, std::lcm(executor_->grid(), traits().size_multiple)};
  kernel_ = kernel;
  const std::lock_guard lock(mutex_);
  info_ = {model_.name,
           model_.network,
           "cpu",
           precision_of_kernel(kernel),
           "conv",
           kernel,
           model_.traits.scale,
           model_.traits.latent,
           model_.assumed};
}

EnhancerInfo PlannedNetwork::info() const {
  const std::lock_guard lock(mutex_);
  return info_;
}

// From the cache, or else now. What its result depends on is the key.
KernelTrial PlannedNetwork::tried(Size picture) {
  const Size size = trial_size(picture, traits(), flops_per_pixel_);
  const std::string key =
      concat(model_.network, " ", weights_, ", ", size.width, "x", size.height, ", ", threads_,
             " threads, ", conv::kernels().name, ", ", processor_name(), ", " GAN_VERSION);
  const auto try_now = [&](const std::vector<std::string>& kernels) {
    return try_kernels(kernels, trial_picture(size, traits().in_channels),
                       [&](const std::string& kernel, const PictureView& part) {
                         use(kernel);
                         return run_part(part);
                       });
  };
  auto known = kernels_.size() > 1 ? cache_.find(key, kernels_) : std::nullopt;
  if (!known) {
    const KernelTrial trial = try_now(kernels_);
    if (kernels_.size() > 1) cache_.keep(key, trial);
    return trial;
  }
  // What else the machine does now may not be what it did then.
  const KernelTrial::Result& likely = known->best(nearness_db_);
  const double slower = try_now({likely.kernel}).results[0].ms / likely.ms;
  for (KernelTrial::Result& result : known->results) result.ms *= slower;
  return *known;
}

void PlannedNetwork::prepare(Size picture, bool eight_bits) {
  const Interruptible interruptible(interrupted_);
  executor_->forget();
  if (!trial_) trial_ = tried(picture);
  const KernelTrial::Result& chosen =
      eight_bits ? trial_->best(nearness_db_) : trial_->results.front();
  use(chosen.kernel);
  ms_per_pixel_ = chosen.ms / trial_->pixels;
  executor_->forget();
}

double PlannedNetwork::memory(Size picture) const {
  const double result = sizeof(float) * traits().out_channels *
                        static_cast<double>(scaled(picture, traits().scale).area());
  return static_cast<double>(executor_->memory(picture)) + result;
}

PictureView PlannedNetwork::run_part(const PictureView& picture) {
  const Size size = scaled(picture.size, traits().scale);
  const int channels = traits().out_channels;
  resize_to(result_, size, channels);
  executor_->prepare(picture.size);
  check_finite(executor_->run(
      planes_of(picture), {result_.values.data(), 1, ptrdiff_t{size.width} * channels, channels},
      &workers_, &interrupted_));
  return result_.view();
}

void PlannedNetwork::check_finite(bool finite) const {
  check(finite, ErrorKind::kNotFinite, "the network ", model_.network, " of ", model_.name,
        " makes pixels that are no numbers");
}

void PlannedNetwork::use_code(const Code& code) {
  const auto wanted = static_cast<size_t>(traits().latent);
  check(code.empty() || code.size() == wanted, ErrorKind::kFailed, "the network ", model_.network,
        " wants a code of ", wanted, " numbers, got ", code.size());
  Code now = code;
  now.resize(wanted);
  if (now == code_) return;
  executor_->set_weights(model_.plan(now));
  code_ = std::move(now);
}

PictureView PlannedNetwork::run(const PictureView& picture, const std::vector<float>& code) {
  use_code(code);
  return run_part(picture);
}

void PlannedNetwork::run(const PictureView& picture, const std::vector<float>& code,
                         const Rows& rows) {
  use_code(code);
  executor_->prepare(picture.size);
  const int width = picture.size.width * traits().scale;
  const auto give = [&](int begin, int end, conv::PlanesView band) {
    rows(begin, end, {band.data, {width, end - begin}, traits().out_channels, band.row});
  };
  check_finite(executor_->run(planes_of(picture), give, &workers_, &interrupted_));
}

}  // namespace gan
