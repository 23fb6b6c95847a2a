#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Frames a second of `filesrc ! decodebin ! enhancegan ! fakesink` and of Python loops that do the same
# by OpenCV and PyTorch, ONNX Runtime or OpenVINO, on the same weights, and how far each is from fp32.
# Usage: [PYTHON=python3] [THREADS=1] [ROUNDS=3] tests/bench/peers.sh [CLIP] [compact CHECKPOINT]
# All ways run in turn, ROUNDS times; the best of each counts. Decoders have threads of their own: pin
# all to as many processors as THREADS, such as `taskset -c 0 tests/bench/peers.sh`. What PYTHON lacks is
# left out, with the reason.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
clip=${1:-$root/pipelines/clips/nasa.mp4} model=${2:-$root/models/builtin/x2.safetensors}
threads=${THREADS:-1} rounds=${ROUNDS:-3} python=${PYTHON:-python3}
find_elements
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=$threads PYTHONWARNINGS=ignore
peers() { "$python" "$root/tests/bench/peers.py" "$threads" "$clip" "$model" "$@" 2> "$work/said"; }

read -ra source <<<"filesrc location=$clip ! decodebin ! videoconvert ! video/x-raw,format=BGR"
enhancer() { printf 'enhancegan model=%s device=cpu threads=%s precision=%s' "$model" "$threads" "$1"; }
pipeline_speed() {  # pipeline_speed PRECISION: the average over the clip, whose beginning loads the network
  local words
  read -ra words <<<"$(enhancer "$1")"
  gst-launch-1.0 -v "${source[@]}" ! "${words[@]}" ! \
    fpsdisplaysink text-overlay=false video-sink="fakesink sync=false" sync=false fps-update-interval=200 |
    sed -n 's/.*average: \([0-9.]*\).*/\1/p' | tail -1
}
pipeline_fidelity() {  # on the frames that the reference was made of
  local words width height
  read -ra words <<<"$(enhancer "$1")"
  [ -s "$work/reference.raw" ] || { echo -; return; }
  read -r width height < "$work/size"
  gst-launch-1.0 -q filesrc location="$work/input.raw" ! rawvideoparse format=bgrx width="$width" height="$height" ! \
    "${words[@]}" ! videoconvert ! video/x-raw,format=RGB ! filesink location="$work/frames.raw" >/dev/null
  peers fidelity "$work/frames.raw"
}

ways=(pipeline-auto pipeline-fp32)
if peers list > "$work/list"; then
  while IFS= read -r way; do case $way in '#'*) say "left out: ${way#\# }" ;; *) ways+=("$way") ;; esac; done < "$work/list"
  [[ " ${ways[*]} " == *" torch-fp32 "* ]] && peers reference "$work" > "$work/size" || say "no PyTorch: fidelity is not measured"
else
  say "left out: all peers; $python: $(tail -1 "$work/said")"
fi

declare -A best fidelity
for way in pipeline-auto pipeline-fp32; do fidelity[$way]=$(pipeline_fidelity ${way#pipeline-}); done
for round in $(seq "$rounds"); do
  for way in "${ways[@]}"; do
    [ "${best[$way]:-}" != failed ] || continue
    case $way in
      pipeline-*) speed=$(pipeline_speed "${way#pipeline-}") ;;
      *) if peers run "$way" "$work" > "$work/result"; then read -r speed fidelity[$way] < "$work/result"
         else say "left out: $way: $(tail -1 "$work/said")"; best[$way]=failed; continue; fi ;;
    esac
    say "round $round: $way $speed frames a second"
    best[$way]=$(awk -v a="${best[$way]:-0}" -v b="$speed" 'BEGIN {print (a > b) ? a : b}')
  done
done
printf '| way | frames a second | PSNR to fp32, dB |\n|---|---|---|\n'
for way in "${ways[@]}"; do
  [ "${best[$way]}" = failed ] || printf '| %s | %s | %s |\n' "$way" "${best[$way]}" "${fidelity[$way]:--}"
done
