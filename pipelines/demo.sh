#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enlarges a real clip twice by the built-in network, in ordinary GStreamer pipelines, and measures
# what that gains. Builds what it needs.
# Usage: pipelines/demo.sh [folder for the results]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

help "$@"
case ${1:-} in -*) die "unknown option $1; usage: demo.sh [folder for the results]" ;; esac

clip=$root/pipelines/clips/nasa.mp4  # 480x270, 30000/1001 frames a second, with sound
out=${1:-$build/demo}
need_packages
configure
compile gst-plugin/libgstgan.so models/libganmodels.so pipelines/side-by-side pipelines/gan-enhance
use_build
mkdir -p "$out"

say "enlarging $(basename "$clip") to 960x540"
gan-enhance "$clip" "$out/enhanced.mkv" --overwrite

# The clip, shrunk to half its size and enlarged again, can be compared with itself.
low="videoscale method=catrom ! video/x-raw,width=240,height=134"
measured() {
  gst-launch-1.0 -m filesrc location="$clip" ! decodebin ! videoconvert ! videocrop bottom=2 ! \
    video/x-raw,format=I420 ! tee name=t \
    t. ! queue max-size-buffers=8 ! m.ref_sink \
    t. ! queue max-size-buffers=8 ! $low ! enhancegan "$@" ! m.dist_sink \
    psnrmeter name=m message=false ! fakesink sync=false | grep -o 'psnrmeter, .*final=(boolean)true.*' ||
    die "the measuring pipeline failed"
}
value() { sed -n "s/.*[ ,]$1=(double)\([-0-9.infe]*\).*/\1/p"; }
say "measuring"
plain=$(measured strength=0)
network=$(measured)

frame() {  # frame FILE PROPERTIES: the 60th frame, enlarged from the shrunk clip
  local file=$1; shift
  gst-launch-1.0 -q filesrc location="$clip" ! decodebin ! videoconvert ! videocrop bottom=2 ! $low ! \
    enhancegan "$@" ! videoconvert ! pngenc ! multifilesink location="$out/frame-%03d.png" max-files=0 >/dev/null
  mv "$out/frame-060.png" "$file"
  rm -f "$out"/frame-*.png
}
frame "$out/plain.png" strength=0
frame "$out/network.png"
side-by-side --difference --labels "bicubic,network,difference x8" "$out/side-by-side.png" "$out/plain.png" "$out/network.png"

printf '\n%-28s %10s %10s\n' "halved, then enlarged x2" "PSNR Y" "SSIM Y"
printf '%-28s %7.2f dB %10.4f\n' "bicubic" "$(value psnr-y <<<"$plain")" "$(value ssim-y <<<"$plain")"
printf '%-28s %7.2f dB %10.4f\n' "enhancegan" "$(value psnr-y <<<"$network")" "$(value ssim-y <<<"$network")"
printf '\nenhanced video   %s\nside by side     %s\n' "$out/enhanced.mkv" "$out/side-by-side.png"
