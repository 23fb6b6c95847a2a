#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Trains built-in models anew, on one thread each: x2 so far. PHOTOS is a folder of good photographs. What OUT has
# is not trained again; an interrupted training goes on. OUT/NAME.safetensors is what is built in.
#   train.sh PHOTOS OUT [NAME ...]      x2, or those named
set -euo pipefail
[ $# -ge 2 ] || { sed -n '3,5s/^# \?//p' "$0" >&2; exit 2; }
photos=$1 out=$2; shift 2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
train=${GAN_TRAIN:-gan-train}
export OMP_NUM_THREADS=1
mkdir -p "$out"
terms=(--set licence=CC0-1.0 --set "provenance=photographs under CC0, public domain, MIT, BSD and CC BY terms (CREDITS), nothing else")
# Errors of soft pictures count as much as those of sharp ones: the term of psnr is of each sample's own error.
loss="loss=l1+0.003*psnr+0.02*ssim"

# stage RUN RECIPE STEPS PRECISION SETTINGS...: a run of gan-train in OUT/RUN
stage() {
  local run=$out/$1 recipe=$2 steps=$3 precision=$4; shift 4
  [ ! -e "$run.done" ] || return 0
  local -a words=(run "$recipe" --data "$photos" --out "$run" --steps "$steps" --threads 1 --precision "$precision"
    --set workers=1 --set keep=1 --set log_every=1000 --set validate_every=5000 --set save_every=1000 "${terms[@]}")
  for setting in "$@"; do words+=(--set "$setting"); done
  [ ! -e "$run/checkpoints/latest.safetensors" ] || words+=(--resume)
  "$train" "${words[@]}" >> "$run.log" 2>&1
  touch "$run.done"
}
# pairs SCALE CLIPS
pairs() { bash "$here/../../training/degradations/codec_pairs.sh" "$photos" "$out/codec$1" "$1" "$2" >&2; }
weights() { echo "$out/$1/checkpoints/latest.safetensors"; }
# everyday SCALE: settings of those that learn from everyday damage and from real encoders' pairs
everyday() { echo "scale=$1 degradation=everyday soft=0.4 pairs=$out/codec$1 pairs_share=0.5 batch=16 ema=0.999 schedule=cosine $loss"; }

# robust NAME SCALE CLIPS PATCH STEPS NETWORK...: a fast stage in bf16, a last one in fp32
robust() {
  local name=$1 scale=$2 clips=$3 patch=$4 steps=$5; shift 5
  pairs "$scale" "$clips"
  # shellcheck disable=SC2046
  stage "$name-1" compact "$steps" bf16 $(everyday "$scale") patch="$patch" lr=0.001 warmup=500 "$@"
  # shellcheck disable=SC2046
  stage "$name" compact $((steps / 2)) fp32 $(everyday "$scale") patch="$patch" lr=0.0003 init="$(weights "$name-1")" "$@"
}

x2() { robust x2 2 600 32 70000 features=32 convs=5; }

for name in "${@:-x2}"; do
  "$name"
  "$train" convert "$(weights "$name")" "$out/$name.safetensors" --dtype fp16
done
