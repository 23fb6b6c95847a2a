// SPDX-License-Identifier: LGPL-2.1-or-later
#include "core/conv/kernels.h"

#include "core/conv/bf16_multiply.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/conv/kernels.cc"
#include "hwy/foreach_target.h"  // includes this file once for each instruction set
// After it:
#include "core/conv/few_outputs-inl.h"
#include "core/conv/finish-inl.h"
#include "core/conv/gather-inl.h"
#include "core/conv/multiply-inl.h"
#include "core/conv/row_sums-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace gan::conv {
namespace HWY_NAMESPACE {

const Kernels& kernels_here() {
  static const Kernels kernels = {.name = hwy::TargetName(HWY_TARGET),
                                  .panels = kMultiplyPanels,
                                  .gather = gather,
                                  .multiply = multiply,
                                  .multiply_bf16 = kLanes == kBlock ? bf16_multiply() : nullptr,
                                  .finish = finish,
                                  .few_outputs = few_outputs,
                                  .row_sums = row_sums};
  return kernels;
}

}  // namespace HWY_NAMESPACE
}  // namespace gan::conv
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace gan::conv {

HWY_EXPORT(kernels_here);

const Kernels& kernels() { return HWY_DYNAMIC_DISPATCH(kernels_here)(); }

std::vector<const Kernels*> all_kernels() {
  std::vector<const Kernels*> all;
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    all.push_back(&kernels());
  }
  hwy::SetSupportedTargetsForTest(0);
  return all;
}

}  // namespace gan::conv
#endif
