#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A frame of x2 needs no LibTorch: what the process has mapped after it says so.
set -u
maps=$(mktemp) || exit 1
# fakesink tells of every frame; the pipeline plays on while its process is looked at.
gst-launch-1.0 -v videotestsrc is-live=true ! video/x-raw,width=64,height=48,format=I420,framerate=30/1 ! \
  enhancegan device=cpu ! fakesink silent=false > "$maps.out" 2>&1 &
gst=$!
trap 'kill $gst 2>/dev/null; rm -f "$maps" "$maps.out"' EXIT
for _ in $(seq 300); do
  [ "$(grep -c 'chain' "$maps.out")" -ge 2 ] && break
  kill -0 $gst 2>/dev/null || { cat "$maps.out"; echo 'the pipeline ended'; exit 1; }
  sleep 0.1
done
[ "$(grep -c 'chain' "$maps.out")" -ge 2 ] || { echo 'no frame came'; exit 1; }
cat "/proc/$gst/maps" > "$maps" || exit 1
grep -q libganmodels "$maps" || { echo 'libganmodels.so is not mapped: nothing was tested'; exit 1; }
if grep -oE '[^/]*(libgantorch|libtorch|libc10|libgomp|libopencv)[^ ]*' "$maps" | sort -u | grep .; then
  echo 'a frame of x2 loads what it can do without'
  exit 1
fi
echo 'x2 runs without LibTorch'
