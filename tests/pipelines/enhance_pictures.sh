#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-enhance keeps what pictures hold, of every kind, and mirrors folders of pictures and videos.
# enhance_pictures.sh SOURCE; the command comes from BUILD_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
facts() { ffprobe -v error -select_streams v -of csv=p=0 -show_entries stream=width,height,pix_fmt "$1"; }
# Blurred: where it is sharp, plain enlarging overshoots, and what is cut off changes the mean.
make() { ffmpeg -nostdin -v error -y -f lavfi -i "testsrc2=size=64x48,gblur=sigma=4" -frames:v 1 "$@" || wrong "no $*"; }

# Each kind with its depth and its transparency, plainly enlarged: the same colours, by FFmpeg's own decoders.
mean() { ffmpeg -nostdin -v error -i "$1" -vf format=rgb24,scale=1:1:flags=area -f rawvideo - | od -An -tu1; }
mkdir in in/deeper
make in/a.png
make -pix_fmt rgb48be in/deep.png
make -pix_fmt gray in/gray.png
make -pix_fmt gray16be in/gray-deep.png
make -pix_fmt pal8 in/palette.png
make -vf format=rgba,colorchannelmixer=aa=0.5 in/alpha.png
make -vf format=rgba64be,colorchannelmixer=aa=0.5 -pix_fmt rgba64be in/alpha-deep.png
make -q:v 2 in/photo.jpg
make in/b.bmp
make -pix_fmt rgb24 in/t.tif
make -pix_fmt rgb48le in/deep.tif
make -lossless 1 "in/deeper/w b.webp"
make -vf format=rgb24,crop=63:47 in/odd.png
ffmpeg -v error -f lavfi -i testsrc2=size=64x48:duration=0.2,gblur=sigma=4 -q:v 2 in/deeper/v.avi
echo notes > in/notes.txt
"$enhance" in out -- strength=0 2> said || { cat said; wrong 'a folder failed'; }
grep -q 'in: left out, as neither pictures nor videos: 1 .txt' said || { cat said; wrong 'what is left out is not said'; }
grep -q '14 of 14 files' said || wrong 'no progress is shown'
while IFS='|' read -r file want; do
  [ "$(facts "out/$file")" = "$want" ] || wrong "$file became $(facts "out/$file"), not $want"
  # shellcheck disable=SC2046
  set -- $(mean "in/${file%mkv}$([[ $file = *.mkv ]] && echo avi)") $(mean "out/$file")
  for i in 1 2 3; do
    a=$1 b=${4:-0}
    [ $((a > b ? a - b : b - a)) -le 2 ] || wrong "$file: a colour is $b on the average, not $a"
    shift
  done
done <<'END'
a.png|128,96,rgb24
deep.png|128,96,rgb48be
gray.png|128,96,gray
gray-deep.png|128,96,gray16be
palette.png|128,96,rgb24
alpha.png|128,96,rgba
alpha-deep.png|128,96,rgba64be
photo.jpg|128,96,yuvj420p
b.bmp|128,96,bgr24
t.tif|128,96,rgb24
deep.tif|128,96,rgb48le
odd.png|126,94,rgb24
deeper/w b.webp|128,96,argb
deeper/v.mkv|128,96,yuv420p
END

# What is there stays, what is broken is named and the others go on.
echo kept > out/a.png
echo broken > in/broken.png
head -c 700 in/photo.jpg > in/cut.jpg
"$enhance" in out -- strength=0 2> said && wrong 'broken pictures passed'
[ "$(cat out/a.png)" = kept ] || wrong 'what was there is done again'
grep -q 'broken.png: cannot be decoded' said && grep -q 'cut.jpg: cut short' said && grep -q '2 of 16 files could not be enhanced' said ||
  { cat said; wrong 'broken pictures are not named'; }
find out -name '*partial*' | grep -q . && wrong 'a partial file was left'

