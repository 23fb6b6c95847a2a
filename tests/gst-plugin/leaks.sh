#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# GStreamer's leaks tracer finds nothing that the elements have left alive.
set -u
failed=0
clean() {  # clean ELEMENT ...: a pipeline that leaves nothing
  local log
  log=$(GST_TRACERS=leaks GST_DEBUG=GST_TRACER:7 GST_DEBUG_NO_COLOR=1 gst-launch-1.0 -q "$@" 2>&1 >/dev/null)
  grep -q 'object-alive.class' <<<"$log" || { echo "the tracer is not at work: $*"; failed=1; }
  local alive
  alive=$(grep -o 'object-alive, type-name=(string)[A-Z][A-Za-z]*' <<<"$log" | sort | uniq -c)
  [ -z "$alive" ] || { printf 'left by %s:\n%s\n' "$*" "$alive"; failed=1; }
}
small='video/x-raw,format=I420,width=48,height=32'
clean videotestsrc num-buffers=5 ! $small ! enhancegan ! fakesink
clean videotestsrc num-buffers=5 ! $small ! enhancegan strength=0 ! fakesink
clean videotestsrc num-buffers=5 ! $small ! enhancegan tile-size=16 skip-unchanged=true reload=true on-late=plain ! fakesink
clean videotestsrc num-buffers=5 ! $small ! enhancegan model=/no/where ! fakesink
clean latentwalk num-buffers=5 ! fakesink
clean latentwalk num-buffers=5 grid=2x2 path=loop interpolation=spline ! $small ! fakesink
clean latentwalk num-buffers=5 expression=nobody ! fakesink
clean psnrmeter name=m ms-ssim=true flicker=true log-file=/dev/null ! fakesink \
  videotestsrc num-buffers=5 ! $small ! m.ref_sink videotestsrc num-buffers=4 pattern=ball ! $small ! m.dist_sink
clean psnrmeter name=m align=best ! fakesink \
  videotestsrc num-buffers=50 ! $small ! m.ref_sink videotestsrc num-buffers=44 timestamp-offset=23000000 ! $small ! m.dist_sink
clean psnrmeter name=m align=best ! identity error-after=3 ! fakesink \
  videotestsrc num-buffers=50 ! $small ! m.ref_sink videotestsrc num-buffers=44 timestamp-offset=23000000 ! $small ! m.dist_sink
clean psnrmeter name=m strict=true ! fakesink \
  videotestsrc num-buffers=5 ! $small ! m.ref_sink videotestsrc num-buffers=4 ! $small ! m.dist_sink
[ $failed = 0 ] && echo 'nothing is left alive'
exit $failed
