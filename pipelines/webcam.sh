#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows a webcam enhanced, live: the left half plain, the right half by the network.
# Usage: pipelines/webcam.sh [properties of enhancegan, such as model=x4.pth split=0]
# CAMERA (/dev/video0; a test picture where there is none), WIDTH and HEIGHT (320, 240) of its
# pictures, SINK (autovideosink), FRAMES (0: until Ctrl-C).
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
  source=(v4l2src device="$camera" num-buffers=$FRAMES)
else
  say "$camera is not there: a test picture is shown"
  source=(videotestsrc is-live=true pattern=ball num-buffers=$FRAMES)
fi
read -ra sink <<<"${SINK:-autovideosink}"
exec gst-launch-1.0 -q "${source[@]}" ! decodebin ! videoconvert ! videoscale ! \
  "video/x-raw,width=$WIDTH,height=$HEIGHT" ! queue max-size-buffers=1 leaky=downstream ! \
  enhancegan on-late=plain skip-unchanged=true split=0.5 "$@" ! videoconvert ! "${sink[@]}"
