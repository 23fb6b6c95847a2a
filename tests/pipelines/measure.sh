#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-measure on clips and their damaged copies, pictures and networks. measure.sh SOURCE; the command comes
# from BUILD_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
measure=$BUILD_DIR/pipelines/gan-measure source_root=$1
ran() { timeout 100 "$measure" "$@" > printed 2> said || { cat said; wrong "gan-measure $* failed"; }; }
value() { awk -v name="$1" '$1 == name {print $2}' printed; }
between() { awk -v v="${1/inf/1e9}" -v low="$2" -v high="$3" 'BEGIN {exit !(v + 0 >= low && v + 0 <= high)}' || wrong "$4 is $1, not $2 to $3"; }

x264='-c:v libx264 -preset veryfast -pix_fmt yuv420p'
# shellcheck disable=SC2086
{
  ff -f lavfi -i testsrc2=size=160x120:rate=30:duration=1 $x264 -crf 1 original.mkv
  ff -i original.mkv $x264 -crf 40 poor.mkv
  ff -i original.mkv $x264 -crf 25 'good <i>.mkv'
  ff -i original.mkv -vf trim=start_frame=6,setpts=PTS-STARTPTS $x264 -crf 25 cut.mkv
  ff -i original.mkv -vf scale=80:60 $x264 -crf 10 small.mkv
}

ran original.mkv poor.mkv --report out
cat printed
[ "$(wc -l < out/values.csv)" = 31 ] || wrong 'values.csv has not a line a frame'
[ "$(value frames)" = 30 ] && [ "$(value unpaired-reference)" = 0 ] || wrong 'frames are without partners'
[ "$(grep -o '<polyline' out/report.html | wc -l)" = 7 ] || wrong 'report.html has not a curve a value'
for name in original processed difference; do [ -s "out/worst-1-$name.png" ] || wrong "no picture of the worst frame: $name"; done
[ -z "$(value offset)" ] || wrong 'an offset of 0 is printed'
judge=$(ffmpeg -hide_banner -i poor.mkv -i original.mkv -lavfi psnr -f null - 2>&1 | sed -n 's/.* y:\([0-9.]*\) .*/\1/p')
between "$(value psnr-y)" "$(awk "BEGIN {print $judge - 0.01}")" "$(awk "BEGIN {print $judge + 0.01}")" 'PSNR of luma, by FFmpeg as judge,'

# Several are ranked, whatever their order.
ran original.mkv poor.mkv 'good <i>.mkv' -o both
grep -q '^1  *good <i>.mkv ' printed && grep -q '^2  *poor.mkv ' printed || { cat printed; wrong 'the better one is not first'; }
grep -q 'href="poor/report.html"' both/report.html && [ -s both/poor/report.html ] || wrong 'the ranking leads nowhere'
grep -q 'good &lt;i&gt;.mkv' both/report.html || wrong 'a name is not escaped'
ran original.mkv poor.mkv --json
python3 -c 'import json, sys; lines = [json.loads(l) for l in open("printed")]; assert lines[-1]["event"] == "measured" and lines[-1]["frames"] == 30, lines' || wrong '--json is no JSON'

# Of a file that lacks the first 0.2 s all is measured and the offset printed.
ran original.mkv cut.mkv
between "$(value offset)" 0.199 0.201 'the offset of a cut file'
[ "$(value frames)" = 24 ] || wrong 'frames of a cut file are lost'
between "$(value psnr-min)" 25 99 'the least PSNR of a cut file'
# So of one whose sound begins before its picture.
ff -itsoffset 0.123 -i original.mkv -f lavfi -i sine=duration=1 -map 1 -map 0 -c:v copy late.mkv
ran original.mkv late.mkv
between "$(value offset)" -0.127 -0.125 'the offset of a late file'
[ "$(value frames)" = 30 ] || wrong 'frames of a late file are lost'

# As it is meant to be seen: upright, progressive.
ff -f lavfi -i testsrc2=size=64x48:rate=50:duration=0.4 -vf interlace -c:v mpeg2video -flags +ildct+ilme -q:v 2 fields.ts
ff -i fields.ts -c copy -metadata:s:v:0 rotate=90 turned.mov
ff -i fields.ts -vf bwdif=mode=send_field,transpose=cclock -c:v ffv1 upright.mkv
ran upright.mkv turned.mov
[ "$(value frames)" = 20 ] || wrong "of turned fields $(value frames) frames were measured"
between "$(value psnr)" 45 1e9 'PSNR of turned fields against what they show'

# Networks, beside bicubic, of a size that is cut; pictures.
ff -i "$source_root/pipelines/clips/nasa.mp4" -frames:v 3 -vf crop=240:135 -c:v ffv1 real.mkv
ran real.mkv
awk '$2 == "x2" {network = $3} $2 == "bicubic" {plain = $3} END {exit !(network > plain + 0.5)}' printed || { cat printed; wrong 'the network is no better than bicubic'; }
grep -qE '^[12] +x2 ' printed && grep -qE '^[12] +bicubic ' printed || { cat printed; wrong 'the network is not measured beside bicubic'; }
ff -i original.mkv -frames:v 1 a.png
ff -i original.mkv -frames:v 1 -q:v 20 b.jpg
ran a.png b.jpg
[ "$(value frames)" = 1 ] || wrong 'a picture is no frame'
between "$(value psnr-y)" 20 45 'PSNR of a JPEG'
ran original.mkv small.mkv --fit
between "$(value psnr-y)" 10 40 'PSNR of an enlarged file'

refused 'small.mkv is 80x60, original.mkv is 160x120: ' "$measure" original.mkv small.mkv
said '--fit resamples'
refused '/nowhere.mkv: no such file' "$measure" original.mkv /nowhere.mkv
refused 'one is a picture' "$measure" original.mkv a.png --fit
refused 'no frame of original.mkv has a partner in late.mkv' "$measure" original.mkv late.mkv -o none -- align=running-time
said 'align=first-frame or align=best'
refused 'has no property "speed"' "$measure" original.mkv poor.mkv -- speed=1
[ -z "$(ls none 2> /dev/null | grep -v values.csv)" ] || wrong "left behind: $(ls none)"
finish 'gan-measure measures'
