#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows a webcam enhanced, live: the left half plain, the right half by the network, with the frames a
# second that are shown. Where the network is too slow for the camera, late frames are enlarged plainly
# (preset "fast webcam"); smaller WIDTH and HEIGHT give it more time.
# Usage: pipelines/webcam.sh [properties of enhancegan, such as model=x4.pth split=0]
# CAMERA (/dev/video0; a photograph where there is none), WIDTH and HEIGHT (320, 240) of its pictures,
# SINK (autovideosink; an element or a bin), FRAMES (0: until Ctrl-C).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
find_elements
camera=${CAMERA:-/dev/video0}
whole FRAMES 0 0
whole WIDTH 320
whole HEIGHT 240
[ "$FRAMES" -gt 0 ] || FRAMES=-1
if [ -e "$camera" ]; then
  # In memory that every element reads, compressed by the camera or not.
  source=(v4l2src device="$camera" num-buffers=$FRAMES ! "image/jpeg; video/x-raw; video/x-h264" ! decodebin)
else
  say "$camera is not there: a photograph is shown"
  source=(filesrc location="$root/models/builtin/osprey.ppm" ! pnmdec ! imagefreeze is-live=true num-buffers=$FRAMES !
    videocrop bottom=64 ! timeoverlay halignment=right font-desc="Sans 10")
fi

# A line between the halves and their names.
split=0.5
for setting in "$@"; do case $setting in split=*) split=${setting#*=} ;; esac; done
marks=$(mktemp --suffix=.svg); trap 'rm -f "$marks"' EXIT
awk -v part="$split" -v height=$((1000 * HEIGHT / WIDTH)) 'BEGIN {
  x = 1000 * part
  printf "<svg viewBox=\"0 0 1000 %d\" font-family=\"sans-serif\" font-size=\"34\" fill=\"white\" stroke=\"black\" stroke-width=\"0.6\">", height
  if (x > 0 && x < 1000) printf "<rect x=\"%g\" y=\"0\" width=\"3\" height=\"%d\"/>", x - 1.5, height
  if (x >= 200) printf "<text x=\"14\" y=\"%d\">plain</text>", height - 14
  if (x <= 800) printf "<text x=\"986\" y=\"%d\" text-anchor=\"end\">enhancegan</text>", height - 14
  printf "</svg>" }' > "$marks"
gst-launch-1.0 -q "${source[@]}" ! videoconvert ! videoscale ! \
  "video/x-raw,width=$WIDTH,height=$HEIGHT" ! queue max-size-buffers=1 leaky=downstream ! \
  enhancegan @preset="fast webcam" split=0.5 "$@" ! videoconvert ! \
  rsvgoverlay fit-to-frame=true location="$marks" ! videoconvert ! \
  fpsdisplaysink video-sink="${SINK:-autovideosink}"
