#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Measures a processed video file against its original. Shows the values live over the processed
# picture, writes FOLDER/values.csv, and at the end FOLDER/report.html: curves of the values over
# time and the worst frames beside their originals. Ctrl-C ends it early and reports so far.
# Files that begin at different times are paired by what their first second shows (align=best); the
# offset, added to the times of the processed file, is printed where there is one.
# Usage: pipelines/measure.sh ORIGINAL PROCESSED FOLDER [properties of psnrmeter, such as flicker=true]
# FORMAT is what both are compared in (I420), SINK where the picture goes (a window if there is a
# display, else nowhere).
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
[ $# -ge 3 ] || die "usage: measure.sh ORIGINAL PROCESSED FOLDER [PROPERTY=VALUE ...]"
original=$(as_file "$1") processed=$(as_file "$2") out=$(as_file "$3")
shift 3
for file in "$original" "$processed"; do [ -s "$file" ] || die "$file: no such file, or empty"; done
find_elements
command -v measure-report >/dev/null || die "measure-report is not there: ninja -C build pipelines/measure-report"
mkdir -p -- "$out"
tidy_at_end
unfinished=("$out/unfinished.csv")
trap 'say "stopped: what was measured is reported"' INT
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then sink=${SINK:-autovideosink}; else sink=${SINK:-fakesink}; fi

# textoverlay takes subtitles: each message of psnrmeter that comes a quarter of a second after the
# last shown one becomes one of that length, written into a pipe that the pipeline reads.
cues=$(mktemp -u) && mkfifo "$cues"
exec 3<>"$cues"
rm "$cues"
stamp() { printf '%02d:%02d:%02d,%03d' $(($1 / 3600000)) $(($1 / 60000 % 60)) $(($1 / 1000 % 60)) $(($1 % 1000)); }
value() { local rest=${line#*[ ,]"$1="(*)}; printf '%s' "${rest%%[,;]*}"; }
show() {
  local line next=0 count=1 now
  while IFS= read -r line; do
    case $line in
      *ERROR*|*WARNING*|*rror:*) say "$line" ;;
      *psnrmeter,*"final=(boolean)true"*) printf '%s\n' "$line" > "$out/summary.txt" ;;
      *psnrmeter,*"final=(boolean)false"*)
        now=$(($(value running-time) / 1000000))
        [ $now -ge $next ] || continue
        next=$((now + 250)) count=$((count + 1))
        printf '%d\n%s --> %s\nframe %s  PSNR %.2f dB  SSIM %.4f\n\n' $count "$(stamp $now)" "$(stamp $next)" \
          "$(value frame)" "$(value psnr)" "$(value ssim)" >&3 ;;
    esac
  done
}
# An empty first one: what begins a stream must not come when a short video has ended already.
printf '1\n00:00:00,000 --> 00:00:00,001\n \n\n' >&3
rm -f -- "$out/summary.txt"
decoded() { printf '%s\n' filesrc location="$1" ! decodebin ! videoconvert ! "video/x-raw,format=${FORMAT:-I420}" ! queue !; }
mapfile -t from_original < <(decoded "$original")
mapfile -t from_processed < <(decoded "$processed")
read -ra sink_words <<<"$sink"
gst-launch-1.0 -e -m psnrmeter name=m align=best log-file="$out/unfinished.csv" "$@" ! videoconvert ! queue ! \
  textoverlay name=o wait-text=false valignment=top halignment=left font-desc="Monospace 14" shaded-background=true ! \
  videoconvert ! "${sink_words[@]}" \
  "${from_original[@]}" m.ref_sink "${from_processed[@]}" m.dist_sink fdsrc fd=3 ! subparse ! o.text_sink 2>&1 | show || true
[ -s "$out/summary.txt" ] || die "$original and $processed could not be measured to their end"
line=$(cat "$out/summary.txt")
[ "$(value frames)" -gt 0 ] || die "no frame of $original has a partner in $processed"
mv -- "$out/unfinished.csv" "$out/values.csv"

frames_of() { gst-launch-1.0 -q filesrc location="$1" ! decodebin ! videoconvert ! video/x-raw,format=RGB ! pnmenc ! fdsink 2>/dev/null; }
measure-report "$out" <(frames_of "$original") <(frames_of "$processed")
[ "$(value offset)" = 0 ] || printf '%-20s %s s\n' offset "$(LC_ALL=C awk -v ns="$(value offset)" 'BEGIN {printf "%.6f", ns / 1e9}')"
for name in repeated-reference repeated-processed; do
  [ "$(value $name)" = 0 ] || printf '%-20s %s\n' $name "$(value $name)"
done
for name in frames unpaired-reference unpaired-processed psnr psnr-mean psnr-min psnr-y ssim ssim-y ms-ssim flicker flicker-static; do
  case $line in *" $name="*) printf '%-20s %s\n' $name "$(value $name)" ;; esac
done
printf '%-20s %s\n' report "$out/report.html"
