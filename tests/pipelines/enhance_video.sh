#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-enhance keeps frames, their times, sound and subtitles of videos, in every container, and leaves
# nothing half-written. enhance_video.sh SOURCE; the command comes from BUILD_DIR.
set -u
enhance=$BUILD_DIR/pipelines/gan-enhance
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
wrong() { echo "$*"; failed=1; }

# 40 frames at uneven times, from 0.2 s on, two sounds, one subtitle.
printf '1\n00:00:00,200 --> 00:00:01,000\n%s\n\n2\n00:00:01,200 --> 00:00:02,000\nand stop\n\n' \
  "<i>birds</i> don't sing & dance" > "$scratch/text.srt"
ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=25:duration=2 -f lavfi -i sine=440:duration=2 -f lavfi -i sine=880:duration=2 \
  -i "$scratch/text.srt" -vf "select='mod(n+2,5)',setpts=PTS+0.2/TB" -fps_mode passthrough -enc_time_base 1:1000 -map 0 -map 1 -map 2 -map 3 -c:v libx264 -c:a aac -c:s srt \
  "$scratch/in.mkv" || wrong 'no clip to enhance'

times() { ffprobe -v error -select_streams v -show_entries packet=pts_time -of csv=p=0 "$1" | tr -d , | sort -n; }
kinds() { ffprobe -v error -show_entries stream=codec_type -of csv=p=0 "$1" | sort | uniq -c | tr -s ' \n' ' '; }
# What mp4's edit list hides is there all the same.
sound() { ffmpeg -v error $(case $1 in *.mp4) echo -ignore_editlist 1 ;; esac) -i "$1" -map 0:a:1 -c copy -f data - | md5sum; }
text() { ffmpeg -v error -i "$1" -map 0:s -f srt - | grep -c -e "<i>birds</i> don't sing & dance" -e 'and stop'; }
times "$scratch/in.mkv" > "$scratch/times"
[ "$(wc -l < "$scratch/times")" = 40 ] || wrong 'the clip is not what it should be'
for container in mkv mp4 webm; do
  out=$scratch/out.$container
  timeout 100 "$enhance" "$scratch/in.mkv" "$out" -- strength=0.5 2> "$scratch/said" || { cat "$scratch/said"; wrong "$container failed"; }
  grep -qE '[0-9]+ frames, [0-9.]+ a second' "$scratch/said" || wrong "$container: no progress is shown"
  late=$(times "$out" | paste - "$scratch/times" | awk '{d = $1 - $2; if (NR == 1) first = d; d -= first; if (d < 0) d = -d; if (d > most) most = d} END {print (NF == 2 && NR == 40 && most <= 0.001) ? "no" : most " s, " NR " frames"}')
  [ "$late" = no ] || wrong "$container: frames are away from their times by $late"
  [ "$(ffprobe -v error -select_streams v -show_entries stream=width,height -of csv=p=0 "$out")" = 128,96 ] || wrong "$container: is not enlarged"
done
for container in mkv mp4; do
  [ "$(kinds "$scratch/out.$container")" = ' 2 audio 1 subtitle 1 video ' ] || wrong "$container holds $(kinds "$scratch/out.$container")"
  [ "$(sound "$scratch/out.$container")" = "$(sound "$scratch/in.mkv")" ] || wrong "$container: the second sound is another"
  [ "$(text "$scratch/out.$container")" = 2 ] || wrong "$container: the subtitles are not those"
done
[ "$(kinds "$scratch/out.webm")" = ' 2 audio 1 subtitle 1 video ' ] || wrong "webm holds $(kinds "$scratch/out.webm")"
grep -q 'audio track 2 (aac): .webm cannot hold it, so it became libopus' "$scratch/said" &&
  grep -q 'subtitle track 1 (subrip): .webm cannot hold it, so it became webvtt' "$scratch/said" || wrong 'webm: what is not kept as it was is not said'

