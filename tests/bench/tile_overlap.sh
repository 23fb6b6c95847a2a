#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# How far tiles are from the whole frame for a network that reaches further than tiles overlap: PSNR
# of all pixels in 16 bits, at each overlap. Usage: tests/bench/tile_overlap.sh MODEL PICTURE [TILE-SIZE]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
model=$1 picture=$2 tile=${3:-128}
find_elements
printf '| tile-overlap | PSNR to the whole frame, dB |\n|---|---|\n'
for overlap in 1 4 8 16 32 64 128; do
  psnr=$(gst-launch-1.0 -m filesrc location="$picture" ! decodebin ! videoconvert ! video/x-raw,format=RGBA64_LE ! tee name=t \
    t. ! queue ! enhancegan precision=fp32 model="$model" ! m.ref_sink \
    t. ! queue ! enhancegan precision=fp32 model="$model" tile-size="$tile" tile-overlap=$overlap ! m.dist_sink \
    psnrmeter name=m ssim=false ! fakesink | sed -n '/final=(boolean)true/s/.* psnr=(double)\([-0-9.infe]*\).*/\1/p')
  printf '| %d | %.1f |\n' $overlap "${psnr:?the pipeline failed}"
done
