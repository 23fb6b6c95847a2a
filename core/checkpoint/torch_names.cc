// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/checkpoint/torch_names.h"

#include <algorithm>
#include <array>

namespace gan {
namespace {

struct TypeNames {
  std::string_view storage, dtype;
  Dtype type;
};
constexpr std::array<TypeNames, 21> kTypes = {{{"Double", "float64", Dtype::kF64},
                                               {"Float", "float32", Dtype::kF32},
                                               {"Half", "float16", Dtype::kF16},
                                               {"BFloat16", "bfloat16", Dtype::kBF16},
                                               {"Long", "int64", Dtype::kI64},
                                               {"Int", "int32", Dtype::kI32},
                                               {"Short", "int16", Dtype::kI16},
                                               {"Char", "int8", Dtype::kI8},
                                               {"Byte", "uint8", Dtype::kU8},
                                               {"Untyped", "uint8", Dtype::kU8},
                                               {"Bool", "bool", Dtype::kBool},
                                               {"QInt8", "qint8", Dtype::kI8},
                                               {"QUInt8", "quint8", Dtype::kU8},
                                               {"QInt32", "qint32", Dtype::kI32},
                                               {"ComplexFloat", "complex64", Dtype::kC64},
                                               {"ComplexDouble", "complex128", Dtype::kC128},
                                               {"", "float8_e4m3fn", Dtype::kF8E4M3},
                                               {"", "float8_e5m2", Dtype::kF8E5M2},
                                               {"", "uint16", Dtype::kU16},
                                               {"", "uint32", Dtype::kU32},
                                               {"", "uint64", Dtype::kU64}}};

}  // namespace

std::optional<Dtype> storage_dtype(std::string_view global) {
  if (!global.starts_with("torch.") || !global.ends_with("Storage")) return {};
  global = global.substr(6, global.size() - 6 - 7);
  for (const std::string_view module : {"cuda.", "storage."})
    if (global.starts_with(module)) global.remove_prefix(module.size());
  for (const auto& names : kTypes)
    if (!global.empty() && names.storage == global) return names.type;
  return {};
}

std::optional<Dtype> dtype_from_global(std::string_view global) {
  if (!global.starts_with("torch.")) return {};
  const auto found = std::ranges::find(kTypes, global.substr(6), &TypeNames::dtype);
  if (found == kTypes.end()) return {};
  return found->type;
}

bool hostile_global(std::string_view global) {
  constexpr std::string_view kModules[] = {"os.",
                                           "posix.",
                                           "nt.",
                                           "subprocess.",
                                           "socket.",
                                           "shutil.",
                                           "runpy.",
                                           "pty.",
                                           "ctypes.",
                                           "_ctypes.",
                                           "webbrowser.",
                                           "code.",
                                           "importlib.",
                                           "pip.",
                                           "sys.",
                                           "signal.",
                                           "multiprocessing.",
                                           "urllib.",
                                           "requests.",
                                           "tempfile.",
                                           "timeit.",
                                           "bdb.",
                                           "pdb.",
                                           "cProfile.",
                                           "profile.",
                                           "distutils.",
                                           "http."};
  constexpr std::string_view kFunctions[] = {"eval", "exec",     "compile", "__import__",
                                             "open", "execfile", "input",   "breakpoint"};
  for (const std::string_view builtins : {"builtins.", "__builtin__."})
    if (global.starts_with(builtins))
      return std::ranges::find(kFunctions, global.substr(builtins.size())) != std::end(kFunctions);
  return std::ranges::any_of(kModules, [&](auto module) { return global.starts_with(module); }) ||
         global == "torch.hub.load" || global == "torch.load" || global == "numpy.load" ||
         global == "pickle.loads" || global == "_pickle.loads";
}

}  // namespace gan
