#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pipelines/latent-walk.sh makes a loop of the asked length as MP4 and as GIF, and cleans up after a
# mistake. latent_walk.sh SOURCE; the elements come from BUILD_DIR.
set -u
script=$1/pipelines/latent-walk.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
wrong() { echo "$*"; failed=1; }

# A generator of 8x8 colour pictures with arbitrary weights.
perl -e '
  my @tensors = (["0.weight", 8, 6], ["0.bias", 8], ["2.weight", 8, 8], ["2.bias", 8], ["4.weight", 192, 8], ["4.bias", 192]);
  my ($header, $data) = ("", "");
  for (@tensors) {
    my ($name, @shape) = @$_;
    my ($count, $begin) = (1, length $data);
    $count *= $_ for @shape;
    $data .= pack("f<*", map { 0.5 * sin(1000 * sin($_ + $begin)) } 1 .. $count);
    $header .= sprintf("%s\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}", $header ? "," : "", $name, join(",", @shape), $begin, length $data);
  }
  $header = "{$header}";
  $header .= " " while length($header) % 8;
  print pack("Q<", length $header), $header, $data;' > "$scratch/generator.safetensors"

SECONDS_LONG=2 FPS=25 HEIGHT=100 "$script" "$scratch/loop.mp4" model="$scratch/generator.safetensors" \
  seeds=1-3 grid=1x2 2> "$scratch/said" || { cat "$scratch/said"; wrong 'the script failed'; }
for file in loop.mp4 loop.gif; do
  facts=$(ffprobe -v error -count_frames -select_streams v -of csv=p=0 \
    -show_entries stream=width,height,nb_read_frames,r_frame_rate "$scratch/$file")
  [ "$facts" = 192,96,25/1,50 ] || wrong "$file: width, height, rate, frames are $facts, not 192,96,25/1,50"
done
grep -q NETSCAPE2.0 "$scratch/loop.gif" || wrong 'the GIF does not loop'
ls "$scratch" | grep -q partial && wrong 'a partial file was left'

"$script" "$scratch/none.mp4" model=/no/where 2> "$scratch/said" && wrong 'a missing model passed'
grep -q '/no/where' "$scratch/said" || wrong 'a missing model is not named'
"$script" "$scratch/loop.avi" 2> "$scratch/said" && wrong 'an .avi passed'
grep -q 'must be a .mp4' "$scratch/said" || wrong 'an .avi is not refused clearly'
ls "$scratch"/none* 2>/dev/null && wrong 'a mistake left files'
[ $failed = 0 ] && echo 'latent-walk.sh makes loops'
exit $failed
