#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Steps a second of gan-train's recipes compact, esrgan and pix2pix beside plain loops with the same
# networks and sizes: in C++ with the same LibTorch and, where PYTHON has torch, in PyTorch. In turn,
# ROUNDS times each; the best counts. bf16 is left out where the processor cannot do it. PHOTOS is a
# folder of good photographs.
#   [RECIPES="compact esrgan pix2pix"] [THREADS=2] [ROUNDS=3] [STEPS=40] [PYTHON=python3] tests/bench/training.sh PHOTOS [BUILD]
set -euo pipefail
photos=$1 build=${2:-build} python=${PYTHON:-python3}
threads=${THREADS:-2}
export OMP_NUM_THREADS=$threads
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
ninja -C "$build" training/gan-train tests/bench/training_plain >/dev/null

# ours RECIPE STEPS PRECISION: steps a second after the first five, as the plain loops count them. The
# log names the share of time that the loop waits for data where it is 5 % or more.
ours() {
  local sizes=(--set batch=16 --set patch=64 --set scale=2)
  case $1 in
    esrgan) sizes=(--set batch=4 --set patch=32 --set scale=4 --set blocks=6 --set pretrain_steps=0 --set vgg=none) ;;
    pix2pix) sizes=(--set simulate=phone) ;;
  esac
  rm -rf "$scratch/run"
  "$build/training/gan-train" run "$1" --data "$photos" --out "$scratch/run" --steps $(($2 + 5)) --threads "$threads" \
    --precision "$3" --set ema=0 --set validate_every=0 --set look=0 --set save_every=1000000 --set log_every=5 "${sizes[@]}" \
    > "$scratch/log" 2>&1 || { grep -m1 bf16 "$scratch/log" >&2 && return 0; cat "$scratch/log" >&2; return 1; }
  if grep -m1 -o '[0-9]* % of the time waiting for data' "$scratch/log" >&2; then :; fi
  awk '$1 == "step" && $4 ~ /steps/ { if ($2 == 5) start = 5 / $3; steps = $2; end = $2 / $3 }
       END { printf "%.3f\n", (steps - 5) / (end - start) }' "$scratch/log"
}
best() { sort -g | tail -1; }
for recipe in ${RECIPES:-compact esrgan pix2pix}; do
  steps=${STEPS:-40}
  for ((round = 0; round < ${ROUNDS:-3}; ++round)); do
    "$build/tests/bench/training_plain" $recipe $steps >> "$scratch/$recipe-plain-cc"
    ours $recipe $steps fp32 >> "$scratch/$recipe-fp32"
    ours $recipe $steps bf16 >> "$scratch/$recipe-bf16"
    if "$python" -c 'import torch' 2>/dev/null; then
      "$python" "$(dirname "$0")/training_plain.py" $recipe $steps >> "$scratch/$recipe-plain-py"
      "$python" "$(dirname "$0")/training_plain.py" $recipe $steps --fast >> "$scratch/$recipe-fast-py"
    fi
  done
  for kind in plain-cc fp32 bf16 plain-py fast-py; do
    [ ! -s "$scratch/$recipe-$kind" ] || printf '%-8s %-9s %s steps/s\n' $recipe $kind "$(best < "$scratch/$recipe-$kind")"
  done
done
