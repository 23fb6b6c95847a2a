#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Files that strangers brought and that once went wrong: GAN_CASES names their folder. cases.sh SOURCE; the
# command comes from BUILD_DIR.
[ -d "${GAN_CASES:-}" ] || { echo 'GAN_CASES is not set'; exit 77; }
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
field() { ffprobe -v error -select_streams v:0 -show_entries "stream=$1" -of csv=p=0 "$2" | head -1; }
frames() { ffprobe -v error -count_frames -select_streams v:0 -show_entries stream=nb_read_frames -of csv=p=0 "$1" | head -1; }
times() { ffprobe -v error -select_streams v:0 -show_entries packet=pts_time -of csv=p=0 "$1" | tr -d , | sort -n; }
tag() { ffprobe -v error -show_entries "format_tags=$1" -of csv=p=0 "$2"; }
mean() {  # of the first frame's red, green and blue
  ffmpeg -nostdin -v error -i "$1" -frames:v 1 -vf format=rgb24 -f rawvideo - |
    perl -e 'local $/; my @v = unpack "C*", <STDIN>; my @s; $s[$_ % 3] += $v[$_] for 0 .. $#v; printf "%.1f %.1f %.1f", map { 3 * $_ / @v } @s'
}
ran() {  # ran INPUT OUTPUT ...: enhanced plainly
  timeout 100 "$enhance" "$1" "$2" --overwrite "${@:3}" -- strength=0 2> said || { cat said; wrong "$1 to $2 failed"; }
}
near() {  # near A B TOLERANCE WHAT: numbers one by one
  paste <(tr -s ' ' '\n' <<<"$1") <(tr -s ' ' '\n' <<<"$2") | awk -v t="$3" '{d = $1 - $2} d > t || d < -t {exit 1}' || wrong "$4: $1 became $2"
}

cases=$GAN_CASES/caps-change
for change in sar size fps inter depth; do
  cat "$cases/first.ts" "$cases/then_$change.ts" > $change.ts
  [ $change = fps ] && container=mp4 || container=mkv
  ran $change.ts o.$container
  want=$(($(frames "$cases/first.ts") + $(frames "$cases/then_$change.ts")))
  [ $change != inter ] || want=$((want + $(frames "$cases/then_$change.ts")))  # a frame for each field
  is "$change.$container: the number of frames" "$(frames o.$container)" $want
  is "$change.$container: the size" "$(field width,height o.$container)" 192,128
done
said 'changes on the way'

cases=$GAN_CASES/file-leftovers
ran "$cases/inter.mpg" o.mkv
grep -q several said && wrong 'one video is called several'
for container in mkv mp4; do
  ran "$cases/title.mp4" o.$container
  is "the title in .$container" "$(tag title o.$container)" "$(tag title "$cases/title.mp4")"
done
ran "$cases/alpha.mov" o.mkv
said 'its transparency is left out'
ran "$cases/alpha.mov" o.mkv --codec ffv1
is 'the format with transparency' "$(field pix_fmt o.mkv)" gbrap12le
ran "$cases/trunc.mp4" o.mkv
said 'is cut short: it says that it lasts 1.2 s'
mkdir folder.mkv
"$enhance" "$cases/title.mp4" folder.mkv 2> said && wrong 'a folder as output passed'
[ -z "$(ls folder.mkv)" ] || wrong 'a file was left in a folder'

cases=$GAN_CASES/full-range
for file in yuvj.mp4 full709.mp4 vp9full.webm; do
  for container in mkv mp4; do
    ran "$cases/$file" o.$container
    is "$file to .$container: the range" "$(field color_range o.$container)" pc
    near "$(mean "$cases/$file")" "$(mean o.$container)" 2 "$file to .$container: the mean colour"
  done
done

cases=$GAN_CASES/picture-kinds
for picture in b24.bmp cmyk.jpg t.tif a.avif h.heic; do
  ran "$cases/$picture" o.png
  is "$picture: the size" "$(field width,height o.png)" 160,128
done
timeout 60 "$enhance" "$cases/anim.webp" none.png 2> said && wrong 'an animated WebP passed'
said 'anim.webp: is an animated WebP'

ran "$GAN_CASES/repeated-timestamps/xvid.avi" o.mkv
is 'xvid.avi: times that rise' "$(times o.mkv | uniq | wc -l)" 30
ran "$GAN_CASES/rgb48-png/rgb48.png" o.png
is 'rgb48.png: the format' "$(field pix_fmt o.png)" rgb48be
near "$(mean "$GAN_CASES/rgb48-png/rgb48.png")" "$(mean o.png)" 2 'rgb48.png: the mean colour'

cases=$GAN_CASES/rotated-and-interlaced
ran "$cases/phone.mp4" o.mkv
is 'phone.mp4: the size' "$(field width,height o.mkv)" 256,384
near "$(mean "$cases/phone.mp4")" "$(mean o.mkv)" 2 'phone.mp4: the mean colour'
is 'phone.mp4: the times' "$(times o.mkv | head -3 | tr '\n' ' ')" "$(times "$cases/phone.mp4" | head -3 | awk '{printf "%.3f000 ", $1}')"
ran "$cases/exif6.jpg" o.jpg
is 'exif6.jpg: the size' "$(field width,height o.jpg)" 128,160
ran "$cases/interlaced.mkv" o.mkv
is 'interlaced.mkv: frames' "$(frames o.mkv)" 14

timeout 60 "$enhance" "$GAN_CASES/truncated-jpeg/trunc2.jpg" none.png 2> said && wrong 'a cut JPEG passed'
said 'trunc2.jpg: cut short'

file=$GAN_CASES/webm-last-frames/in.mp4
for container in mkv mp4 webm; do
  ran "$file" o.$container
  is "$file to .$container: the times" "$(times o.$container | md5sum)" "$(times "$file" | md5sum)"
done
finish 'what once went wrong is right'
