#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enhances a video file, whose sound and timestamps are kept, a picture, or a folder of pictures.
# Usage: pipelines/enhance-file.sh INPUT OUTPUT.mkv [properties of enhancegan, such as model=x4.pth]
#        pipelines/enhance-file.sh PICTURE OUTPUT.png [PROPERTY=VALUE ...]
#        pipelines/enhance-file.sh FOLDER OUTPUT-FOLDER [PROPERTY=VALUE ...]
# The video becomes H.264 (x264, constant quality 18), the sound is copied. Of a folder, pictures that
# the output has already are left out; a file appears under its name when it is whole.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
[ $# -ge 2 ] || die "usage: enhance-file.sh INPUT OUTPUT.mkv [PROPERTY=VALUE ...]"
input=$1 output=$2
shift 2

picture() {  # picture INPUT OUTPUT PROPERTY ...
  local from=$1 to=$2
  shift 2
  [ -s "$from" ] || die "$from: no such file, or empty"
  gst-launch-1.0 -q filesrc location="$from" ! decodebin ! videoconvert ! "video/x-raw,format={RGB,RGBA}" ! \
    enhancegan "$@" ! pngenc snapshot=true ! filesink location="$to.partial" >/dev/null && [ -s "$to.partial" ] ||
    { rm -f "$to.partial"; return 1; }
  mv "$to.partial" "$to"
}

folder() {  # folder INPUT OUTPUT PROPERTY ...
  local from=$1 to=$2 files=() file begin=$SECONDS done=0 failed=0 name
  shift 2
  while IFS= read -r -d '' file; do files+=("$file"); done < <(find "$from" -maxdepth 1 -type f \
    -iregex '.*\.\(png\|jpe?g\|webp\|bmp\|tiff?\)' -print0 | sort -z)
  [ ${#files[@]} -gt 0 ] || die "$from: holds no pictures"
  mkdir -p "$to"
  for file in "${files[@]}"; do
    name=$(basename "$file")
    [ -e "$to/${name%.*}.png" ] || picture "$file" "$to/${name%.*}.png" "$@" || { failed=$((failed + 1)); say "$file: could not be enhanced"; }
    done=$((done + 1))
    say "$done of ${#files[@]}, about $(((SECONDS - begin) * (${#files[@]} - done) / done)) s left"
  done
  [ $failed = 0 ] || die "$failed of ${#files[@]} pictures could not be enhanced"
}

if [ -d "$input" ]; then
  find_elements
  folder "$input" "$output" "$@"
  exit
fi
[ -f "$input" ] || die "$input: no such file"
[ -s "$input" ] || die "$input: is empty"
case $output in *.png)
  find_elements
  picture "$input" "$output" "$@" || die "$input: could not be enhanced"
  exit ;;
esac
case $output in *.mkv) ;; *) die "$output: the output must be a .mkv file, for a picture a .png, for a folder a folder" ;; esac
find_elements

facts=$(gst-discoverer-1.0 "$input" 2>&1) || die "$input: not a file that GStreamer can play"
grep -qE '^ *video' <<<"$facts" || die "$input: holds no video"

# Raw elementary streams carry no timestamps: frames are numbered at FPS (25) a second.
restamp=()
case $input in *.264|*.h264|*.265|*.h265)
  width=$(sed -n 's/^ *Width: //p' <<<"$facts" | head -1)
  height=$(sed -n 's/^ *Height: //p' <<<"$facts" | head -1)
  up() { echo $((($1 + $2 - 1) / $2 * $2)); }
  chroma=$(( $(up $(( $(up "$width" 2) / 2 )) 4) * $(up "$height" 2) / 2 ))
  bytes=$(( $(up "$width" 4) * $(up "$height" 2) + 2 * chroma ))  # of an I420 frame
  fps=${FPS:-25}
  restamp=(video/x-raw,format=I420 ! identity datarate=$((bytes * fps)) ! capssetter caps="video/x-raw,framerate=$fps/1" !) ;;
esac
audio=()
if grep -qE '^ *audio' <<<"$facts"; then
  audio=(filesrc location="$input" ! parsebin name=p p. !
         "audio/mpeg;audio/x-vorbis;audio/x-opus;audio/x-flac;audio/x-ac3;audio/x-raw" ! queue ! mux.audio_0)
fi
partial=$output.partial
trap 'rm -f "$partial"' EXIT
gst-launch-1.0 -e -q matroskamux name=mux ! filesink location="$partial" \
  filesrc location="$input" ! decodebin name=d d. ! video/x-raw ! videoconvert ! "${restamp[@]}" \
  enhancegan "$@" ! videoconvert ! queue ! x264enc pass=quant quantizer=18 speed-preset=veryfast ! h264parse ! mux.video_0 \
  "${audio[@]}"
[ -s "$partial" ] || die "nothing was written"
mv "$partial" "$output"
