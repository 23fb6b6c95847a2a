#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enhances a video file, a picture, or a folder of pictures.
# Usage: pipelines/enhance-file.sh INPUT OUTPUT.mkv|mp4|webm [properties of enhancegan, such as model=x4.pth]
#        pipelines/enhance-file.sh PICTURE OUTPUT.png [PROPERTY=VALUE ...]
#        pipelines/enhance-file.sh FOLDER OUTPUT-FOLDER [PROPERTY=VALUE ...]
# A video becomes H.264 (x264, constant quality 18), in .webm VP9. Timestamps are kept; so are all
# sound and subtitles: copied where the container takes them as they are, else sound is encoded anew
# and subtitles are left out, which is said. Of several pictures in a file the first is enhanced.
# Of a folder, pictures that the output has already are left out. A file appears under its name when
# it is whole; until then it is NAME.partial, which goes on Ctrl-C too.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
[ $# -ge 2 ] || die "usage: enhance-file.sh INPUT OUTPUT.mkv|mp4|webm [PROPERTY=VALUE ...]"
input=$1 output=$2
shift 2

partial='' child='' report=$(mktemp) text=$(mktemp)
clean() {
  [ -z "$child" ] || { kill "$child" 2>/dev/null; wait "$child" 2>/dev/null; } || true
  rm -f "$report" "$text" ${partial:+"$partial"}
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# play PIPELINE ...: to its end, beside this script, so that a signal to the one ends both. What
# GStreamer says goes to $report. False where it fails or writes nothing.
play() {
  gst-launch-1.0 "$@" > >(show_progress) 2> "$report" &
  child=$!
  local status=0
  wait $child || status=$?
  child=''
  [ $status = 0 ] && [ -s "$partial" ]
}

# Reads "progressreport0 (00:00:05): 12 / 60 seconds (20.0 %)".
show_progress() {
  local line percent begin=$SECONDS end='\n'
  [ ! -t 2 ] || end='\r'
  while IFS= read -r line; do
    case $line in
      progress*' %)'*) percent=${line##*(} percent=${percent%%[.%]*} percent=${percent// /}
        if [ "$percent" -gt 0 ]; then
          printf "%3d %%, about %d s left   $end" "$percent" $(((SECONDS - begin) * (100 - percent) / percent)) >&2
        fi ;;
      progress*) printf "%s$end" "${line#*: }" >&2 ;;
    esac
  done
  [ ! -t 2 ] || printf '\n' >&2
}

picture() {  # picture INPUT OUTPUT PROPERTY ...
  local from=$1 to=$2
  shift 2
  [ -s "$from" ] || die "$from: no such file, or empty"
  partial=$to.partial
  play -q filesrc location="$from" ! decodebin ! videoconvert ! "video/x-raw,format={RGB,RGBA}" ! \
    enhancegan "$@" ! pngenc snapshot=true ! filesink location="$partial" || { rm -f "$partial"; return 1; }
  mv "$partial" "$to"
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
    [ -e "$to/${name%.*}.png" ] || picture "$file" "$to/${name%.*}.png" "$@" ||
      { failed=$((failed + 1)); say "$file: could not be enhanced: $(reason "$report")"; }
    done=$((done + 1))
    say "$done of ${#files[@]}, about $(((SECONDS - begin) * (${#files[@]} - done) / done)) s left"
  done
  [ $failed = 0 ] || die "$failed of ${#files[@]} pictures could not be enhanced"
}

# The container of the output: its muxer, the encoder of the video, what sound and subtitles it takes
# as they are, and how else sound is encoded.
container() {
  local x264=(x264enc pass=quant quantizer=18 speed-preset=veryfast)
  case $output in
    *.mkv) muxer=(matroskamux) encode=("${x264[@]}" ! h264parse) sound=(opusenc) takes_text='^text/x-raw.*utf8|^application/x-(ssa|ass|usf)'
      takes_sound='^audio/(mpeg|x-ac3|x-eac3|x-dts|x-vorbis|x-flac|x-opus|x-speex|x-wma)' ;;
    # The edit list that mp4mux 1.22 writes for B-frames cuts the last frames off.
    *.mp4) muxer=(mp4mux movie-timescale=90000 trak-timescale=90000) encode=("${x264[@]}" bframes=0 ! h264parse)
      sound=(avenc_aac) takes_text='^text/x-raw.*utf8'
      takes_sound='^audio/(mpeg.*mpegversion=.int.4|mpeg.*layer=.int.3|x-ac3|x-alac|x-opus)' ;;
    *.webm) muxer=(webmmux) sound=(opusenc) takes_text='' takes_sound='^audio/(x-vorbis|x-opus)'
      encode=(vp9enc end-usage=cq cq-level=20 target-bitrate=100000000 deadline=1 cpu-used=5 row-mt=true) ;;
    *) die "$output: the output must be a .mkv, .mp4 or .webm file, for a picture a .png, for a folder a folder" ;;
  esac
}

