#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a machine with a GPU: frames a second and processor time of pipelines, and PyTorch's with the same weights,
# in turn. The table is also left in OUT (/tmp/gan-out).
# Usage: [SECONDS_EACH=0.7] [ROUNDS=3] bash bench.sh [CASE ...]      # x2-720p x2-1080p srvgg-720p srvgg-1080p rrdb23-360p
set -eu
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
nvidia-smi --query-gpu=name,driver_version,clocks.max.sm --format=csv,noheader
python3 "$here/bench.py" "$GAN/data" "$@" | tee "$OUT/bench.txt"
