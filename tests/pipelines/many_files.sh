#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Files of many kinds, made by FFmpeg: gan-enhance keeps each frame, its time (0.5 ms beyond the container's
# ticks) and the mean colour (0.3 codes), and the tracks. many_files.sh SOURCE; the command comes from
# BUILD_DIR. Prints a table.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
rows=0
# What is sharp overshoots where it is enlarged, and what is cut off changes the mean: so it is blurred.
source="testsrc2=size=96x64:rate=25:duration=0.6,gblur=sigma=6,eq=saturation=0.6:contrast=0.7"
# Decoded frames' times, from the first on; "-" where the file tells none, as raw streams and some frames
# of program streams and of AVI.
times() {
  ffprobe -v error -select_streams v:0 -show_entries frame=best_effort_timestamp_time -of csv=p=0 "$1" | tr -d , | grep -E '^(-?[0-9]|N/A)' |
    awk '$1 == "N/A" {print "-"; next} NR == 1 {first = $1} {printf "%.6f\n", $1 - first}'
}
kinds() { ffprobe -v error -show_entries stream=index,codec_type -of csv=p=0 "$1" | tr -d ' ' | sort -u | cut -d, -f2 | grep -E 'audio|video|subtitle' | sort | uniq -c | awk '{printf "%s%s ", $1, substr($2, 1, 1)}'; }
mean() {  # mean FILE FILTERS: of red, green and blue over all frames, in codes of 8 bits
  ffmpeg -nostdin -v error -i "$1" -map 0:v:0 -vf "$2"scale=flags=accurate_rnd+full_chroma_int+full_chroma_inp,format=rgb48le -f rawvideo - |
    perl -e 'local $/; my @v = unpack "v*", <STDIN>; my @s; $s[$_ % 3] += $v[$_] for 0 .. $#v; printf "%.2f %.2f %.2f", map { 3 * $_ / @v / 257 } @s'
}

row() {  # row FIELDS NAME OUTPUT-SUFFIX: FIELDS is frames out of one in
  local fields=$1 in=$2 out=out.$3 verdict=ok late colour before after
  rows=$((rows + 1))
  [ -s "$in" ] || { echo "$in was not made"; failed=1; return; }
  if ! timeout 200 "$enhance" "$in" "$out" --overwrite --quality 8 -- strength=0 2> said; then
    tail -1 said
    failed=1
    return
  fi
  late=$(paste <(times "$in" | awk -v n="$fields" '{for (i = 0; i < n; ++i) print $1}') <(times "$out") | awk -v n="$fields" '
    NF != 2 {print "frames"; bad = 1; exit} (NR - 1) % n == 0 && $1 != "-" {d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d} END {if (!bad) printf "%.2f", most * 1000}')
  before=$(mean "$in" "$([ "$fields" = 1 ] || echo bwdif=send_field,)") after=$(mean "$out" "")
  colour=$(paste <(tr ' ' '\n' <<<"$before") <(tr ' ' '\n' <<<"$after") | awk '{d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d} END {printf "%.2f", most}')
  case $late in frames) verdict="other frames" ;; *) awk "BEGIN {exit !($late > 1.01)}" && verdict="late" ;; esac
  awk "BEGIN {exit !($colour > 0.3)}" && verdict="colour"
  [ "$(kinds "$in")" = "$(kinds "$out")" ] || verdict="tracks $(kinds "$out")"
  [ "$verdict" = ok ] || failed=1
  printf '%-22s %-5s %4s frames  %6s ms  %5s codes  %s\n' "$in" "$3" "$(times "$out" | wc -l)" "$late" "$colour" "$verdict"
}
one() { local name=$1 suffix=$2; shift 2; ff -f lavfi -i "$source" "$@" "$name"; row 1 "$name" "$suffix"; }

