// SPDX-License-Identifier: LGPL-2.1-or-later
#include "training/run/step.h"

#include <ATen/Context.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "core/error.h"
#include "models/blocks/batch_parts.h"

namespace gan::training {
namespace {

// freeze=g stops the optimizers g and g_..., as freeze=d stops d_a and d_b.
bool is_frozen(const std::string& list, const std::string& name) {
  for (size_t end = name.size(); end != std::string::npos && end > 0;
       end = name.rfind('_', end - 1))
    if (concat(",", list, ",").find(concat(",", name.substr(0, end), ",")) != std::string::npos)
      return true;
  return false;
}

std::vector<torch::Tensor> gradients_of(const Adam& optimizer) {
  std::vector<torch::Tensor> gradients;
  for (const auto& parameter : optimizer.parameters())
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  return gradients;
}

bool all_finite(const std::vector<torch::Tensor>& tensors) {
  return std::ranges::all_of(
      tensors, [](const torch::Tensor& tensor) { return at::isfinite(tensor).all().item<bool>(); });
}

// Undefined, not 0: a network that a phase leaves alone must not move by its momentum.
void forget_gradients(Adam& optimizer) {
  for (torch::Tensor parameter : optimizer.parameters()) parameter.mutable_grad() = torch::Tensor();
}

// Gradients become their means over all processes, some megabytes at a time.
void average_over_parts(const std::vector<torch::Tensor>& gradients) {
  constexpr int64_t kBucket = 4 << 20;  // numbers; 16 MiB
  const auto& [part, parts, sum] = batch_parts();
  if (parts == 1) return;
  for (size_t first = 0, end = 0; first < gradients.size(); first = end) {
    std::vector<torch::Tensor> bucket;
    std::vector<int64_t> lengths;
    for (int64_t size = 0; end < gradients.size() && size < kBucket; ++end) {
      bucket.push_back(gradients[end].reshape(-1));
      lengths.push_back(gradients[end].numel());
      size += lengths.back();
    }
    auto flat = at::cat(bucket);
    sum(flat);
    flat.div_(static_cast<double>(parts));
    const auto means = flat.split_with_sizes(lengths);
    for (size_t i = first; i < end; ++i) gradients[i].copy_(means[i - first].view_as(gradients[i]));
  }
}

at::Generator generator_of(torch::Device device) {
  return at::globalContext().defaultGenerator(device);
}

}  // namespace

void check_frozen(const std::string& list, const RunState& state) {
  std::string known;
  for (const auto& name : state.optimizer_names()) known += (known.empty() ? "" : ", ") + name;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');)
    check(std::ranges::any_of(state.optimizer_names(),
                              [&](const auto& name) { return is_frozen(word, name); }),
          ErrorKind::kSettings, "freeze=", list, ": there is no optimizer \"", word,
          "\"; there are ", known);
}

KeptBuffers::KeptBuffers(const std::string& freeze, const RunState& state) {
  if (freeze.empty()) return;
  for (const auto& named : state.networks()) {
    bool learns = false, stopped = false;
    for (const auto& optimizer : state.optimizers_of(*named.network))
      (is_frozen(freeze, optimizer) ? stopped : learns) = true;
    if (stopped && !learns) keep(*named.network);
  }
}

void KeptBuffers::keep(const Network& network) {
  for (const auto& buffer : network.buffers()) kept_.emplace_back(buffer, buffer.clone());
}

KeptBuffers::~KeptBuffers() {
  torch::NoGradGuard no_grad;
  // Past the version counter: a graph may hold the statistics, though it does not need them.
  for (auto& [buffer, copy] : kept_) buffer.data().copy_(copy);
}

void Step::backward(const torch::Tensor& loss, Names optimizers, const char* what,
                    bool retain_graph) {
  if (waits())
    check_finite(loss.item<double>(), what);
  else
    to_check_.emplace_back(what, loss.detach());
  std::vector<torch::Tensor> inputs;
  for (const char* name : optimizers)
    for (const auto& parameter : state_.optimizer(name).parameters())
      if (parameter.requires_grad()) inputs.push_back(parameter);
  const auto share = loss / static_cast<double>(batches_.size());
  share.backward({}, retain_graph, false, inputs);
  log(what, loss);
}

void Step::check_finite(double value, const std::string& what) const {
  if (std::isfinite(value)) return;
  std::string files;
  for (const auto& batch : batches_)
    for (const auto& source : batch.sources)
      if (files.size() < 500) files += (files.empty() ? "" : ", ") + source;
  fail(ErrorKind::kNotFinite, "step ", number_, ": ", what, " is ", value,
       files.empty() ? "" : " on " + files);
}

void Step::apply(Names optimizers) {
  torch::NoGradGuard no_grad;
  for (const char* name : optimizers) {
    auto& optimizer = state_.optimizer(name);
    const auto gradients = gradients_of(optimizer);
    if (!is_frozen(options_.freeze, name) && !gradients.empty()) {
      average_over_parts(gradients);
      const auto norm = at::stack(at::_foreach_norm(gradients)).norm();
      const std::string what = concat("the gradient of ", name);
      if (!waits()) {
        to_check_.emplace_back(what, norm);
      } else if (const double value = norm.item<double>();
                 // The norm of finite gradients can be too large for a float too.
                 !std::isfinite(value) && !all_finite(gradients)) {
        check_finite(value, what);
      }
      if (options_.clip > 0) {
        const auto factor = (options_.clip / (norm + 1e-6)).clamp_max(1);
        for (const auto& gradient : gradients) gradient.mul_(factor);
      }
      optimizer.step();
    }
    forget_gradients(optimizer);
  }
  forget_autocast_weights();
}

void Step::update(Names optimizers, const char* what, const Loss& loss) {
  for (size_t i = 0; i < batches_.size(); ++i) backward(loss(batches_[i], i), optimizers, what);
  apply(optimizers);
}

int64_t Step::samples() const {
  int64_t count = 0;
  for (const auto& batch : batches_) count += batch.input.size(0);
  return count * batch_parts().parts;
}

std::vector<torch::Tensor> Step::by_batch(const torch::Tensor& all) const {
  std::vector<torch::Tensor> parts;
  int64_t first = 0;
  for (const auto& batch : batches_) {
    const int64_t samples = batch.input.size(0) * batch_parts().parts;
    parts.push_back(part_of_batch(all.narrow(0, first, samples)));
    first += samples;
  }
  return parts;
}

std::vector<torch::Tensor> Step::normal(int64_t size) const {
  return by_batch(torch::randn({samples(), size}, batches_[0].input.options()));
}

std::vector<torch::Tensor> Step::below(int64_t count) const {
  return by_batch(torch::randint(count, {samples()},
                                 torch::TensorOptions(torch::kLong).device(state_.device())));
}

std::map<std::string, double> Step::settle() const {
  std::vector<torch::Tensor> scalars;
  for (const auto* list : {&to_check_, &values_})
    for (const auto& [name, tensor] : *list)
      scalars.push_back(tensor.to(state_.device(), torch::kFloat).reshape({}));
  if (scalars.empty()) return {};
  auto numbers = at::stack(scalars).to(torch::kCPU);
  if (const auto& all = batch_parts(); all.parts > 1) {
    all.sum(numbers);
    numbers.div_(static_cast<double>(all.parts));
  }
  const float* const at = numbers.data_ptr<float>();
  for (size_t i = 0; i < to_check_.size(); ++i)
    check_finite(static_cast<double>(at[i]), to_check_[i].first);
  std::map<std::string, double> means, counts;
  for (size_t i = 0; i < values_.size(); ++i) {
    means[values_[i].first] += static_cast<double>(at[to_check_.size() + i]);
    ++counts[values_[i].first];
  }
  for (auto& [name, value] : means) value /= counts[name];
  return means;
}

torch::Tensor Generated::detached(size_t place) {
  const Batch& batch = step_.batches()[place];
  if (step_.batches().size() == 1) {
    only_ = make_(batch, place);
    return only_.detach();
  }
  random_.push_back(generator_of(step_.state().device()).get_state());
  torch::NoGradGuard no_grad;
  return make_(batch, place);
}

torch::Tensor Generated::attached(size_t place) {
  if (step_.batches().size() == 1) return only_;
  auto generator = generator_of(step_.state().device());
  const auto now = generator.get_state();
  generator.set_state(random_[place]);
  KeptBuffers statistics;
  statistics.keep(*network_.network);
  const auto again = make_(step_.batches()[place], place);
  generator.set_state(now);
  return again;
}

}  // namespace gan::training