mkdir twice empty
cp in/deeper/v.avi twice/ && cp in/deeper/v.avi twice/v.mpg
refused 'twice/v.avi and twice/v.mpg: both would become none/v.mkv; rename one' "$enhance" twice none
[ ! -e none ] || wrong 'two files of one name were begun with'
refused 'empty: holds no pictures or videos' "$enhance" empty none
refused 'in/a.png: is the input itself' "$enhance" in/a.png in/a.png
refused 'out/deep.png: is there already; --overwrite replaces it' "$enhance" in/a.png out/deep.png
refused 'is a picture, so OUTPUT must be one' "$enhance" in/a.png none.mp4
refused 'must end in .mkv, .mp4, .m4v, .mov or .webm for a video' "$enhance" in/a.png none.doc
refused '--preview, --codec, --resume and --segment are of videos' "$enhance" in/a.png none.png --preview 1s
printf 'GIF89a' > g.gif
refused 'g.gif: is a GIF, which is read as a video' "$enhance" g.gif none.png

# Several into a folder, as a shell's * gives them; a folder among them keeps its name, OUTPUT is not its own input.
mkdir many
cp in/gray.png in/odd.png many/
(cd many && mkdir sub large && cp odd.png sub/ && "$enhance" ./*.png sub large large -- strength=0 2> ../said) || { cat said; wrong 'several files failed'; }
is 'what several files became' "$(cd many/large && find . -type f | sort | tr '\n' ' ')" './gray.png ./odd.png ./sub/odd.png '
"$enhance" in/gray.png one/ -- strength=0 2> said || { cat said; wrong 'one file into a folder failed'; }
is 'a file in a new folder' "$(facts one/gray.png)" 128,96,gray
refused 'many/odd.png: is no folder, which OUTPUT, the last name, must be' "$enhance" in/*.png many/odd.png
refused 'all.png: is no folder' "$enhance" in/a.png in/odd.png all.png
refused 'film.mkv: is no folder' "$enhance" in film.mkv
refused 'many/none*.jpg: no such file' "$enhance" 'many/none*.jpg' in/a.png more/
refused 'in/odd.png and many/odd.png: both would become more/odd.png' "$enhance" in/odd.png many/odd.png more
refused 'many/gray.png: is the input itself; OUTPUT must be another folder' "$enhance" many/gray.png many/odd.png many
refused 'wants INPUT and OUTPUT, got 1 name;' "$enhance" in/a.png
[ ! -e more ] || wrong 'a mistake made a folder'

# Of a size, and from one kind to another; what the other cannot hold is said.
"$enhance" in/a.png new/sized.jpg --size x111 -- strength=0 2> said && [ "$(facts new/sized.jpg)" = 148,111,yuvj420p ] || wrong "--size makes $(facts new/sized.jpg)"
"$enhance" in/alpha-deep.png plain.jpg -- strength=0 2> said
grep -q '.jpg cannot hold its transparency and half of its 16 bits' said || { cat said; wrong 'what .jpg cannot hold is not said'; }

# As a phone held upright writes it: turned once, and what the camera wrote is kept.
gst-launch-1.0 -q videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! jpegenc ! \
  taginject tags=image-orientation=rotate-90,device-model=Camera7 ! jifmux ! filesink location=turned.jpg
"$enhance" turned.jpg upright.jpg 2> said || { cat said; wrong 'a turned picture failed'; }
[ "$(facts upright.jpg)" = 96,128,yuvj420p ] || wrong "a turned picture became $(facts upright.jpg)"
if ldd "$enhance" | grep -q exiv2; then
  grep -q Camera7 upright.jpg || wrong 'what the camera wrote is lost'
  "$enhance" upright.jpg again.jpg 2> said && [ "$(facts again.jpg)" = 192,256,yuvj420p ] || wrong "turned twice: $(facts again.jpg)"
fi
finish 'gan-enhance keeps what pictures hold'
