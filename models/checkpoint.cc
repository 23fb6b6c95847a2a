// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/checkpoint.h"

#include "core/checkpoint/floats.h"
#include "core/error.h"
#include "models/contents.h"
#include "models/machine/host_allocator.h"
#include "models/machine/interruption.h"
#include "models/table.h"

namespace gan {
namespace {

constexpr std::pair<Dtype, at::ScalarType> kDtypes[] = {
    {Dtype::kF64, at::kDouble},    {Dtype::kF32, at::kFloat}, {Dtype::kF16, at::kHalf},
    {Dtype::kBF16, at::kBFloat16}, {Dtype::kI64, at::kLong},  {Dtype::kI32, at::kInt},
    {Dtype::kI16, at::kShort},     {Dtype::kI8, at::kChar},   {Dtype::kU8, at::kByte},
    {Dtype::kBool, at::kBool}};

at::ScalarType scalar_type(const TensorFile& file, const TensorEntry& entry) {
  for (const auto& [ours, theirs] : kDtypes)
    if (ours == entry.dtype) return theirs;
  fail(ErrorKind::kWrongType, file.source->name(), ": tensor \"", entry.name, "\" is of type ",
       safetensors_name(entry.dtype), ", which cannot be used");
}

Dtype dtype_of(at::ScalarType type) {
  for (const auto& [ours, theirs] : kDtypes)
    if (theirs == type) return ours;
  fail(ErrorKind::kFailed, "tensors of type ", toString(type), " cannot be written");
}

std::span<std::byte> bytes_of(const torch::Tensor& tensor) {
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

// The network that a file's options or shapes describe; no more memory is taken than one that fits
// the file would need.
std::shared_ptr<Network> create_for(const Contents& contents) {
  install_host_allocator();
  const std::string& name = contents.network;
  const auto& file = contents.tensors.source->name();
  try {
    const AllocationLimit limit(contents.memory());
    return create_network(name, contents.options);
  } catch (const Error& error) {
    const bool too_large = error.kind() == ErrorKind::kNoMemory;
    fail(ErrorKind::kWrongType, file, ": ",
         too_large ? "describes a network " + name + " that takes " : "", error.what());
  } catch (const c10::Error& error) {
    fail(ErrorKind::kWrongType, file, ": describes a network ", name,
         " that LibTorch refuses: ", error.what_without_backtrace());
  }
}

void load_weights(const Contents& contents, Network& network) {
  const auto state = state_dict(network);
  std::vector<std::string> names;
  for (const auto& [name, tensor] : state) names.push_back(name);
  contents.check_names(names);
  torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state) {
    end_if_interrupted();
    if (const TensorEntry* entry = contents.find(name))
      read_tensor(contents.tensors, *entry, tensor);
  }
}

std::unique_ptr<LoadedNetwork> load_contents(const Contents& contents) {
  LoadedNetwork loaded{create_for(contents), contents.network, contents.options,
                       contents.metadata,    contents.origin,  contents.assumed};
  load_weights(contents, *loaded.network);
  return std::make_unique<LoadedNetwork>(std::move(loaded));
}

bool is_finite(const LoadedNetwork& loaded) {
  for (const auto& [name, tensor] : state_dict(*loaded.network))
    if (tensor.is_floating_point() && !tensor.isfinite().all().item<bool>()) return false;
  return true;
}

}  // namespace

LoadedNetwork load_network(const TensorFile& file) {
  const std::vector<Contents> candidates = contents_of(file);
  LoadedNetwork loaded = candidates.size() == 1
                             ? std::move(*load_contents(candidates[0]))
                             : std::move(*load_best(candidates, load_contents, is_finite));
  loaded.network->eval();
  for (auto& parameter : loaded.network->parameters()) parameter.set_requires_grad(false);
  return loaded;
}

std::unique_ptr<Options> options_of(const LoadedNetwork& loaded) {
  auto options = find_network(loaded.name).make_options();
  read_options(*options, loaded.options, "network " + loaded.name);
  return options;
}

std::vector<std::pair<std::string, torch::Tensor>> state_dict(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
}

std::vector<std::string> copy_fitting_weights(const torch::nn::Module& from,
                                              const torch::nn::Module& to) {
  torch::NoGradGuard no_grad;
  const auto source = state_dict(from);
  const std::map<std::string, torch::Tensor> given(source.begin(), source.end());
  std::vector<std::string> missing;
  for (const auto& [name, tensor] : state_dict(to)) {
    const auto found = given.find(name);
    if (found != given.end() && found->second.sizes() == tensor.sizes())
      tensor.copy_(found->second);
    else
      missing.push_back(name);
  }
  return missing;
}

void TensorWriter::add(std::string name, const torch::Tensor& tensor) {
  copies_.push_back(tensor.detach().to(at::kCPU).contiguous());
  const auto& copy = copies_.back();
  tensors_.push_back(
      {std::move(name), dtype_of(copy.scalar_type()), copy.sizes().vec(), bytes_of(copy)});
}

void TensorWriter::write(const std::string& path,
                         const std::map<std::string, std::string>& metadata) const {
  write_safetensors(path, tensors_, metadata);
}

torch::Tensor read_tensor(const TensorFile& file, const TensorEntry& entry) {
  auto storage = torch::empty({entry.extent()}, scalar_type(file, entry));
  file.read(entry, bytes_of(storage));
  if (entry.numel() == 0) return torch::empty(entry.shape, scalar_type(file, entry));
  return storage.as_strided(entry.shape, entry.strides).contiguous();
}

void read_tensor(const TensorFile& file, const TensorEntry& entry, torch::Tensor into) {
  if (into.is_floating_point()) check_floating(file, entry);
  check_shape(file, entry, into.sizes().vec());
  torch::NoGradGuard no_grad;
  const bool direct = into.device().is_cpu() && into.is_contiguous() && entry.contiguous() &&
                      into.scalar_type() == scalar_type(file, entry);
  if (!direct) {
    into.copy_(read_tensor(file, entry));
    return;
  }
  file.read(entry, bytes_of(into));
  // Written past LibTorch, which must know: weights are computed once for a version of a tensor.
  if (!into.is_inference()) into.unsafeGetTensorImpl()->bump_version();
}

void save_network(const std::string& path, const torch::nn::Module& network, std::string_view name,
                  Options& options, std::map<std::string, std::string> metadata,
                  at::ScalarType floats) {
  metadata["gan.format"] = kFormatVersion;
  metadata["gan.network"] = name;
  metadata["gan.options"] = options_to_json(options);
  TensorWriter writer;
  for (const auto& [key, tensor] : state_dict(network)) {
    const bool whole = !tensor.is_floating_point();
    const torch::Tensor written = whole ? tensor : tensor.to(floats);
    check(whole || floats == at::kFloat || written.isinf().sum().equal(tensor.isinf().sum()),
          ErrorKind::kSettings, path, ": tensor \"", key, "\" has numbers too large for fp16");
    writer.add(key, written);
  }
  writer.write(path, metadata);
}

}  // namespace gan
