// SPDX-License-Identifier: LGPL-2.1-or-later
// Networks from checkpoints and back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/checkpoint/safetensors.h"
#include "models/network.h"

namespace gan {

struct LoadedNetwork {
  std::shared_ptr<Network> network;  // float32, on the CPU, in eval mode
  std::string name;                  // its line in the table
  OptionValues options;
  std::map<std::string, std::string> metadata;  // as in the file; empty for foreign files
  std::string origin;  // "safetensors", "PyTorch zip, under params_ema, SRVGGNetCompact", ...
  std::vector<std::string> assumed = {};  // options that a foreign file does not tell
};

// Loads a checkpoint: our safetensors, or a foreign one whose architecture models/import
// recognises from its keys and shapes. Of several networks in one file averaged weights (EMA) are
// taken before others, unless they are incomplete or not finite. Memory: one copy of the weights.
// Throws Error: kNotFound, kUnreadable, kWrongType with what is missing, unexpected or of another
// shape.
LoadedNetwork load_network(const TensorFile& file);

// All options of its network, as they are.
std::unique_ptr<Options> options_of(const LoadedNetwork& loaded);

// Named tensors of a module in the order of a PyTorch state_dict: parameters and buffers.
std::vector<std::pair<std::string, torch::Tensor>> state_dict(const torch::nn::Module& module);

// Copies what has the same name and shape; returns the names that `to` has beside.
std::vector<std::string> copy_fitting_weights(const torch::nn::Module& from,
                                              const torch::nn::Module& to);

// Tensors as they stand in a file: contiguous host copies that live as long as this object.
class TensorWriter {
 public:
  void add(std::string name, const torch::Tensor& tensor);
  void write(const std::string& path, const std::map<std::string, std::string>& metadata) const;

 private:
  std::vector<torch::Tensor> copies_;
  std::vector<TensorToWrite> tensors_;
};

// Reads an entry into a tensor of that shape, any dtype (converted) and any device. Throws
// Error(kWrongType) when the shape differs.
void read_tensor(const TensorFile& file, const TensorEntry& entry, torch::Tensor into);

// The entry as a new contiguous CPU tensor of its own dtype.
torch::Tensor read_tensor(const TensorFile& file, const TensorEntry& entry);

// Writes a network as our safetensors. metadata is completed with format version, network and
// options; give the rest (recipe, step, licence, ...). floats: kFloat or kHalf, what numbers are
// written as. Throws Error(kSettings) where one is too large for that.
void save_network(const std::string& path, const torch::nn::Module& network, std::string_view name,
                  Options& options, std::map<std::string, std::string> metadata,
                  at::ScalarType floats = at::kFloat);

}  // namespace gan