# Raw elementary streams carry no timestamps: frames are numbered at FPS (25) a second.
restamp() {
  restamped=()
  case $input in *.264|*.h264|*.265|*.h265) ;; *) return ;; esac
  local width height chroma bytes fps=${FPS:-25}
  width=$(sed -n 's/^ *Width: //p' <<<"$facts" | head -1)
  height=$(sed -n 's/^ *Height: //p' <<<"$facts" | head -1)
  up() { echo $((($1 + $2 - 1) / $2 * $2)); }
  chroma=$(( $(up $(( $(up "$width" 2) / 2 )) 4) * $(up "$height" 2) / 2 ))
  bytes=$(( $(up "$width" 4) * $(up "$height" 2) + 2 * chroma ))  # of an I420 frame
  restamped=(video/x-raw,format=I420 ! identity datarate=$((bytes * fps)) ! capssetter caps="video/x-raw,framerate=$fps/1" !)
}

# The caps of the streams of a kind, "audio" or "subtitles", as gst-discoverer shows them.
caps_of() { sed -n "s/^ *$1 #[0-9]*: //p" <<<"$facts"; }

# copy KIND FILE PARSER: a branch for each stream of that kind, by a reader of its own, so that the
# slow picture holds nothing up.
copy() {
  local caps i=0
  branches+=(filesrc location="$2" ! "$3" name=$1)
  while IFS= read -r caps; do
    branches+=($1. ! "${caps%%,*}" ! queue ! mux.${1%s}_$((i++)))
  done < <(caps_of "$1")
}

audio() {
  local caps i=0
  [ -n "$(caps_of audio)" ] || return 0
  if ! caps_of audio | grep -qvE "$takes_sound"; then
    copy audio "$input" parsebin
    return
  fi
  say "$output: its sound is encoded anew, by ${sound[*]}"
  branches+=(filesrc location="$input" ! decodebin name=audio)
  while IFS= read -r caps; do
    branches+=(audio. ! audio/x-raw ! audioconvert ! audioresample ! "${sound[@]}" ! queue ! mux.audio_$((i++)))
  done < <(caps_of audio)
}

# GStreamer reads the text of Matroska as markup, in which "don't" is "don&apos;t"; ffmpeg makes text
# of it, as of all other kinds that muxers do not take.
subtitles() {
  [ -n "$(caps_of subtitles)" ] || return 0
  if [ -n "$takes_text" ] && ! caps_of subtitles | grep -qvE "$takes_text"; then
    copy subtitles "$input" parsebin
  elif [ -n "$takes_text" ] && ffmpeg -v quiet -copyts -i "$input" -map 0:s -c:s mov_text -f mp4 -y "$text"; then
    facts=$(sed 's/^\( *subtitles #[0-9]*: \).*/\1text\/x-raw/' <<<"$facts")
    copy subtitles "$text" qtdemux
  else
    say "$output: cannot hold the subtitles, which are left out"
  fi
}

video() {
  local muxer encode sound takes_sound takes_text facts restamped branches=()
  container
  facts=$(gst-discoverer-1.0 -v "$input" 2>&1) || die "$input: not a file that GStreamer can play"
  grep -qE '^ *video #' <<<"$facts" ||
    die "$input: holds no video; $(sed -n -e '/^An error/{n;s/^ *//p}' -e 's/^ *video(image).*/it is a picture, of which the output is a .png file/p' <<<"$facts")"
  [ "$(grep -cE '^ *video #' <<<"$facts")" = 1 ] || say "$input: holds several videos, of which the first is enhanced"
  restamp
  audio
  subtitles
  partial=$output.partial
  play "${muxer[@]}" name=mux ! filesink location="$partial" \
    filesrc location="$input" ! decodebin name=d d. ! video/x-raw ! videoconvert ! "${restamped[@]}" \
    deinterlace ! progressreport update-freq=1 ! enhancegan "$@" ! videoconvert ! queue ! "${encode[@]}" ! mux.video_0 \
    "${branches[@]}" || die "$input: could not be enhanced: $(reason "$report")"
  mv "$partial" "$output"
}

[ -e "$input" ] || die "$input: no such file"
[ ! -e "$output" ] || [ ! "$input" -ef "$output" ] || die "$output: is the input itself"
find_elements
if [ -d "$input" ]; then
  folder "$input" "$output" "$@"
  exit
fi
[ -s "$input" ] || die "$input: is empty"
case $output in
  *.png) picture "$input" "$output" "$@" || die "$input: could not be enhanced: $(reason "$report")" ;;
  *) video "$@" ;;
esac
