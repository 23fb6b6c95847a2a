#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Checkpoints of super-resolution networks in enhancegan, frames of 320x180: how many a second of one core's time, with
# how much memory, how far tiles of 64 are from the whole frame, and a picture of each in PICTURES.
# Usage: [PICTURES=pictures] [FRAMES=4] tests/bench/owned.sh [MODEL ...]    # none: every network with the options that it has by itself
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
find_elements
compile training/gan-train
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# = 0 ]; then
  compile tests/bench/owned_models
  "$build/tests/bench/owned_models" "$work" compact span rrdbnet plksr mosr safmn realcugan omnisr rcan swinir srformer dat rgt drct atd hat
  set -- "$work"/*.safetensors
fi
ffmpeg -v error -ss 4 -i "$root/pipelines/clips/nasa.mp4" -frames:v 1 -vf crop=320:180 "$work/frame.png"
mkdir -p "${PICTURES:=pictures}"
python3 "$root/tests/bench/owned.py" "$build" "$work/frame.png" "$PICTURES" "${FRAMES:-4}" "$@"
