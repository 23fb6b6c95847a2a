#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pipelines/webcam.sh plays without a camera, and pipelines/multimodal.sh makes a video and a GIF of
# three columns of which the middle one alone varies. enhance.sh SOURCE; the elements come from
# BUILD_DIR.
set -u
webcam=$1/pipelines/webcam.sh multimodal=$1/pipelines/multimodal.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
wrong() { echo "$*"; failed=1; }

CAMERA=/no/where FRAMES=5 WIDTH=48 HEIGHT=32 SINK="filesink location=$scratch/frames" \
  "$webcam" 2> "$scratch/said" || { cat "$scratch/said"; wrong 'webcam.sh failed'; }
grep -q 'a photograph is shown' "$scratch/said" || wrong 'webcam.sh does not say that there is no camera'
[ -s "$scratch/frames" ] || wrong 'webcam.sh shows nothing'

# Augmented CycleGAN's generator with arbitrary weights and codes of 3 numbers.
perl -e '
  my @tensors = (["conv1.weight", 2, 3, 7, 7], ["conv1.bias", 2], ["conv2.weight", 2, 2, 3, 3], ["conv2.bias", 2],
    ["conv3.weight", 4, 2, 3, 3], ["conv3.bias", 4], ["conv_out.weight", 3, 2, 7, 7], ["conv_out.bias", 3]);
  for (["block0", 4, 4], ["block1", 4, 4], ["block2", 4, 4], ["mod4", 4, 4], ["mod5", 4, 2]) {
    my ($name, $in, $out) = @$_;
    push @tensors, ["$name.style.weight", $in, 3], ["$name.style.bias", $in], ["$name.conv.weight", $out, $in, 3, 3];
  }
  my $header = q("__metadata__":{"gan.format":"1","gan.network":"augcyclegan","gan.options":"{\"latent\": 3, \"features\": 2}"});
  my $data = "";
  for (@tensors) {
    my ($name, @shape) = @$_;
    my ($count, $begin) = (1, length $data);
    $count *= $_ for @shape;
    $data .= pack("f<*", map { 0.4 * sin(1000 * sin($_ + $begin)) } 1 .. $count);
    $header .= sprintf(",\"%s\":{\"dtype\":\"F32\",\"shape\":[%s],\"data_offsets\":[%d,%d]}", $name, join(",", @shape), $begin, length $data);
  }
  $header = "{$header}";
  $header .= " " while length($header) % 8;
  print pack("Q<", length $header), $header, $data;' > "$scratch/augcyclegan.safetensors"
for picture in low truth; do
  gst-launch-1.0 -q videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! pngenc ! filesink location="$scratch/$picture.png"
done
SECONDS_LONG=1 FPS=10 HEIGHT=48 SEEDS=1-3 "$multimodal" "$scratch/low.png" "$scratch/truth.png" "$scratch/sweep.mp4" \
  model="$scratch/augcyclegan.safetensors" 2> "$scratch/said" || { cat "$scratch/said"; wrong 'multimodal.sh failed'; }
for file in sweep.mp4 sweep.gif; do
  facts=$(ffprobe -v error -count_frames -select_streams v -of csv=p=0 \
    -show_entries stream=width,height,nb_read_frames,r_frame_rate "$scratch/$file")
  [ "$facts" = 192,48,10/1,10 ] || wrong "$file: width, height, rate, frames are $facts, not 192,48,10/1,10"
done
column() {  # how many different pictures the column at X shows
  ffmpeg -v error -i "$scratch/sweep.gif" -vf "crop=60:48:$1:0" -f framemd5 - | grep -v '^#' | awk '{print $NF}' | sort -u | wc -l
}
[ "$(column 66)" -ge 8 ] || wrong 'the middle column does not vary'
"$multimodal" /no/where "$scratch/truth.png" "$scratch/none.mp4" model=x 2> "$scratch/said" && wrong 'a missing picture passed'
grep -q '/no/where: no such file' "$scratch/said" || wrong 'a missing picture is not named'

size() { ffprobe -v error -select_streams v -of csv=p=0 -show_entries stream=width,height "$1"; }
[ $failed = 0 ] && echo 'webcam.sh and multimodal.sh do as they say'
exit $failed
