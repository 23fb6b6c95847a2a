#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enlarges a real clip twice by the built-in network, measures what that gains, and shows it. Builds what
# it needs.
# Usage: pipelines/demo.sh [folder for the results]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"

help "$@"
case ${1:-} in -*) die "unknown option $1; usage: demo.sh [folder for the results]" ;; esac

clip=$root/pipelines/clips/nasa.mp4  # 480x270, 30000/1001 frames a second, with sound
out=${1:-$build/demo}
need_packages
configure
compile gst-plugin/libgstgan.so models/libganmodels.so pipelines/gan-enhance pipelines/gan-compare pipelines/gan-measure
use_build
mkdir -p "$out"

say "enlarging $(basename "$clip") to 960x540"
gan-enhance "$clip" "$out/enhanced.mkv" --overwrite

say "measuring: shrunk to half its size and enlarged again, how near does the clip come to itself?"
gan-measure "$clip" > "$out/measured.txt"

ffmpeg -nostdin -v error -y -ss 2 -i "$clip" -vf crop=480:268:0:0,scale=240:134:flags=bicubic -frames:v 1 "$out/low.png"
gan-compare "$out/low.png" "$out/side-by-side.png" --difference --overwrite

cat "$out/measured.txt"
printf '\nenhanced video   %s\nside by side     %s\n' "$out/enhanced.mkv" "$out/side-by-side.png"
