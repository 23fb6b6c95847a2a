// SPDX-License-Identifier: LGPL-2.1-or-later
// Plain loops compiled once for each instruction set; the loader picks the best at start.
#pragma once

// GCC's function multiversioning; left out under sanitizers, whose run-time is not ready when the
// loader resolves it.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define GAN_SIMD \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), optimize("O3")))
// For code whose vectors differ in length: by hand.
#define GAN_SIMD_V4 __attribute__((target("arch=x86-64-v4"), optimize("O3")))
#define GAN_SIMD_V3 __attribute__((target("arch=x86-64-v3"), optimize("O3")))
#define GAN_SIMD_LEVEL \
  (__builtin_cpu_supports("x86-64-v4") ? 4 : __builtin_cpu_supports("x86-64-v3") ? 3 : 0)
#else
#define GAN_SIMD
#define GAN_SIMD_V4
#define GAN_SIMD_V3
#define GAN_SIMD_LEVEL 0
#endif
