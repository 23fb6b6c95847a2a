#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# measure.sh SOURCE BUILD: pipelines/measure.sh on a clip and its damaged copy.
set -euo pipefail
root=$1
export BUILD_DIR=$2
unset DISPLAY WAYLAND_DISPLAY
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

clip="videotestsrc num-buffers=30 pattern=ball ! video/x-raw,format=I420,width=160,height=120,framerate=30/1"
gst-launch-1.0 -q $clip ! tee name=t t. ! queue ! x264enc quantizer=1 pass=quant ! matroskamux ! filesink location="$work/original.mkv" \
  t. ! queue max-size-time=0 max-size-bytes=0 ! x264enc quantizer=40 pass=quant ! matroskamux ! filesink location="$work/poor.mkv"

# The picture with the values over it goes on at its own pace, so that they come in time.
SINK="x264enc quantizer=1 pass=quant ! matroskamux ! filesink location=$work/shown.mkv sync=true" \
  "$root/pipelines/measure.sh" "$work/original.mkv" "$work/poor.mkv" "$work/out" flicker=true > "$work/printed.txt" ||
  fail "measure.sh failed"
cat "$work/printed.txt"
[ "$(wc -l < "$work/out/values.csv")" = 31 ] || fail "values.csv has not a line a frame"
grep -q '^unpaired-reference *0$' "$work/printed.txt" || fail "frames without partners"
[ "$(grep -o '<polyline' "$work/out/report.html" | wc -l)" = 7 ] || fail "report.html has not a curve a value"
for name in original processed difference; do
  [ -s "$work/out/worst-1-$name.png" ] || fail "no picture of the worst frame: $name"
done

# What was shown is the processed clip with text over it.
BUILD_DIR=$2 "$root/pipelines/measure.sh" "$work/poor.mkv" "$work/shown.mkv" "$work/text" > "$work/text.txt" || fail "the shown clip cannot be measured"
grep -q '^frames *30$' "$work/text.txt" || fail "frames were lost on the way to the sink"
awk '$1 == "psnr" && $2 + 0 < 40 {shown = 1} END {exit !shown}' "$work/text.txt" || fail "no values were shown"

# Of a file that lacks the first 0.2 s, and begins at 0, all is measured and the offset printed; where there is none,
# none is.
if grep -q '^offset' "$work/printed.txt"; then fail "an offset of 0 was printed"; fi
gst-launch-1.0 -q $clip ! filesink location="$work/frames.yuv"
tail -c +$((6 * 160 * 120 * 3 / 2 + 1)) "$work/frames.yuv" | gst-launch-1.0 -q fdsrc ! rawvideoparse format=i420 width=160 height=120 framerate=30/1 ! \
  x264enc quantizer=40 pass=quant ! matroskamux ! filesink location="$work/cut.mkv"
"$root/pipelines/measure.sh" "$work/original.mkv" "$work/cut.mkv" "$work/shifted" > "$work/cut.txt" || fail "a cut file cannot be measured"
cat "$work/cut.txt"
grep -q '^offset  *0.200' "$work/cut.txt" || fail "the offset is not printed"
grep -q '^frames *24$' "$work/cut.txt" || fail "frames of a cut file are lost"
awk '$1 == "psnr-min" && $2 + 0 > 35 {same = 1} END {exit !same}' "$work/cut.txt" || fail "other frames were compared"

# Nothing pairs where the sound begins before the picture: a word and a status, and nothing left half-done.
gst-launch-1.0 -q matroskamux name=m ! filesink location="$work/late.mkv" audiotestsrc num-buffers=40 ! audio/x-raw,format=S16LE ! m. \
  ${clip/pattern/timestamp-offset=123000000 pattern} ! x264enc quantizer=40 pass=quant ! m.
if "$root/pipelines/measure.sh" "$work/original.mkv" "$work/late.mkv" "$work/none" align=running-time 2> "$work/error.txt"; then fail "no pair at all passed"; fi
grep -q 'measure.sh: no frame of .*original.mkv has a partner in .*late.mkv' "$work/error.txt" || fail "it is not said that nothing pairs"
grep -q 'align=first-frame or align=best' "$work/error.txt" || fail "it is not said what would pair"
[ ! -e "$work/none/unfinished.csv" ] || fail "unfinished.csv is left"
"$root/pipelines/measure.sh" "$work/original.mkv" "$work/late.mkv" "$work/late" > "$work/late.txt" || fail "a late file cannot be measured"
grep -q '^offset  *-0.123' "$work/late.txt" || fail "the offset of a late file is not printed"
grep -q '^frames *30$' "$work/late.txt" || fail "frames of a late file are lost"

if "$root/pipelines/measure.sh" "$work/original.mkv" /nowhere.mkv "$work/none" 2> "$work/error.txt"; then fail "a missing file passed"; fi
grep -q '/nowhere.mkv: no such file' "$work/error.txt" || fail "a missing file is not named"