x264='-c:v libx264 -preset veryfast -crf 12'
# shellcheck disable=SC2086
{
  one h264.mp4 mkv $x264 -pix_fmt yuv420p
  one h264.mkv mp4 $x264 -pix_fmt yuv420p
  one h264.mov webm $x264 -pix_fmt yuv420p
  one h264.ts mkv $x264 -pix_fmt yuv420p
  one h264.flv mp4 $x264 -pix_fmt yuv420p
  one h264-avi.avi mkv -c:v libx264 -bf 0 -crf 12 -pix_fmt yuv420p
  one raw.264 mkv $x264 -bf 0 -pix_fmt yuv420p
  one h264-422.mkv mkv $x264 -pix_fmt yuv422p
  one h264-444.mkv mkv $x264 -pix_fmt yuv444p
  one h264-10.mp4 mp4 $x264 -pix_fmt yuv420p10le
  one h264-422-10.mkv mkv $x264 -pix_fmt yuv422p10le
  one h264-gray.mkv mkv $x264 -pix_fmt gray
  one hevc.mp4 mkv -c:v libx265 -crf 10 -x265-params log-level=0 -pix_fmt yuv420p
  one hevc-10.mkv mp4 -c:v libx265 -crf 10 -x265-params log-level=0 -pix_fmt yuv420p10le
  one hevc-444-12.mkv mkv -c:v libx265 -crf 10 -x265-params log-level=0 -pix_fmt yuv444p12le
  one vp8.webm mkv -c:v libvpx -b:v 4M -pix_fmt yuv420p
  one vp9.webm mp4 -c:v libvpx-vp9 -crf 10 -b:v 0 -pix_fmt yuv420p
  one vp9-444.webm webm -c:v libvpx-vp9 -crf 10 -b:v 0 -pix_fmt yuv444p
  one av1.mp4 mkv -c:v libaom-av1 -cpu-used 8 -crf 10 -pix_fmt yuv420p
  one av1-10.mkv webm -c:v libaom-av1 -cpu-used 8 -crf 10 -pix_fmt yuv420p10le
  one mpeg2.mpg mkv -c:v mpeg2video -q:v 1 -pix_fmt yuv420p
  one mpeg2.ts mp4 -c:v mpeg2video -q:v 1 -pix_fmt yuv422p
  one mpeg4.avi mkv -c:v mpeg4 -q:v 1 -bf 2 -pix_fmt yuv420p
  one mpeg4.mp4 mkv -c:v mpeg4 -q:v 1 -pix_fmt yuv420p
  one wmv.wmv mkv -c:v wmv2 -q:v 1 -pix_fmt yuv420p
  one flv1.flv mkv -c:v flv1 -q:v 1 -pix_fmt yuv420p
  one theora.ogv mkv -c:v libtheora -q:v 10 -pix_fmt yuv420p
  one mjpeg.avi mkv -c:v mjpeg -q:v 1 -pix_fmt yuvj422p
  one mjpeg.mov mp4 -c:v mjpeg -q:v 1 -pix_fmt yuvj420p
  one prores.mov mkv -c:v prores_ks -profile:v 3 -pix_fmt yuv422p10le
  one dnxhd.mxf mkv -s 1280x720 -frames:v 4 -c:v dnxhd -b:v 90M -pix_fmt yuv422p
  one ffv1-16.mkv mkv -c:v ffv1 -pix_fmt gray16le
  one ffv1-rgb.mkv mkv -c:v ffv1 -pix_fmt gbrp
  one huffyuv.avi mkv -c:v huffyuv -pix_fmt yuv422p
  one uyvy.avi mkv -c:v rawvideo -pix_fmt uyvy422
  one v210.mov mkv -c:v v210 -pix_fmt yuv422p10le
  one full.mp4 mkv $x264 -pix_fmt yuvj420p
  one full-709.mkv mp4 -vf scale=out_color_matrix=bt709:out_range=full $x264 -pix_fmt yuv420p -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range pc
  one bt2020.mkv mkv -vf scale=out_color_matrix=bt2020 -c:v libx265 -crf 10 -x265-params log-level=0 -pix_fmt yuv420p10le -colorspace bt2020nc -color_primaries bt2020 -color_trc bt2020-10
  one anamorphic.mp4 mkv -vf setsar=16/11 $x264 -pix_fmt yuv420p
  one vfr.mkv mkv -vf "select='mod(n+2,5)'" -fps_mode passthrough -enc_time_base 1:1000 $x264 -pix_fmt yuv420p
  one vfr.mp4 mp4 -vf "select='mod(n+2,5)'" -fps_mode passthrough -enc_time_base 1:1000 $x264 -pix_fmt yuv420p
  for rate in 24000/1001 60000/1001 1000; do
    ff -f lavfi -i "${source/rate=25:duration=0.6/rate=$rate:duration=0.3}" $x264 -pix_fmt yuv420p "rate-${rate//\//-}.mkv"
    row 1 "rate-${rate//\//-}.mkv" mp4
  done
  ff -f lavfi -i "$source" -f lavfi -i sine=duration=0.6 -f lavfi -i sine=880:duration=0.6 -map 0 -map 1 -map 2 $x264 -pix_fmt yuv420p -c:a aac many.mp4
  row 1 many.mp4 mkv
  ff -i many.mp4 -map 0 -c:v copy -c:a ac3 many.ts
  row 1 many.ts mkv
  ff -i many.mp4 -map 0 -c:v copy -c:a pcm_s16le many.mov
  row 1 many.mov mp4
  # Fields of two moments, a frame for each.
  ff -f lavfi -i "${source/rate=25/rate=50}" -vf interlace -c:v mpeg2video -flags +ildct+ilme -q:v 1 -pix_fmt yuv420p fields.mpg
  row 2 fields.mpg mkv
  ff -f lavfi -i "${source/rate=25/rate=50}" -vf interlace $x264 -flags +ildct+ilme -x264opts tff=1 -pix_fmt yuv420p fields.mp4
  row 2 fields.mp4 mp4
}
echo "$rows files"
finish 'nothing is lost'
