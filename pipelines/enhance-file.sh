#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enhances a video file, a picture, or a folder of pictures.
# Usage: pipelines/enhance-file.sh INPUT OUTPUT.mkv|mp4|webm [properties of enhancegan, such as model=x4.pth]
#        pipelines/enhance-file.sh PICTURE OUTPUT.png [PROPERTY=VALUE ...]
#        pipelines/enhance-file.sh FOLDER OUTPUT-FOLDER [PROPERTY=VALUE ...]
# A video becomes H.264 (x264, constant quality 18), in .webm VP9; a .mp4 has 4:2:0 chroma, which all
# players take. Timestamps are kept, what was filmed on its side is turned. So are all sound and
# subtitles kept: copied where the container takes them as they are, else sound is encoded anew,
# subtitles become plain text or are left out, which is said. Of several videos in a file the first
# is enhanced. Pictures become PNG files of 8 bits.
# Of a folder, pictures that the output has already are left out. A file appears under its name when
# it is whole; until then it is NAME.partial, which goes on Ctrl-C too.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
[ $# -ge 2 ] || die "usage: enhance-file.sh INPUT OUTPUT.mkv|mp4|webm [PROPERTY=VALUE ...]"
input=$(as_file "$1") output=$(as_file "$2")
shift 2
report=$(mktemp) text=$(mktemp)
tidy_at_end
unfinished=("$report" "$text")

# play FILE PIPELINE ...: to its end. What GStreamer says goes to $report. False where it fails or
# does not write FILE.
play() {
  local status=0
  run gst-launch-1.0 "${@:2}" > >(show_progress) 2> "$report" || status=$?
  [ $status = 0 ] && [ -s "$1" ] && warnings "$report"
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
  local from=$1 to=$2 partial=$2.partial decode
  shift 2
  [ -s "$from" ] || { echo "erroneous pipeline: the file is empty" > "$report"; return 1; }
  decoding "$from"
  unfinished+=("$partial")
  play "$partial" -q "${decode[@]}" \
    "video/x-raw,format={RGB,RGBA,GRAY8}" ! enhancegan "$@" ! \
    pngenc snapshot=true ! filesink location="$partial" || { rm -f -- "$partial"; return 1; }
  mv -- "$partial" "$to"
}

folder() {  # folder INPUT OUTPUT PROPERTY ...
  local from=$1 to=$2 files=() file begin=$SECONDS done=0 failed=0 name stem
  local -A from_file=()
  shift 2
  while IFS= read -r -d '' file; do files+=("$file"); done < <(find "$from" -maxdepth 1 -type f \
    -iregex '.*\.\(png\|jpe?g\|webp\|bmp\)' -print0 | sort -z)
  [ ${#files[@]} -gt 0 ] || die "$from: holds no pictures"
  for file in "${files[@]}"; do
    name=$(basename "$file") stem=${name%.*}
    [ -z "${from_file[$stem]:-}" ] || die "${from_file[$stem]} and $file: both would become $stem.png; rename one"
    from_file[$stem]=$file
  done
  mkdir -p -- "$to"
  for file in "${files[@]}"; do
    name=$(basename "$file") stem=${name%.*}
    if [ -e "$to/$stem.png" ]; then
      say "$to/$stem.png: is there already"
    else
      picture "$file" "$to/$stem.png" "$@" ||
        { failed=$((failed + 1)); say "$file: could not be enhanced: $(reason "$report")"; }
    fi
    done=$((done + 1))
    say "$done of ${#files[@]}, about $(((SECONDS - begin) * (${#files[@]} - done) / done)) s left"
  done
  [ $failed = 0 ] || die "$failed of ${#files[@]} pictures could not be enhanced"
}

# The container of the output: its muxer, the encoder of the video, what sound and subtitles it takes
# as they are, and how else sound is encoded.
container() {
  local x264=(x264enc pass=quant quantizer=18 speed-preset=veryfast)
  case ${output,,} in
    *.mkv) muxer=(matroskamux) encode=("${x264[@]}" ! h264parse) sound=(opusenc) takes_text='^text/x-raw.*utf8|^application/x-(ssa|ass|usf)'
      takes_sound='^audio/(mpeg|x-ac3|x-eac3|x-dts|x-vorbis|x-flac|x-opus|x-speex|x-wma)' ;;
    # The edit list that mp4mux 1.22 writes for B-frames cuts the last frames off.
    *.mp4) muxer=(mp4mux movie-timescale=90000 trak-timescale=90000)
      encode=("video/x-raw,format={I420,I420_10LE}" ! "${x264[@]}" bframes=0 ! h264parse)
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
  local width height chroma bytes
  whole FPS 25
  width=$(sed -n 's/^ *Width: //p' <<<"$facts" | head -1)
  height=$(sed -n 's/^ *Height: //p' <<<"$facts" | head -1)
  up() { echo $((($1 + $2 - 1) / $2 * $2)); }
  chroma=$(( $(up $(( $(up "$width" 2) / 2 )) 4) * $(up "$height" 2) / 2 ))
  bytes=$(( $(up "$width" 4) * $(up "$height" 2) + 2 * chroma ))  # of an I420 frame
  restamped=(video/x-raw,format=I420 ! identity datarate=$((bytes * FPS)) ! capssetter caps="video/x-raw,framerate=$FPS/1" !)
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
  elif [ -n "$takes_text" ] && say "$output: its subtitles become plain text" && ffmpeg -v quiet -copyts -i "$input" -map 0:s -c:s mov_text -f mp4 -y "$text"; then
    facts=$(sed 's/^\( *subtitles #[0-9]*: \).*/\1text\/x-raw/' <<<"$facts")
    copy subtitles "$text" qtdemux
  else
    say "$output: cannot hold the subtitles, which are left out"
  fi
}

video() {
  local muxer encode sound takes_sound takes_text facts restamped turned=() branches=() partial=$output.partial
  container
  facts=$(gst-discoverer-1.0 -v "$input" 2>&1) || die "$input: not a file that GStreamer can play"
  grep -qE '^ *video #' <<<"$facts" ||
    die "$input: holds no video; $(sed -n -e '/^An error/{n;s/^ *//p}' -e 's/^ *video(image).*/it is a picture, of which the output is a .png file/p' <<<"$facts")"
  [ "$(grep -cE '^ *video #' <<<"$facts")" = 1 ] || say "$input: holds several videos, of which the first is enhanced"
  restamp
  ! grep -qE '^ *image[ -]orientation: (rotate-[1-9]|flip)' <<<"$facts" || turned=(videoflip video-direction=auto ! videoconvert !)
  audio
  subtitles
  unfinished+=("$partial")
  play "$partial" "${muxer[@]}" name=mux ! filesink location="$partial" \
    filesrc location="$input" ! decodebin name=d d. ! video/x-raw ! videoconvert ! "${restamped[@]}" \
    deinterlace ! "${turned[@]}" progressreport update-freq=1 ! enhancegan "$@" ! videoconvert ! queue ! "${encode[@]}" ! mux.video_0 \
    "${branches[@]}" || die "$input: could not be enhanced: $(reason "$report")"
  mv -- "$partial" "$output"
}

[ -e "$input" ] || die "$input: no such file"
not_itself "$output" "$input"
find_elements
if [ -d "$input" ]; then
  folder "$input" "$output" "$@"
  exit
fi
[ -s "$input" ] || die "$input: is empty"
case ${output,,} in
  *.png) picture "$input" "$output" "$@" || die "$input: could not be enhanced: $(reason "$report")" ;;
  *) video "$@" ;;
esac
