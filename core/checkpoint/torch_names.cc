// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/torch_names.h"

#include <array>

namespace gan {

std::optional<Dtype> storage_dtype(std::string_view global) {
  constexpr std::array<std::pair<std::string_view, Dtype>, 10> kStorages = {
      {{"Double", Dtype::kF64},
       {"Float", Dtype::kF32},
       {"Half", Dtype::kF16},
       {"BFloat16", Dtype::kBF16},
       {"Long", Dtype::kI64},
       {"Int", Dtype::kI32},
       {"Short", Dtype::kI16},
       {"Char", Dtype::kI8},
       {"Byte", Dtype::kU8},
       {"Bool", Dtype::kBool}}};
  if (!global.starts_with("torch.") || !global.ends_with("Storage")) return {};
  global = global.substr(6, global.size() - 6 - 7);
  if (global.starts_with("cuda.")) global.remove_prefix(5);
  for (const auto& [name, dtype] : kStorages)
    if (name == global) return dtype;
  return {};
}

bool allowed_global(std::string_view name) {
  return name == "collections.OrderedDict" || name == "torch._utils._rebuild_tensor_v2" ||
         name == "torch._utils._rebuild_tensor" || name == "torch._utils._rebuild_parameter" ||
         storage_dtype(name).has_value();
}

}  // namespace gan
