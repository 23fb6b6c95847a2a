// SPDX-License-Identifier: LGPL-2.1-or-later
// The tensors of a pickle, wherever in it they lie.
#pragma once

#include <functional>

#include "core/checkpoint/pickle.h"

namespace gan {

// Where a storage's bytes lie in the source.
struct StorageBytes {
  uint64_t offset = 0, size = 0;
};
using StorageLookup = std::function<StorageBytes(const PickleValue& storage)>;

// Of a storage of that many elements. Throws Error(kWrongType) for one of no possible size.
uint64_t storage_bytes(const PickleValue& storage, std::string_view what);

// Fills file.tensors and file.outline. Names are the keys on the way to a tensor, with '.' between
// them; of a pickled module those of its state_dict. Throws Error(kWrongType) for a tensor that
// reaches out of its storage, or where there is none at all.
void collect_tensors(TensorFile& file, const Pickle& pickle, const StorageLookup& find_storage);

}  // namespace gan
