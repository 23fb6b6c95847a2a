#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-compare puts input, enhanced, other files and the truth side by side as PNG, GIF and video. compare.sh;
# the command comes from BUILD_DIR.
set -u
compare=$BUILD_DIR/pipelines/gan-compare
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
wrong() { echo "$*"; failed=1; }

ffmpeg -v error -f lavfi -i testsrc=size=96x48:rate=10:duration=1 -f lavfi -i sine=duration=1 -map 0 -c:v ffv1 -pix_fmt gbrp "$scratch/truth.mkv" \
  -map 0 -map 1 -vf scale=48:24 -c:v ffv1 -pix_fmt gbrp "$scratch/low.mkv"
for name in truth low; do ffmpeg -v error -i "$scratch/$name.mkv" -frames:v 1 "$scratch/$name.png"; done

run() { timeout 100 "$compare" --overwrite "$@" 2> "$scratch/said" || { cat "$scratch/said"; wrong "gan-compare $* failed"; }; }
facts() { ffprobe -v error -count_frames -select_streams v -of csv=p=0 -show_entries stream=width,height,nb_read_frames "$1"; }
run "$scratch/low.png" "$scratch/out.png" --truth "$scratch/truth.png"
[ "$(facts "$scratch/out.png")" = 288,72,1 ] || wrong "the picture is $(facts "$scratch/out.png")"
for container in gif mp4; do
  run "$scratch/low.mkv" "$scratch/out.$container" --truth "$scratch/truth.mkv"
  [ "$(facts "$scratch/out.$container")" = 288,72,10 ] || wrong "$container is $(facts "$scratch/out.$container")"
done
[ "$(ffprobe -v error -select_streams a -show_entries stream=codec_type -of csv=p=0 "$scratch/out.mp4")" = audio ] || wrong 'the sound is not there'
run "$scratch/low.mkv" "$scratch/seven.png" --truth "$scratch/truth.mkv" --at 0.7
run "$scratch/low.mkv" "$scratch/part.mkv" --with "$scratch/truth.mkv" --preview 0.5s@0.2
[ "$(facts "$scratch/part.mkv")" = 192,72,5 ] || wrong "a part with a file alone is $(facts "$scratch/part.mkv")"
run "$scratch/low.png" "$scratch/two.png"
[ "$(facts "$scratch/two.png")" = 192,72,1 ] || wrong "without truth it is $(facts "$scratch/two.png")"
run "$scratch/low.png" "$scratch/three.png" -m x2 -m x2 --width 48 --difference
[ "$(facts "$scratch/three.png")" = 192,48,1 ] || wrong "two networks and their difference are $(facts "$scratch/three.png")"

# Column of a picture against another file, in dB.
psnr() {  # psnr PICTURE COLUMN FILE [FRAME]
  ffmpeg -hide_banner -i "$1" -i "$3" -lavfi \
    "[0]crop=96:48:$(($2 * 96)):24,format=gbrp[a];[1]select=eq(n\,${4:-0}),setpts=0,scale=96:48,format=gbrp[b];[a][b]psnr" -frames:v 1 -f null - 2>&1 |
    sed -n 's/.*average:\([0-9a-z]*\).*/\1/p'
}
near() { [ "$1" = inf ] || [ "$1" -ge "$2" ]; }
near "$(psnr "$scratch/out.png" 2 "$scratch/truth.png")" 50 || wrong 'the third column is not the truth'
near "$(psnr "$scratch/out.png" 0 "$scratch/low.png")" 20 || wrong 'the first column is not the input'
near "$(psnr "$scratch/seven.png" 2 "$scratch/truth.mkv" 7)" 50 || wrong '--at shows another moment of the truth'
near "$(psnr "$scratch/seven.png" 2 "$scratch/truth.mkv" 8)" 50 && wrong 'frames cannot be told apart here'
near "$(psnr "$scratch/seven.png" 0 "$scratch/low.mkv" 7)" 20 || wrong '--at shows another moment of the input'
run "$scratch/low.png" "$scratch/plain.png" -- strength=0
columns() { ffmpeg -v error -i "$scratch/$1.png" -vf "crop=96:48:$(($2 * 96)):24" -f framemd5 - | tail -1 | sed 's/.*, *//'; }
[ "$(columns plain 0)" = "$(columns plain 1)" ] || wrong 'at strength 0 input and enhanced differ'
[ "$(columns out 0)" = "$(columns plain 0)" ] || wrong 'the input column changes with the properties'
[ "$(columns out 0)" != "$(columns out 1)" ] || wrong 'nothing is enhanced'

# Filmed upright, in fields: as gan-enhance reads it.
ffmpeg -v error -f lavfi -i testsrc2=size=64x48:rate=50:duration=0.4 -vf interlace -c:v mpeg2video -flags +ildct+ilme -q:v 2 "$scratch/fields.ts"
ffmpeg -v error -i "$scratch/fields.ts" -c copy -metadata:s:v:0 rotate=90 "$scratch/turned.mov"
run "$scratch/turned.mov" "$scratch/turned.mkv" --with "$scratch/turned.mov"
[ "$(facts "$scratch/turned.mkv")" = 96,88,20 ] || wrong "turned fields are $(facts "$scratch/turned.mkv")"

refused() {  # refused WHAT EXPECTED ARGUMENTS ...
  local what=$1 expected=$2
  shift 2
  "$compare" "$@" 2> "$scratch/said" && wrong "$what passed"
  grep -q -- "$expected" "$scratch/said" || { cat "$scratch/said"; wrong "$what is not refused clearly"; }
}
refused 'a missing truth' '/no/where.png: no such file' "$scratch/low.png" "$scratch/none.png" --truth /no/where.png
refused 'an .avi' 'must end in .png' "$scratch/low.mkv" "$scratch/none.avi"
refused 'a picture beside a video' 'one is a picture' "$scratch/low.png" "$scratch/none.png" --truth "$scratch/truth.mkv"
refused 'a video of a picture' 'so OUTPUT must be one' "$scratch/low.png" "$scratch/none.mkv"
refused 'a missing model' '/no/where: no such file' "$scratch/low.png" "$scratch/none.png" --model /no/where
refused 'a moment after the end' 'low.mkv: holds no frame from 5 s on; it lasts 1' "$scratch/low.mkv" "$scratch/none.png" --at 5
refused 'an output that is there' 'is there already; --overwrite replaces it' "$scratch/low.png" "$scratch/out.png"
refused 'a property among the files' 'strength=1: is no file; properties stand behind --: -- strength=1' "$scratch/low.png" "$scratch/none.png" strength=1
refused 'the input itself' 'is the input itself' "$scratch/low.png" "$scratch/low.png" --overwrite
[ -z "$(ls "$scratch" | grep -e none -e partial)" ] || wrong 'a mistake left files'
[ $failed = 0 ] && echo 'gan-compare compares'
exit $failed
