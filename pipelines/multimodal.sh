#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sweeps the code of a network that has one: the low-quality picture | its varying enhancement | the
# truth, side by side, as a video and a GIF.
# Usage: pipelines/multimodal.sh LOW TRUTH OUTPUT.mp4 model=augcyclegan.safetensors [PROPERTY=VALUE ...]
# LOW and TRUTH are pictures. SEEDS (0-3) are the key points, SECONDS_LONG (4) and FPS (25) the
# length of the loop, HEIGHT (240) how high each picture is shown.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
[ $# -ge 4 ] || die "usage: multimodal.sh LOW TRUTH OUTPUT.mp4 model=FILE [PROPERTY=VALUE ...]"
low=$(as_file "$1") truth=$(as_file "$2") output=$(as_file "$3")
shift 3
gif=${output%.*}.gif
for picture in "$low" "$truth"; do [ -s "$picture" ] || die "$picture: no such file, or empty"; done
not_itself "$output" "$low" "$truth"
not_itself "$gif" "$low" "$truth"
case ${output,,} in *.mp4) ;; *) die "$output: the output must be a .mp4 file" ;; esac
find_elements
command -v ffmpeg >/dev/null || die "ffmpeg is not installed; it writes the GIF"
whole FPS 25
whole SECONDS_LONG 4
whole HEIGHT 240 2
frames=$((SECONDS_LONG * FPS))
points=$(awk -v seeds="${SEEDS:-0-3}" 'BEGIN { n = split(seeds, part, ","); for (i = 1; i <= n; ++i)
  count += split(part[i], ends, "-") == 2 ? ends[2] - ends[1] + 1 : 1; print count }')

tidy_at_end
work=$(mktemp -d "$output.XXXXXX")
unfinished=("$work")
column() {  # column NAME PICTURE [ELEMENT ...]: one column as a video all but free of loss
  local name=$1 picture=$2
  shift 2
  decoding "$picture"
  run gst-launch-1.0 -q "${decode[@]}" imagefreeze num-buffers=$frames ! videoconvert ! \
    video/x-raw,format=RGB,framerate="$FPS/1" "$@" ! videoconvert ! videoscale ! \
    video/x-raw,format=I420,height=$((HEIGHT / 2 * 2)),pixel-aspect-ratio=1/1 ! \
    x264enc pass=quant quantizer=1 ! h264parse ! matroskamux ! filesink location="$work/$name.mkv" >/dev/null
  [ -s "$work/$name.mkv" ] || die "the column $name could not be made"
}
column low "$low"
column truth "$truth"
column varying "$low" ! enhancegan latent-seeds="${SEEDS:-0-3}" \
  latent-speed="$(awk "BEGIN { print $points / $SECONDS_LONG }")" "$@"
run ffmpeg -v error -y -i "$work/low.mkv" -i "$work/varying.mkv" -i "$work/truth.mkv" -filter_complex hstack=inputs=3 \
  -c:v libx264 -crf 18 -pix_fmt yuv420p "$work/all.mp4"
run ffmpeg -v error -y -i "$work/all.mp4" -filter_complex "split[a][b];[a]palettegen[p];[b][p]paletteuse" -loop 0 "$work/all.gif"
mv -- "$work/all.mp4" "$output"
mv -- "$work/all.gif" "$gif"
say "$output and $gif: $frames frames through $points codes"