# Filmed upright by a phone, in 4:4:4, which players of .mp4 do not take.
ffmpeg -v error -f lavfi -i testsrc=size=64x48:rate=25:duration=1 -c:v libx264 -pix_fmt yuv444p "$scratch/upright.mp4"
ffmpeg -v error -i "$scratch/upright.mp4" -c copy -metadata:s:v:0 rotate=90 "$scratch/turned.mp4"
for container in mkv mp4; do
  timeout 100 "$enhance" "$scratch/turned.mp4" "$scratch/turned-out.$container" -- strength=0 2> "$scratch/said" || { cat "$scratch/said"; wrong 'a turned video failed'; }
done
facts() { ffprobe -v error -select_streams v -show_entries stream=width,height,pix_fmt -of csv=p=0 "$1"; }
[ "$(facts "$scratch/turned-out.mkv")" = 96,128,yuv444p ] || wrong "a turned video became $(facts "$scratch/turned-out.mkv")"
[ "$(facts "$scratch/turned-out.mp4")" = 96,128,yuv420p ] || wrong "a turned video became $(facts "$scratch/turned-out.mp4")"

refused() {  # refused WHAT EXPECTED ARGUMENTS ...
  local what=$1 expected=$2
  shift 2
  timeout 60 "$enhance" "$@" 2> "$scratch/said" && wrong "$what passed"
  grep -q -- "$expected" "$scratch/said" || { cat "$scratch/said"; wrong "$what is not refused clearly"; }
}
mkdir "$scratch/none"
echo 'no video at all' > "$scratch/words.mp4"
none=$scratch/none/a.mkv
refused 'a text' 'words.mp4: not a video that FFmpeg reads' "$scratch/words.mp4" "$none"
refused 'a missing file' 'nowhere.mp4: no such file' /nowhere.mp4 "$none"
refused 'an .avi' 'must end in .mkv, .mp4' "$scratch/in.mkv" "$scratch/none/a.avi"
refused 'a missing model' '/no/where: no such file, nor a built-in model (x2)' "$scratch/in.mkv" "$none" --model /no/where
refused 'an unknown property' 'no property "sharpness"' "$scratch/in.mkv" "$none" -- sharpness=1
refused 'a value out of range' 'strength=7 is out of range' "$scratch/in.mkv" "$none" -- strength=7
refused 'a word for a number' 'strength wants a number, got "much"' "$scratch/in.mkv" "$none" -- strength=much
refused 'a codec of another container' 'one that .webm holds (vp9, av1), got ffv1' "$scratch/in.mkv" "$scratch/none/a.webm" --codec ffv1
refused 'a codec of another container' 'one that .mp4 holds (h264, h265, av1, vp9), got ffv1, which .mkv holds' "$scratch/in.mkv" "$scratch/none/a.mp4" --codec ffv1
refused 'a part behind the end' 'in.mkv: holds no frame from 100 s on; it lasts 2' "$scratch/in.mkv" "$none" --preview 1s@1:40
refused 'a video as a picture' 'in.mkv: is a video, so OUTPUT must be one' "$scratch/in.mkv" "$scratch/none/a.png"
refused 'the input itself' 'is the input itself' "$scratch/in.mkv" "$scratch/in.mkv" --overwrite
refused 'an output that is there' 'is there already; --overwrite replaces it. For several INPUTs the last name must be a folder' "$scratch/in.mkv" "$scratch/out.mkv"
refused 'to go on and to begin anew' '--resume and --overwrite: one of the two' "$scratch/in.mkv" "$none" --resume --overwrite
refused 'a time of words' '--preview wants a time such as 90' "$scratch/in.mkv" "$none" --preview now

# Part of it, of another size.
"$enhance" "$scratch/in.mkv" "$scratch/part.mp4" --preview 0.5s@1 --size 100x -- strength=0 2> "$scratch/said" || { cat "$scratch/said"; wrong 'a preview failed'; }
[ "$(facts "$scratch/part.mp4")" = 100,76,yuv420p ] || wrong "the preview is $(facts "$scratch/part.mp4")"
[ "$(times "$scratch/part.mp4" | wc -l)" = 11 ] || wrong "the preview has $(times "$scratch/part.mp4" | wc -l) frames, not 11"

