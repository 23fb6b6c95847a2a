#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enhances a video file, a picture, or a folder of pictures.
# Usage: pipelines/enhance-file.sh INPUT OUTPUT.mkv|mp4|webm [properties of enhancegan, such as model=x4.pth]
#        pipelines/enhance-file.sh PICTURE OUTPUT.png [PROPERTY=VALUE ...]
#        pipelines/enhance-file.sh FOLDER OUTPUT-FOLDER [PROPERTY=VALUE ...]
# Videos go through gan-enhance, which has more options. Pictures become PNG files of 8 bits.
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

# A raw stream has no times: FPS says how many frames a second it has.
video() {
  exec gan-enhance "$input" "$output" --overwrite ${FPS:+--rate "$FPS"} -- "$@"
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
