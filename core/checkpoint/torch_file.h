// SPDX-License-Identifier: LGPL-2.1-or-later
// What torch.save writes: the zip container (since 1.6) and the older row of pickles. Nothing in
// the file is executed; storages on cuda:0 are read as host bytes.
#pragma once

#include <memory>

#include "core/checkpoint/tensor_file.h"

namespace gan {

bool is_torch_zip(const ByteSource& source);
bool is_torch_legacy(const ByteSource& source);

// All tensors of the file, named by the keys of the dicts around them. A TorchScript archive is
// refused with a text that names the property allow-torchscript.
TensorFile read_torch_zip(std::shared_ptr<const ByteSource> source);
TensorFile read_torch_legacy(std::shared_ptr<const ByteSource> source);

// True when the zip is a TorchScript archive (it has code/ members).
bool is_torchscript(const ByteSource& source);

}  // namespace gan
