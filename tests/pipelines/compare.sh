#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pipelines/compare.sh puts input, enhanced and truth side by side as PNG, GIF and video.
# compare.sh SOURCE; the elements come from BUILD_DIR.
set -u
compare=$1/pipelines/compare.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
wrong() { echo "$*"; failed=1; }

ffmpeg -v error -f lavfi -i testsrc=size=96x48:rate=10:duration=1 -c:v ffv1 -pix_fmt gbrp "$scratch/truth.mkv" \
  -vf scale=48:24 -c:v ffv1 -pix_fmt gbrp "$scratch/low.mkv"
for name in truth low; do ffmpeg -v error -i "$scratch/$name.mkv" -frames:v 1 "$scratch/$name.png"; done

run() { timeout 100 "$compare" "$@" 2> "$scratch/said" || { cat "$scratch/said"; wrong "compare.sh $* failed"; }; }
facts() { ffprobe -v error -count_frames -select_streams v -of csv=p=0 -show_entries stream=width,height,nb_read_frames "$1"; }
run "$scratch/low.png" "$scratch/truth.png" "$scratch/out.png"
[ "$(facts "$scratch/out.png")" = 288,72,1 ] || wrong "the picture is $(facts "$scratch/out.png")"
for container in gif mp4; do
  run "$scratch/low.mkv" "$scratch/truth.mkv" "$scratch/out.$container"
  [ "$(facts "$scratch/out.$container")" = 288,72,10 ] || wrong "$container is $(facts "$scratch/out.$container")"
done
FRAME=7 run "$scratch/low.mkv" "$scratch/truth.mkv" "$scratch/seven.png"
run "$scratch/low.png" - "$scratch/two.png"
[ "$(facts "$scratch/two.png")" = 192,72,1 ] || wrong "without truth it is $(facts "$scratch/two.png")"

# Column of a picture against another file, in dB.
psnr() {  # psnr PICTURE COLUMN FILE [FRAME]
  ffmpeg -hide_banner -i "$1" -i "$3" -lavfi \
    "[0]crop=96:48:$(($2 * 96)):24,format=gbrp[a];[1]select=eq(n\,${4:-0}),setpts=0,scale=96:48,format=gbrp[b];[a][b]psnr" -frames:v 1 -f null - 2>&1 |
    sed -n 's/.*average:\([0-9a-z]*\).*/\1/p'
}
near() { [ "$1" = inf ] || [ "$1" -ge "$2" ]; }
near "$(psnr "$scratch/out.png" 2 "$scratch/truth.png")" 50 || wrong 'the third column is not the truth'
near "$(psnr "$scratch/out.png" 0 "$scratch/low.png")" 20 || wrong 'the first column is not the input'
near "$(psnr "$scratch/seven.png" 2 "$scratch/truth.mkv" 7)" 50 || wrong 'FRAME=7 shows another frame'
near "$(psnr "$scratch/seven.png" 2 "$scratch/truth.mkv" 8)" 50 && wrong 'frames cannot be told apart here'
run "$scratch/low.png" "$scratch/truth.png" "$scratch/plain.png" strength=0
columns() { ffmpeg -v error -i "$scratch/$1.png" -vf "crop=96:48:$(($2 * 96)):24" -f framemd5 - | tail -1 | sed 's/.*, *//'; }
[ "$(columns plain 0)" = "$(columns plain 1)" ] || wrong 'at strength 0 input and enhanced differ'
[ "$(columns out 0)" = "$(columns plain 0)" ] || wrong 'the input column changes with the properties'
[ "$(columns out 0)" != "$(columns out 1)" ] || wrong 'nothing is enhanced'

refused() {  # refused WHAT EXPECTED ARGUMENTS ...
  local what=$1 expected=$2
  shift 2
  "$compare" "$@" 2> "$scratch/said" && wrong "$what passed"
  grep -q "$expected" "$scratch/said" || { cat "$scratch/said"; wrong "$what is not refused clearly"; }
}
refused 'a missing truth' '/no/where: no such file' "$scratch/low.png" /no/where "$scratch/none.png"
refused 'an .avi' 'must be a .png, .gif, .mkv or .mp4' "$scratch/low.png" - "$scratch/none.avi"
refused 'a picture beside a video' 'one is a picture' "$scratch/low.png" "$scratch/truth.mkv" "$scratch/none.png"
refused 'a missing model' '/no/where: no such file' "$scratch/low.png" - "$scratch/none.png" model=/no/where
[ -z "$(ls "$scratch" | grep none)" ] || wrong 'a mistake left files'
[ $failed = 0 ] && echo 'compare.sh compares'
exit $failed
