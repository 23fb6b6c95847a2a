// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/libtorch/torch_network.h"

#include <cmath>
#include <map>

#include "core/error.h"
#include "models/assumed_options.h"
#include "models/builtin.h"
#include "models/frames/frame_tensor.h"
#include "models/machine/device.h"
#include "models/machine/host_allocator.h"
#include "models/machine/interruption.h"
#include "models/plans/plans.h"
#include "models/table.h"
#include "models/torchscript.h"

namespace gan {
namespace {

constexpr double kNear_db = 50, kFastNear_db = 48;  // precision=auto, fast
constexpr double kTrialMs = 100;
constexpr int kSmallestTrial = 16, kLargestTrial = 256;

bool leaves_open(const EnhancerOptions& options) {
  return options.kernel.empty() && (options.precision == "auto" || options.precision == "fast");
}

// LibTorch 1.13 computes some operators wrongly in bf16 on the CPU; our networks avoid them, a
// script cannot.
torch::ScalarType precision_of(const LoadedNetwork& loaded, const EnhancerOptions& options,
                               torch::Device device) {
  const std::string& kernel = options.kernel;
  check(kernel.empty() || kernel == "fp32" || kernel == "bf16" || kernel == "fp16",
        ErrorKind::kSettings, "kernel must be fp32, bf16 or fp16 for network ", loaded.name,
        ", which LibTorch runs, got ", kernel);
  const bool open = leaves_open(options);
  const std::string wanted = open ? "auto" : kernel.empty() ? options.precision : kernel;
  const torch::ScalarType precision = precision_from_name(wanted, device);
  if (loaded.name != kTorchScript || !device.is_cpu()) return precision;
  check(open || precision == torch::kFloat, ErrorKind::kSettings,
        "precision must be auto or fp32 for a TorchScript on the CPU, got ", wanted);
  return torch::kFloat;
}

std::vector<torch::Tensor> weights_of(const Network& network) {
  auto weights = network.parameters();
  const auto buffers = network.buffers();
  weights.insert(weights.end(), buffers.begin(), buffers.end());
  return weights;
}

// A sum shows by itself whether any of its terms is no number, and is quicker than looking at each.
bool all_finite(const torch::Tensor& picture) {
  return std::isfinite(picture.sum().item<float>()) || picture.isfinite().all().item<bool>();
}

}  // namespace

TorchNetwork::TorchNetwork(LoadedNetwork loaded, const EnhancerOptions& options)
    : model_(options.model.empty() ? kDefaultEnhancer : options.model),
      name_(loaded.name),
      assumed_(loaded.assumed.empty() ? "" : assumed_text(loaded.assumed, *options_of(loaded))),
      network_(loaded.network),
      traits_(network_->traits()),
      device_(device_from_name(options.device)),
      threads_(options.threads > 0 ? options.threads : available_threads()),
      nearness_db_(options.precision == "fast" ? kFastNear_db : kNear_db),
      open_(leaves_open(options) && loaded.name != kTorchScript),
      precision_(precision_of(loaded, options, device_)) {
  if (device_.is_cuda()) {
    set_up_cuda();
    make_plan(loaded);
  }
  if (precision_ != torch::kFloat || may_choose())
    for (const auto& weight : weights_of(*network_)) full_.push_back(weight.detach().clone());
  set_code({});
  place();
}

// Of networks without a code, which would change it.
void TorchNetwork::make_plan(const LoadedNetwork& loaded) {
  const PlanEntry* const entry = find_plan(loaded.name);
  if (!entry || traits_.latent > 0) return;
  const auto options = options_of(loaded);
  if (!entry->has_plan(*options)) return;
  std::map<std::string, torch::Tensor> weights;
  for (const auto& [name, tensor] : state_dict(*network_)) weights[name] = tensor;
  const auto numbers = [&](const std::string& name, const std::vector<int64_t>&) {
    const auto tensor = weights.at(name).to(torch::kFloat).contiguous();
    return std::vector<float>(tensor.data_ptr<float>(), tensor.data_ptr<float>() + tensor.numel());
  };
  plan_ = entry->plan(*options, numbers, {});
}

void TorchNetwork::place() {
  const torch::InferenceMode ordinary(false);  // weights outlive the frame that moves them
  const torch::NoGradGuard no_grad;
  network_->to(device_, precision_);
  to_channels_last(*network_);
  device_plan_.reset();
  if (plan_ && !on_cpu() && precision_ != torch::kFloat)
    device_plan_.emplace(*plan_, device_, precision_);
  const std::lock_guard lock(mutex_);
  const char* const precision = precision_name(precision_);
  info_ = {model_,    name_,         device_.str(),  precision, "LibTorch",
           precision, traits_.scale, traits_.latent, assumed_};
}

EnhancerInfo TorchNetwork::info() const {
  const std::lock_guard lock(mutex_);
  return info_;
}

void TorchNetwork::restore_full_weights() {
  const torch::InferenceMode ordinary(false);
  const torch::NoGradGuard no_grad;
  network_->to(device_, torch::kFloat);
  const auto weights = weights_of(*network_);
  for (size_t i = 0; i < full_.size(); ++i) weights[i].data().copy_(full_[i]);
}

void TorchNetwork::choose_precision(Size picture, bool eight_bits) {
  const auto time = [this](const torch::Tensor& tile) { run(tile); };
  if (!trial_) {
    cost_.measure(time, device_, traits_, picture);
    // The longest square side, a multiple of what the network wants, that is quick enough.
    const double side = std::sqrt(kTrialMs / std::max(cost_.ms({1, 1}), 1e-9));
    const int quick =
        std::clamp(static_cast<int>(std::min(side, 1e4)), kSmallestTrial, kLargestTrial);
    const int taken = padded_side(std::max(quick - traits_.size_multiple + 1, 1), traits_);
    struct BackToFp32 {  // also when it is interrupted
      TorchNetwork& network;
      ~BackToFp32() { network.use(torch::kFloat); }
    } back{*this};
    trial_ = try_kernels({"fp32", "bf16"}, trial_picture({taken, taken}, traits_.in_channels),
                         [&](const std::string& kernel, const PictureView& part) {
                           const auto wanted = kernel == "bf16" ? torch::kBFloat16 : torch::kFloat;
                           if (wanted != precision_) use(wanted);
                           result_ = as_picture_tensor(run_as(tensor_of(part), precision_));
                           return PictureView(picture_of(result_));
                         });
  }
  const bool bf16 = eight_bits && trial_->best(nearness_db_).kernel == "bf16";
  const auto wanted = bf16 ? torch::kBFloat16 : torch::kFloat;
  if (wanted == precision_) return;
  use(wanted);
  cost_.forget();
}

void TorchNetwork::take_first_finite(std::initializer_list<torch::ScalarType> precisions) {
  const int side = padded_side(kLargestTrial - traits_.size_multiple + 1, traits_);
  const Picture photograph = trial_picture({side, side}, traits_.in_channels);
  for (const torch::ScalarType precision : precisions) {
    if (precision != precision_) use(precision);
    if (all_finite(run_as(tensor_of(photograph.view()), precision))) return;
  }
}

void TorchNetwork::prepare(Size picture, bool eight_bits) {
  const torch::InferenceMode inference;
  set_threads_of_this_thread(threads_);
  const Interruptible interruptible(interrupted_);
  if (may_choose()) choose_precision(picture, eight_bits);
  // fp16 is the nearer one to fp32, but its numbers end at 65504.
  if (open_ && !on_cpu() && !std::exchange(settled_, true))
    take_first_finite({torch::kHalf, torch::kBFloat16});
  cost_.measure([this](const torch::Tensor& tile) { on_cpu() ? run(tile) : forward_now(tile); },
                device_, traits_, picture);
}

PictureView TorchNetwork::run(const PictureView& picture, const std::vector<float>& code) {
  const torch::InferenceMode inference;
  set_threads_of_this_thread(threads_);  // another one than the last time's, or shared
  const Interruptible interruptible(interrupted_);
  set_code(code);
  result_ = torch::Tensor();  // its memory is the next one's
  result_ = as_picture_tensor(run(tensor_of(picture)));
  return picture_of(result_);
}

void TorchNetwork::move_to_cpu() {
  device_ = torch::kCPU;
  const bool stays = precision_ == torch::kBFloat16 && !open_ && cpu_computes_bf16();
  use(stays ? torch::kBFloat16 : torch::kFloat);
  cost_.forget();
}

bool TorchNetwork::may_choose() const { return open_ && on_cpu() && cpu_computes_bf16(); }

void TorchNetwork::use(torch::ScalarType precision) {
  if (precision_ != torch::kFloat) restore_full_weights();
  precision_ = precision;
  place();
}

void TorchNetwork::set_code(const std::vector<float>& code) {
  check(code.empty() || static_cast<int>(code.size()) == traits_.latent, ErrorKind::kFailed,
        "the network ", name_, " wants a code of ", traits_.latent, " numbers, got ", code.size());
  std::vector<float> whole = code;
  whole.resize(static_cast<size_t>(traits_.latent));
  if (whole == code_) return;
  code_ = std::move(whole);
  latent_ = torch::Tensor();
}

// For a tile that is run again.
class TorchNetwork::FullWeights {
 public:
  explicit FullWeights(TorchNetwork& network) : network_(network) {
    ++network.retries_;
    network.restore_full_weights();
  }
  ~FullWeights() { network_.place(); }  // also when it is interrupted
  FullWeights(const FullWeights&) = delete;
  FullWeights& operator=(const FullWeights&) = delete;

