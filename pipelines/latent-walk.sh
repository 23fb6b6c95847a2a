#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes a seamless loop of a walk through a generator's latent space, as MP4 (H.264) and as GIF.
# Usage: pipelines/latent-walk.sh OUTPUT.mp4 [properties of latentwalk, such as model=g.safetensors seeds=1,5,9]
# OUTPUT.gif lies beside it. SECONDS_LONG (4) and FPS (25) set the loop's length, HEIGHT (480) about
# how high it is: pictures are enlarged by a whole even number.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
[ $# -ge 1 ] || die "usage: latent-walk.sh OUTPUT.mp4 [PROPERTY=VALUE ...]"
output=$(as_file "$1")
shift
case ${output,,} in *.mp4) ;; *) die "$output: the output must be a .mp4 file" ;; esac
find_elements
command -v ffmpeg >/dev/null || die "ffmpeg is not installed; it writes the GIF"
whole FPS 25
whole SECONDS_LONG 4
whole HEIGHT 480
frames=$((SECONDS_LONG * FPS)) gif=${output%.*}.gif

size=$(gst-launch-1.0 -v latentwalk num-buffers=1 "$@" ! fakesink) || die "latentwalk makes no picture"
side() { sed -n "s/.*caps = video.*[ ,]$1=(int)\([0-9]*\).*/\1/p" <<<"$size" | head -1; }
width=$(side width) height=$(side height)
zoom=$(((HEIGHT / height + 1) / 2 * 2))
[ $zoom -ge 2 ] || zoom=2

partial=$output.partial
tidy_at_end
unfinished=("$partial" "$partial.gif")
run gst-launch-1.0 -q latentwalk "$@" period=$frames num-buffers=$frames ! \
  video/x-raw,format=I420,framerate=$FPS/1,width=$((width * zoom)),height=$((height * zoom)) ! queue ! \
  x264enc pass=quant quantizer=18 speed-preset=veryfast ! h264parse ! mp4mux faststart=true ! \
  filesink location="$partial" >/dev/null
[ -s "$partial" ] || die "nothing was written"
run ffmpeg -v error -y -f mp4 -i "$partial" -filter_complex "split[a][b];[a]palettegen[p];[b][p]paletteuse" \
  -loop 0 -f gif "$partial.gif"
mv -- "$partial" "$output"
mv -- "$partial.gif" "$gif"
say "$output and $gif: $frames frames of $((width * zoom))x$((height * zoom))"