# Ctrl-C and kill, while it writes; SIGINT is ignored as it is in the background of a script.
ffmpeg -v error -f lavfi -i testsrc=size=160x120:rate=25:duration=60 -c:v libx264 -preset ultrafast "$scratch/long.mkv"
for signal in INT TERM; do
  "$enhance" "$scratch/long.mkv" "$scratch/none/long.mkv" 2> "$scratch/said" &
  command=$!
  begun() { compgen -G "$scratch/none/long.mkv.partial/000000.segment.*" > /dev/null; }
  for _ in $(seq 200); do begun && break; sleep 0.1; done
  begun || wrong "nothing was being written when $signal came"
  kill -$signal $command
  wait $command
  [ $? = $([ $signal = INT ] && echo 130 || echo 143) ] || wrong "$signal: the status is not the signal's"
done
[ -z "$(ls "$scratch/none")" ] || wrong "left behind: $(ls "$scratch/none")"

# Killed after a segment: nothing under the final name, and going on gives the same packets.
packets() { ffmpeg -v error -i "$1" -map 0:v -c copy -f framemd5 - | grep -v '^#'; }
look='--codec h264 --quality 30'
long=$scratch/long.mkv
"$enhance" "$long" "$scratch/whole.mkv" $look --preview 12s -- strength=0 2> /dev/null || wrong 'a longer video failed'
echo old > "$scratch/cut.mkv"
"$enhance" "$long" "$scratch/cut.mkv" $look --preview 12s --overwrite -- strength=0 2> /dev/null &
command=$!
for _ in $(seq 400); do [ -e "$scratch/cut.mkv.partial/000000.segment" ] && break; sleep 0.05; done
kill -KILL $command
wait $command 2> /dev/null
[ "$(cat "$scratch/cut.mkv")" = old ] || wrong 'a killed run changed the output that was there'
refused 'an interrupted output' '--resume goes on with it, --overwrite begins anew' "$long" "$scratch/cut.mkv" $look --preview 12s -- strength=0
refused 'to go on otherwise' 'was begun with properties strength=0 , now it is strength=1' "$long" "$scratch/cut.mkv" $look --preview 12s --resume -- strength=1
"$enhance" "$long" "$scratch/cut.mkv" $look --preview 12s --resume -- strength=0 2> "$scratch/said" || { cat "$scratch/said"; wrong '--resume failed'; }
[ "$(packets "$scratch/cut.mkv")" = "$(packets "$scratch/whole.mkv")" ] || wrong 'what went on differs from what ran through'
[ ! -e "$scratch/cut.mkv.partial" ] || wrong 'a partial folder is left'

# Two of three processes make their parts at once; --resume names the third's, and gives the very same file.
for part in 1 2; do
  "$enhance" "$long" "$scratch/parts.mkv" $look --preview 12s --segment $part/3 -- strength=0 2> "$scratch/said-$part" &
done
wait
grep -q 'part 1 of 3 is done, 120 frames' "$scratch/said-1" && grep -q 'part 2 of 3 is done, 120 frames' "$scratch/said-2" ||
  { cat "$scratch"/said-?; wrong 'parts of a video failed'; }
truncate -s 1000 "$scratch/parts.mkv.partial/000001.segment"
"$enhance" "$long" "$scratch/parts.mkv" $look --preview 12s --resume -- strength=0 2> "$scratch/said" || { cat "$scratch/said"; wrong 'parts are not joined'; }
grep -q '000001.segment: is damaged' "$scratch/said" && grep -q 'missing, and made now: 1, 2$' "$scratch/said" ||
  { cat "$scratch/said"; wrong 'what is missing is not named'; }
cmp "$scratch/parts.mkv" "$scratch/whole.mkv" || wrong 'parts make another file than one process'
refused 'a part beyond the last' 'wants K/N with K from 1 to N' "$long" "$scratch/part.mkv" --segment 4/3
refused 'a part that begins anew' '--segment and --overwrite: one of the two' "$long" "$scratch/part.mkv" --segment 1/3 --overwrite
[ $failed = 0 ] && echo 'gan-enhance keeps what videos hold'
exit $failed
