#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A frame of enhancegan, then one of each peer, and so on: medians of ROUNDS, by 1 and 2 threads. Installs
# the peers into VENV, beside the build, by pip.
# Usage: [ROUNDS=7] [THREADS="1 2"] [VENV=...] tests/bench/turns.sh [CASE ...]      # x2-360p x2-720p srvgg-360p rrdb6-180p rrdb23-180p
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
venv=${VENV:-$build/peers}
[ -x "$venv/bin/python" ] || {
  python3 -m venv "$venv"
  "$venv/bin/pip" install -q numpy openvino onnxruntime ncnn torch
}
find_elements
compile tests/bench/element_frames
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '| case | threads | way | ms | kernel, or dB to fp32 |\n|---|---|---|---|---|\n'
for threads in ${THREADS:-1 2}; do
  # glibc gives memory back after every frame and takes it again, page by page, unless told not to.
  MALLOC_TOP_PAD_=268435456 MALLOC_MMAP_THRESHOLD_=1073741824 MALLOC_TRIM_THRESHOLD_=1073741824 OMP_NUM_THREADS=$threads \
    taskset -c "0-$((threads - 1))" "$venv/bin/python" "$root/tests/bench/turns.py" "$threads" "${ROUNDS:-7}" \
    "$build/tests/bench/element_frames" "$work" "$@"
done
