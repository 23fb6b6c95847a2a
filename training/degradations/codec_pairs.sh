#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Pairs of frames as encoders of video leave them, for `gan-train run ... --set pairs=OUT`: a window
# that moves over a photograph is a clip; it is shrunk by SCALE, at times blurred or made noisy, encoded
# by H.264, HEVC, MPEG-2, MPEG-4, VP8 or Motion JPEG at random qualities, and decoded. OUT/A has frames of
# that, OUT/B the same of the clip before. Half of the clips is soft itself, as much of video is. The same
# arguments give the same pairs.
#   codec_pairs.sh PHOTOS OUT [SCALE [CLIPS]]      2 and 500; two pairs a clip
set -euo pipefail
[ $# -ge 2 ] || { sed -n '3,9s/^# \?//p' "$0" >&2; exit 2; }
photos=$1 out=$2 scale=${3:-2} clips=${4:-500}
width=512 height=288 frames=12 # of the good clips
scratch=$(mktemp -d); trap 'rm -rf "$scratch"' EXIT
mkdir -p "$out/A" "$out/B"
quiet=(ffmpeg -nostdin -v error -y)

# Photographs that the window can move over, and their sizes.
list=()
while IFS= read -r photo; do
  size=$(ffprobe -v error -select_streams v:0 -show_entries stream=width,height -of csv=p=0:s=x "$photo" || true)
  w=${size%x*} h=${size#*x}
  [ -n "$size" ] && [ "$w" -ge $((width + 100)) ] && [ "$h" -ge $((height + 100)) ] && list+=("$w $h $photo")
done < <(find "$photos" -type f \( -iname '*.jpg' -o -iname '*.jpeg' -o -iname '*.png' -o -iname '*.webp' \) | LC_ALL=C sort)
[ ${#list[@]} -gt 0 ] || { echo "$photos: holds no photograph of at least $((width + 100))x$((height + 100))" >&2; exit 1; }

tenths() { echo "$(($1 / 10)).$(($1 % 10))"; }
below() { echo $((RANDOM % $1)); }
for ((clip = 0; clip < clips; ++clip)); do
  name=$(printf '%05d' "$clip")
  [ ! -e "$out/B/$name-2.png" ] || continue
  RANDOM=$((clip + 1)); : "$(below 2)"
  read -r w h photo <<< "${list[$((RANDOM % ${#list[@]}))]}"
  # Reduced in quarters as far as the window fits.
  reduced=$((100 - 25 * (RANDOM % 3)))
  while [ $((w * reduced / 100)) -lt $((width + 100)) ] || [ $((h * reduced / 100)) -lt $((height + 100)) ]; do
    reduced=$((reduced + 25))
  done
  w=$((w * reduced / 200 * 2)) h=$((h * reduced / 200 * 2))
  vx=$((RANDOM % 17 - 8)) vy=$((RANDOM % 9 - 4))
  [ $((RANDOM % 3)) -gt 0 ] || { vx=0; vy=0; }
  x=$((50 + RANDOM % (w - width - 99))) y=$((25 + RANDOM % (h - height - 49)))
  x="clip($x+($vx)*n\,0\,$((w - width)))" y="clip($y+($vy)*n\,0\,$((h - height)))"
  soft=null
  [ $((RANDOM % 4)) -gt 1 ] || soft="gblur=sigma=$(tenths $((6 + RANDOM % 19)))"
  "${quiet[@]}" -loop 1 -framerate 25 -i "$photo" -frames:v $frames \
    -vf "scale=$w:$h:flags=bicubic,format=rgb24,crop=$width:$height:x='$x':y='$y':exact=1,$soft" -c:v ffv1 -pix_fmt gbrp "$scratch/good.mkv"

  filter="scale=iw/$scale:ih/$scale:flags=bicubic"
  [ $((RANDOM % 4)) -gt 0 ] || filter+=",gblur=sigma=0.$((3 + RANDOM % 7))"
  [ $((RANDOM % 5)) -gt 1 ] || filter+=",noise=alls=$((2 + RANDOM % 14)):allf=t:all_seed=$clip"
  case $((RANDOM % 20)) in
    [0-8]) coder=(-c:v libx264 -preset medium -crf $((17 + RANDOM % 24))) ;;
    9|10) coder=(-c:v libx264 -preset veryfast -crf $((17 + RANDOM % 20))) ;;
    11|12) coder=(-c:v libx265 -preset fast -crf $((20 + RANDOM % 18)) -x265-params log-level=none) ;;
    13|14) coder=(-c:v mpeg2video -q:v $((2 + RANDOM % 14)) -g 12) ;;
    15) coder=(-c:v mpeg4 -q:v $((2 + RANDOM % 12))) ;;
    16|17) coder=(-c:v libvpx -crf $((8 + RANDOM % 40)) -b:v $((200 + RANDOM % 1500))k -deadline realtime -cpu-used 6) ;;
    *) coder=(-c:v mjpeg -q:v $((2 + RANDOM % 14))) ;;
  esac
  pixels=yuv420p; [ "${coder[1]}" != mjpeg ] || pixels=yuvj420p
  "${quiet[@]}" -i "$scratch/good.mkv" -vf "$filter" "${coder[@]}" -threads 1 -pix_fmt $pixels "$scratch/damaged.mkv"

  first=$((3 + RANDOM % 4)) second=$((8 + RANDOM % 4))
  pick="select='eq(n\,$first)+eq(n\,$second)'"
  "${quiet[@]}" -i "$scratch/damaged.mkv" -vf "$pick" -fps_mode passthrough -pix_fmt rgb24 "$out/A/$name-%d.png"
  "${quiet[@]}" -i "$scratch/good.mkv" -vf "$pick" -fps_mode passthrough -pix_fmt rgb24 "$out/B/$name-%d.png"
  [ $(((clip + 1) % 50)) -gt 0 ] || echo "$((clip + 1)) of $clips clips"
done