 private:
  TorchNetwork& network_;
};

torch::Tensor TorchNetwork::on_device(const torch::Tensor& tile, torch::ScalarType precision) {
  NetworkInput input{.image = to_network_range(tile.to(device_, precision), traits_)};
  if (traits_.latent) {
    if (!latent_.defined() || latent_.device() != device_ || latent_.scalar_type() != precision)
      latent_ = torch::tensor(code_).unsqueeze(0).to(device_, precision);
    input.latent = latent_.expand({tile.size(0), -1});
  }
  return network_->run(input);
}

torch::Tensor TorchNetwork::run_as(const torch::Tensor& tile, torch::ScalarType precision) {
  return from_network_range(on_device(tile, precision).to(torch::kCPU, torch::kFloat), traits_);
}

torch::Tensor TorchNetwork::forward_now(const torch::Tensor& picture) {
  if (device_plan_) return device_plan_->run(picture.to(device_, precision_)).to(torch::kFloat);
  return from_network_range(on_device(picture, precision_).to(torch::kFloat), traits_);
}

torch::Tensor TorchNetwork::forward(const torch::Tensor& picture, const std::vector<float>& code) {
  const Interruptible interruptible(interrupted_);
  set_code(code);
  return forward_now(picture);
}

torch::Tensor TorchNetwork::forward_in_fp32(const torch::Tensor& picture,
                                            const std::vector<float>& code) {
  const Interruptible interruptible(interrupted_);
  set_code(code);
  const FullWeights full(*this);
  return from_network_range(on_device(picture, torch::kFloat), traits_);
}

torch::Tensor TorchNetwork::run_in_fp32(const torch::Tensor& tile) {
  const FullWeights full(*this);
  return run_as(tile, torch::kFloat);
}

torch::Tensor TorchNetwork::run(const torch::Tensor& tile) {
  torch::Tensor output = run_as(tile, precision_);
  bool finite = all_finite(output);
  if (!finite && precision_ != torch::kFloat) {
    output = run_in_fp32(tile);
    finite = all_finite(output);
  }
  check(finite, ErrorKind::kNotFinite, "the network ", name_, " of ", model_,
        " makes pixels that are no numbers, in fp32 too");
  return output;
}

std::unique_ptr<TorchNetwork> open_torch_network(const EnhancerOptions& options,
                                                 const std::atomic<bool>* given_up) {
  install_host_allocator();
  std::optional<Interruptible> interruptible;
  if (given_up) interruptible.emplace(*given_up);
  LoadedNetwork loaded = load_model(options.model, options.allow_torchscript);
  const Task task = loaded.name == kTorchScript ? Task::kImage : find_network(loaded.name).task;
  check(task == Task::kImage || task == Task::kImageLatent, ErrorKind::kWrongType, options.model,
        ": holds a network ", loaded.name, ", which makes no picture of a picture");
  return std::make_unique<TorchNetwork>(std::move(loaded), options);
}

}  // namespace gan
