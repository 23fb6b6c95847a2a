#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What gan-enhance does beside frames and sound: HDR's light levels, chapters, timecodes, files that change their
# kind, --json, an input that stalls, JPEG XL. enhance_extras.sh; the command comes from BUILD_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
ran() { timeout 100 "$enhance" --overwrite "$@" -- strength=0 > printed 2> said || { cat said; wrong "gan-enhance $* failed"; }; }
shown() { ffprobe -v error "$@" | tr '\n' ' '; }

# HDR10: PQ, BT.2020, the mastering display, the light levels.
ff -f lavfi -i testsrc2=size=64x48:rate=25:duration=0.4 -vf format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc \
  -c:v libx265 -pix_fmt yuv420p10le -color_primaries bt2020 \
  -color_trc smpte2084 -colorspace bt2020nc -x265-params 'log-level=0:hdr10=1:master-display=G(13250,34500)B(7500,3000)R(34000,16000)WP(15635,16450)L(10000000,50):max-cll=1000,400' hdr.mkv
lights() {  # of the first frame or the stream, as numbers
  ffprobe -v error -select_streams v -read_intervals '%+#1' -show_entries "$2=red_x,max_luminance,max_content,max_average" -of default=nw=1 "$1" |
    sort -u | tr '/' ' ' | awk -F'[= ]' '{printf "%s=%g ", $1, $3 ? $2 / $3 : $2}'
}
colours() { ffprobe -v error -select_streams v -show_entries stream=color_transfer,color_primaries,color_space,pix_fmt -of csv=p=0 "$1" | head -1 | sed 's/,*$//'; }
[[ $(lights hdr.mkv frame_side_data) = *max_content=1000* ]] || wrong "the HDR clip is not what it should be: $(lights hdr.mkv frame_side_data)"
for out in hdr-out.mkv hdr-out.mp4; do
  ran hdr.mkv $out --codec h265
  is "$out: light levels" "$(lights $out stream_side_data)" "$(lights hdr.mkv frame_side_data)"
  is "$out: colours" "$(colours $out)" "$(colours hdr.mkv)"
  grep -q 'is HDR, which is kept' said || wrong 'HDR is not spoken of'
done

# Chapters, and a timecode.
printf ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=200\ntitle=dawn\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=200\nEND=600\ntitle=dusk\n' > chapters
ff -f lavfi -i testsrc2=size=64x48:rate=25:duration=0.6 -i chapters -map 0 -map_metadata 1 -c:v libx264 -pix_fmt yuv420p chapters.mkv
chapters() { ffprobe -v error -show_entries chapter=start_time,end_time:chapter_tags=title -of csv=p=0 "$1" | tr '\n' ' '; }
for out in c.mkv c.mp4 c.webm; do
  ran chapters.mkv $out
  is "$out: the chapters" "$(chapters $out)" '0.000000,0.200000,dawn 0.200000,0.600000,dusk '
done
ran chapters.mkv part.mkv --preview 0.2s@0.1
is 'the chapters of a part' "$(chapters part.mkv)" '0.000000,0.080000,dawn 0.080000,0.200000,dusk '
ff -f lavfi -i testsrc2=size=64x48:rate=25:duration=0.4 -c:v libx264 -pix_fmt yuv420p -timecode 01:02:03:04 code.mov
for out in t.mov t.mp4 t.mkv; do
  ran code.mov $out
  is "$out: the timecode" "$(ffprobe -v error -show_entries stream_tags=timecode:format_tags=timecode -of csv=p=0 $out | grep -o '[0-9:]\{11\}' | sort -u)" 01:02:03:04
done

# A size that changes: fitted, or a file for each.
for size in 64x48 96x64; do ff -f lavfi -i testsrc2=size=$size:rate=25:duration=0.4 -f lavfi -i sine=duration=0.4 -c:v mpeg2video -q:v 2 -c:a mp2 $size.ts; done
cat 64x48.ts 96x64.ts 64x48.ts > changes.ts
count() { shown -count_frames -select_streams v -show_entries stream=width,height,nb_read_frames -of csv=p=0 "$1"; }
ran changes.ts one.mkv
is 'one file for all' "$(count one.mkv)" '128,96,30 '
ran changes.ts split.mkv --split
is 'files where it changes' "$(for f in split.mkv split-2.mkv split-3.mkv; do count $f; done)" '128,96,10 192,128,10 128,96,10 '
for f in split split-2 split-3; do
  awk -v d="$(shown -select_streams a -show_entries stream_tags=DURATION -of csv=p=0 $f.mkv | tr -d : | awk '{print $1 + 0}')" 'BEGIN {exit !(d > 0.3 && d < 0.5)}' ||
    wrong "$f.mkv: its sound is not that of its part"
done

# For programs: lines of JSON that say how far it is, and what was done.
ran chapters.mkv json.mkv --json
python3 - <<'END' || wrong '--json is not what programs expect'
import json
lines = [json.loads(line) for line in open('printed')]
progress = [line for line in lines if line['event'] == 'progress']
assert progress and all(line['file'] == 'chapters.mkv' and line['total'] == 15 and 0 < line['done'] <= 15 and 'per_second' in line for line in progress), lines
assert lines[-1]['event'] == 'done' and '15 frames of 128x96' in lines[-1]['text'], lines
END
[ -s said ] && { cat said; wrong '--json speaks on stderr too'; }

# --resume of what is whole has nothing to do.
ran chapters.mkv whole.mkv
before=$(stat -c %Y%i whole.mkv)
"$enhance" chapters.mkv whole.mkv --resume -- strength=0 2> said || { cat said; wrong '--resume of a whole file failed'; }
said 'whole.mkv: is whole already'
is 'a whole file after --resume' "$(stat -c %Y%i whole.mkv)" "$before"

# Nothing comes any more: said, with who stands still, and nothing left behind.
mkfifo stalls.mkv
(cat chapters.mkv; sleep 60) > stalls.mkv &
feeder=$!
timeout 50 "$enhance" stalls.mkv none.mkv --stall 2 2> said && wrong 'a stalled input passed'
grep -q 'nothing has moved for 2 s: the reading of the input stands still' said || { cat said; wrong 'it is not said who stands still'; }
kill $feeder 2> /dev/null
wait $feeder 2> /dev/null
ls | grep none && wrong 'a stalled run left files'

# JPEG XL, where the build reads it; else it says so.
if ff -f lavfi -i testsrc2=size=64x48 -frames:v 1 -c:v libjxl -pix_fmt rgb48le -distance 0 p.jxl 2> /dev/null; then
  if timeout 100 "$enhance" p.jxl p.png -- strength=0 2> said; then
    is 'a JPEG XL' "$(shown -show_entries stream=width,height,pix_fmt -of csv=p=0 p.png)" '128,96,rgb48be '
  else
    grep -q 'p.jxl: this build has no libjxl, which reads JPEG XL' said || { cat said; wrong 'JPEG XL fails otherwise'; }
  fi
fi
finish 'gan-enhance keeps the rest'
