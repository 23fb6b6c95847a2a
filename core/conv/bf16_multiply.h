// SPDX-License-Identifier: LGPL-2.1-or-later
// Matrix products of bf16 factors by AVX512_BF16's dot products, which this Highway does not have.
#pragma once

#include "core/conv/kernels.h"

namespace gan::conv {

// As Kernels::multiply_bf16; null where the processor lacks the instructions.
void (*bf16_multiply())(const Multiply&);

}  // namespace gan::conv
