// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/checkpoint.h"

#include <exception>
#include <optional>
#include <set>

#include "core/error.h"
#include "models/import/import.h"
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

// A few names and how many more there are.
std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < 5; ++i) text += (i ? ", " : "") + names[i];
  return names.size() > 5 ? text + concat(" and ", names.size() - 5, " more") : text;
}

// Running statistics count batches; files from before PyTorch 0.4.1 lack the counter.
bool optional_name(const std::string& name) { return name.ends_with("num_batches_tracked"); }

// What training leaves beside the weights: counters, masks and indices.
bool is_bookkeeping(const TensorEntry& entry) {
  const std::string_view name = entry.name;
  return optional_name(entry.name) || name.ends_with("total_ops") ||
         name.ends_with("total_params") || name.ends_with("n_averaged") ||
         name.find("attn_mask") != std::string_view::npos || !is_floating(entry.dtype) ||
         entry.numel() == 0;
}

void load_weights(const TensorFile& file, const KeyMap& keys, Network& network,
                  std::string_view what) {
  std::vector<std::string> missing;
  std::set<std::string> used;
  torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : state_dict(network)) {
    end_if_interrupted();
    const auto mapped = keys.find(name);
    const std::string key = mapped == keys.end() ? name : mapped->second;
    const TensorEntry* entry = file.find(key);
    if (!entry) {
      if (!optional_name(name)) missing.push_back(key);
      continue;
    }
    used.insert(key);
    read_tensor(file, *entry, tensor);
  }
  std::vector<std::string> unexpected;
  for (const auto& entry : file.tensors)
    if (!used.contains(entry.name) && !is_bookkeeping(entry) && !keys.contains_ignored(entry.name))
      unexpected.push_back(entry.name);
  const std::string extra =
      concat("has tensors that do not belong to ", what, ": ", listed(unexpected));
  check(missing.empty(), ErrorKind::kWrongType, file.source->name(), ": lacks tensors of ", what,
        ": ", listed(missing), unexpected.empty() ? "" : "; " + extra);
  check(unexpected.empty(), ErrorKind::kWrongType, file.source->name(), ": ", extra);
}

// The network that a file's options or shapes describe. A stranger's file may describe one of any
// size, so no more memory is taken than a network that fits the file would need.
std::shared_ptr<Network> create_for(const TensorFile& file, const std::string& name,
                                    const OptionValues& options) {
  install_host_allocator();
  uint64_t bytes = 0;
  for (const auto& entry : file.tensors)
    bytes += static_cast<uint64_t>(entry.extent()) * item_size(Dtype::kF32);
  // Tensors may share bytes; one byte of a file makes a float at most.
  bytes = std::min(bytes, file.source->size() * item_size(Dtype::kF32));
  try {
    const AllocationLimit limit(4 * bytes + (64 << 20));
    return create_network(name, options);
  } catch (const Error& error) {
    const bool too_large = error.kind() == ErrorKind::kNoMemory;
    fail(ErrorKind::kWrongType, file.source->name(), ": ",
         too_large ? "describes a network " + name + " that takes " : "", error.what());
  } catch (const c10::Error& error) {
    fail(ErrorKind::kWrongType, file.source->name(), ": describes a network ", name,
         " that LibTorch refuses: ", error.what_without_backtrace());
  }
}

LoadedNetwork load_native(const TensorFile& file) {
  const auto& what = file.source->name();
  const auto& version = file.metadata.at("gan.format");
  check(version == kFormatVersion, ErrorKind::kWrongType, what, ": checkpoint format ", version,
        " is not known; this build reads format ", kFormatVersion);
  const auto text = [&](const char* key) -> const std::string& {
    const auto found = file.metadata.find(key);
    check(found != file.metadata.end(), ErrorKind::kWrongType, what, ": metadata lacks \"", key,
          "\"");
    return found->second;
  };
  LoadedNetwork loaded{nullptr, text("gan.network"), {}, file.metadata, file.container};
  loaded.options = options_from_json(text("gan.options"), what);
  loaded.network = create_for(file, loaded.name, loaded.options);
  load_weights(file, {}, *loaded.network, concat("network ", loaded.name));
  return loaded;
}

