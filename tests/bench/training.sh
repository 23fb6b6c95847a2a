#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Steps a second of gan-train's recipes compact and esrgan beside plain loops with the same networks
# and sizes: in C++ with the same LibTorch and, where PYTHON has torch, in PyTorch. In turn, three
# times each; the best counts.
#   tests/bench/training.sh PHOTOS [BUILD]
set -euo pipefail
photos=$1 build=${2:-build} python=${PYTHON:-python3}
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
ninja -C "$build" training/gan-train tests/bench/training_plain >/dev/null

# ours RECIPE STEPS PRECISION: steps a second and the share of time that the loop waited for data
ours() {
  local sizes=(--set batch=16 --set patch=64 --set scale=2)
  [ "$1" = compact ] || sizes=(--set batch=4 --set patch=32 --set scale=4 --set blocks=6
    --set pretrain_steps=0 --set vgg=none --set ema=0)
  rm -rf "$scratch/run"
  "$build/training/gan-train" run "$1" --data "$photos" --out "$scratch/run" --steps "$2" --precision "$3" \
    --set ema=0 --set validate_every=0 --set save_every=1000000 --set log_every="$2" "${sizes[@]}" 2>&1 |
    sed -n 's/.* \([0-9.e+-]*\) steps\/s.*/\1/p' | tail -1
}
best() { sort -g | tail -1; }
for recipe in compact esrgan; do
  steps=60; [ $recipe = compact ] || steps=20
  for round in 1 2 3; do
    "$build/tests/bench/training_plain" $recipe $steps >> "$scratch/$recipe-plain-cc"
    ours $recipe $((steps + 5)) fp32 >> "$scratch/$recipe-fp32"
    ours $recipe $((steps + 5)) bf16 >> "$scratch/$recipe-bf16"
    if "$python" -c 'import torch' 2>/dev/null; then
      "$python" "$(dirname "$0")/training_plain.py" $recipe $steps >> "$scratch/$recipe-plain-py"
      "$python" "$(dirname "$0")/training_plain.py" $recipe $steps --fast >> "$scratch/$recipe-fast-py"
    fi
  done
  for kind in plain-cc fp32 bf16 plain-py fast-py; do
    [ -e "$scratch/$recipe-$kind" ] && printf '%-8s %-9s %s steps/s\n' $recipe $kind "$(best < "$scratch/$recipe-$kind")"
  done
done
