#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows input | enhanced | truth side by side, as a picture, a GIF or a video.
# Usage: pipelines/compare.sh INPUT TRUTH OUTPUT.png|gif|mkv|mp4 [properties of enhancegan, such as model=x4.pth]
# INPUT and TRUTH are two pictures or two videos of the same moments; "-" for TRUTH leaves it out. The
# input is resampled plainly to the size of the enhanced one, the truth where it has another size.
# FRAME (0) is the frame of a video that a picture shows; a GIF or video of pictures lasts
# SECONDS_LONG (2). WIDTH: of a column, where the network's is too wide.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
[ $# -ge 3 ] || die "usage: compare.sh INPUT TRUTH|- OUTPUT.png|gif|mkv|mp4 [PROPERTY=VALUE ...]"
input=$(as_file "$1") truth=$(as_file "$2") output=$(as_file "$3")
shift 3
whole SECONDS_LONG 2
whole FRAME 0 0
[ -z "${WIDTH:-}" ] || whole WIDTH 0
kind=${output##*.} kind=${kind,,}
for file in "$input" "$truth"; do [ "$file" = - ] || [ -s "$file" ] || die "$file: no such file, or empty"; done
not_itself "$output" "$input" "$truth"
find_elements
case $kind in png|mkv|mp4) ;;
  gif) command -v ffmpeg >/dev/null || die "ffmpeg is not installed; it writes the GIF" ;;
  *) die "$output: the output must be a .png, .gif, .mkv or .mp4 file" ;;
esac

tidy_at_end
work=$(mktemp -d "$output.XXXXXX")
unfinished=("$work")

is_picture() { local facts; facts=$(gst-discoverer-1.0 "$1" 2>&1) && [[ $facts == *'video(image)'* ]]; }
still=no
if is_picture "$input"; then still=yes; fi
if [ "$truth" != - ]; then
  is_picture "$truth" && other=yes || other=no
  [ $still = $other ] || die "$input and $truth: one is a picture, the other a video"
fi
[ $kind = png ] && count=1 || count=$((SECONDS_LONG * 25))
read_from() {  # read_from FILE: the words that decode it
  decoding "$1"
  words=("${decode[@]}")
  [ $still = no ] || words+=(imagefreeze num-buffers=$count ! video/x-raw,framerate=25/1 !)
  words+=(videoconvert)
}

# The size of a column is the enhanced one's.
read_from "$input"
size=$(gst-launch-1.0 -v "${words[@]}" ! enhancegan "$@" ! fakesink num-buffers=1 2>"$work/said") ||
  die "$input: could not be enhanced: $(reason "$work/said")"
side() { sed -n "s/.*GstEnhanceGan.*src: caps = video.*[ ,]$1=(int)\([0-9]*\).*/\1/p" <<<"$size" | tail -1; }  # what is turned is told after the first caps
width=$(side width) height=$(side height) shown=${WIDTH:-$(side width)}
height=$((height * shown / width))

column=0 label_height=24
show() {  # show LABEL: the words of the next column
  words=(! videoconvert ! videoscale ! "video/x-raw,format=BGRx,width=$shown,height=$height,pixel-aspect-ratio=1/1" !
    videobox top=-$label_height ! textoverlay text="$1" valignment=top halignment=left ypad=2 xpad=6 auto-resize=false
    font-desc="Sans 12" ! queue ! c.sink_$column)
  places+=(sink_$column::xpos=$((column * shown)))
  column=$((column + 1))
}
places=() pipeline=()
read_from "$input"; pipeline+=("${words[@]}" ! tee name=t)
show input; pipeline+=(t. ! queue ! enhancegan "$@" strength=0 split=0 "${words[@]}")
show enhanced; pipeline+=(t. ! queue ! enhancegan "$@" "${words[@]}")
if [ "$truth" != - ]; then
  read_from "$truth"; pipeline+=("${words[@]}")
  show truth; pipeline+=("${words[@]}")
fi

even() { echo $((($1 + 1) / 2 * 2)); }
all="video/x-raw,format=BGRx,width=$(even $((column * shown))),height=$(even $((height + label_height)))"
x264=(videoconvert ! video/x-raw,format=I420 ! x264enc pass=quant speed-preset=veryfast)
case $kind in
  png) sink=(identity eos-after=$((FRAME + 2)) ! videoconvert ! pngenc ! multifilesink post-messages=true location="${work//%/%%}/all.png") ;;
  gif) sink=("${x264[@]}" quantizer=1 ! h264parse ! matroskamux ! filesink location="$work/all.mkv") ;;
  mkv) sink=("${x264[@]}" quantizer=18 ! h264parse ! matroskamux ! filesink location="$work/all.mkv") ;;
  mp4) sink=("${x264[@]}" quantizer=18 bframes=0 ! h264parse ! mp4mux ! filesink location="$work/all.mp4") ;;
esac
run gst-launch-1.0 -m compositor name=c background=black start-time-selection=first "${places[@]}" ! "$all" ! "${sink[@]}" "${pipeline[@]}" \
  >"$work/messages" 2>"$work/said" || die "the comparison failed: $(reason "$work/said")"
warnings "$work/said"
if [ $kind = png ]; then
  frames=$(grep -c GstMultiFileSink "$work/messages" || true)
  [ "$frames" -gt "$FRAME" ] || die "FRAME=$FRAME: there are $frames frames, counted from 0"
fi
[ $kind != gif ] || run ffmpeg -v error -y -i "$work/all.mkv" \
  -filter_complex "split[a][b];[a]palettegen[p];[b][p]paletteuse" -loop 0 "$work/all.gif"
[ -s "$work/all.$kind" ] || die "nothing was written"
mv -- "$work/all.$kind" "$output"
say "$output: $column columns of ${shown}x$height"
