// SPDX-License-Identifier: LGPL-2.1-or-later
#include "models/enhancer/plan_kernels.h"

#include <algorithm>

#include "core/error.h"

namespace gan {
namespace {

struct Named {
  std::string_view name;
  conv::Method winograd;
  conv::Precision precision;
};
constexpr Named kKernels[] = {
    {"f4-fp32", conv::Method::kWinograd4, conv::Precision::kFloat},
    {"f4-store16", conv::Method::kWinograd4, conv::Precision::kBf16Storage},
    {"f4-bf16", conv::Method::kWinograd4, conv::Precision::kBf16},
    {"f2-fp32", conv::Method::kWinograd2, conv::Precision::kFloat},
    {"f2-store16", conv::Method::kWinograd2, conv::Precision::kBf16Storage},
    {"f2-bf16", conv::Method::kWinograd2, conv::Precision::kBf16},
};

bool multiplies_bf16() { return conv::kernels().multiply_bf16 != nullptr; }

const Named* find(std::string_view name) {
  const auto found = std::ranges::find(kKernels, name, &Named::name);
  return found == std::end(kKernels) ? nullptr : found;
}

}  // namespace

std::vector<std::string> kernels_for(const EnhancerOptions& options) {
  if (const std::string& kernel = options.kernel; !kernel.empty()) {
    const Named* const named = find(kernel);
    std::string known;
    for (const Named& one : kKernels) known += concat(known.empty() ? "" : ", ", one.name);
    check(named, ErrorKind::kSettings, "kernel must be one of ", known,
          ", or for LibTorch fp32, bf16, fp16; got \"", kernel, "\"");
    check(named->precision != conv::Precision::kBf16 || multiplies_bf16(), ErrorKind::kSettings,
          "kernel ", kernel, " is not for this processor, which has no bf16 instructions");
    return {kernel};
  }
  const std::string& precision = options.precision;
  if (precision == "fp32") return {"f4-fp32"};
  if (precision == "bf16") return {multiplies_bf16() ? "f4-bf16" : "f4-store16"};
  check(precision != "fp16", ErrorKind::kSettings,
        "precision fp16 is not supported on the CPU; use fp32 or bf16");
  check(precision == "auto" || precision == "fast", ErrorKind::kSettings,
        "precision must be auto, fast, fp32, bf16 or fp16, got \"", precision, "\"");
  std::vector<std::string> all = {"f4-fp32", "f4-store16"};
  if (multiplies_bf16()) all.push_back("f4-bf16");
  return all;
}

conv::ExecutorOptions executor_options(const std::string& kernel, int threads) {
  const Named& named = *find(kernel);
  return {.precision = named.precision, .winograd = named.winograd, .threads = threads};
}

const char* precision_of_kernel(const std::string& kernel) {
  return find(kernel)->precision == conv::Precision::kFloat ? "fp32" : "bf16";
}

}  // namespace gan
