#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The plugin must not pull in LibTorch or OpenCV: gst-inspect is quick, and a broken LibTorch is an
# error of one element, not a blacklisted plugin. plugin_without_torch.sh libgstgan.so
set -u
if ldd "$1" | grep -E 'lib(torch|c10|opencv)'; then
  echo 'libgstgan.so links what it must load on first use'
  exit 1
fi
gst-inspect-1.0 psnrmeter > /dev/null  # fills the registry
start=$(date +%s%N)
gst-inspect-1.0 psnrmeter > /dev/null || exit 1
took=$((($(date +%s%N) - start) / 1000000))
echo "gst-inspect-1.0 psnrmeter took $took ms"
[ $took -lt 1000 ]  # 12 ms on an idle machine; the limit only tells it from loading LibTorch