LoadedNetwork load_candidate(const TensorFile& file, const Candidate& candidate) {
  const Recognised& found = candidate.network;
  const TensorFile& part = candidate.tensors;
  LoadedNetwork loaded{create_for(part, found.network, found.options),
                       found.network,
                       found.options,
                       {},
                       file.container};
  if (!part.unwrapped.empty()) loaded.origin += ", under " + part.unwrapped;
  loaded.origin += ", " + found.origin;
  loaded.assumed = found.assumed;
  load_weights(part, found.keys, *loaded.network, found.origin);
  return loaded;
}

bool is_finite(const Network& network) {
  for (const auto& [name, tensor] : state_dict(network))
    if (tensor.is_floating_point() && !tensor.isfinite().all().item<bool>()) return false;
  return true;
}

// Of the candidates the first that is whole and finite; where none is, the first that is whole.
LoadedNetwork load_foreign(const TensorFile& file) {
  const auto candidates = recognise(file);
  check(!candidates.empty(), ErrorKind::kWrongType, file.source->name(), ": ",
        unknown_architecture(file));
  std::optional<LoadedNetwork> chosen;
  std::optional<Error> first_error;
  std::string passed;  // over
  for (const auto& candidate : candidates) {
    const std::string& name = candidate.tensors.unwrapped;
    const auto pass_over = [&](const char* why) {
      passed += concat(passed.empty() ? "" : ", ", name.empty() ? "the top" : name, why);
    };
    if (chosen && is_finite(*chosen->network)) {
      pass_over("");
      continue;
    }
    try {
      LoadedNetwork loaded = load_candidate(file, candidate);
      const bool finite = is_finite(*loaded.network);
      if (chosen && !finite) continue;
      if (chosen) passed = concat("not finite: ", chosen->origin);
      chosen = std::move(loaded);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted) std::rethrow_exception(std::current_exception());
      if (!first_error) first_error = error;
      pass_over(" (does not fit)");
    }
  }
  if (!chosen) fail(first_error->kind(), first_error->what());
  if (!passed.empty()) chosen->origin += " (passed over: " + passed + ")";
  return std::move(*chosen);
}

}  // namespace

LoadedNetwork load_network(const TensorFile& file) {
  LoadedNetwork loaded =
      file.metadata.contains("gan.format") ? load_native(file) : load_foreign(file);
  loaded.network->eval();
  for (auto& parameter : loaded.network->parameters()) parameter.set_requires_grad(false);
  return loaded;
}

std::vector<std::pair<std::string, torch::Tensor>> state_dict(const torch::nn::Module& module) {
  std::vector<std::pair<std::string, torch::Tensor>> state;
  for (const auto& item : module.named_parameters()) state.emplace_back(item.key(), item.value());
  for (const auto& item : module.named_buffers()) state.emplace_back(item.key(), item.value());
  return state;
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
  check(!into.is_floating_point() || is_floating(entry.dtype), ErrorKind::kWrongType,
        file.source->name(), ": tensor \"", entry.name, "\" is of type ",
        safetensors_name(entry.dtype),
        ", weights must be F64, F32, F16 or BF16; quantised ones cannot be used");
  check(into.sizes() == at::IntArrayRef(entry.shape), ErrorKind::kWrongType, file.source->name(),
        ": tensor \"", entry.name, "\" has shape ", at::IntArrayRef(entry.shape), ", wanted ",
        into.sizes());
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
                  Options& options, std::map<std::string, std::string> metadata) {
  metadata["gan.format"] = kFormatVersion;
  metadata["gan.network"] = name;
  metadata["gan.options"] = options_to_json(options);
  TensorWriter writer;
  for (const auto& [key, tensor] : state_dict(network)) writer.add(key, tensor);
  writer.write(path, metadata);
}

}  // namespace gan
