#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# pipelines/webcam.sh plays without a camera, and pipelines/multimodal.sh makes a video and a GIF of
# three columns of which the middle one alone varies. enhance.sh SOURCE; the elements come from
# BUILD_DIR. enhance-file.sh enlarges a picture and a folder of them, and leaves out what is there.
set -u
webcam=$1/pipelines/webcam.sh enhance=$1/pipelines/enhance-file.sh multimodal=$1/pipelines/multimodal.sh
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
"$enhance" "$scratch/low.png" "$scratch/large.png" 2> "$scratch/said" || { cat "$scratch/said"; wrong 'a picture failed'; }
[ "$(size "$scratch/large.png")" = 128,96 ] || wrong "the picture became $(size "$scratch/large.png")"
mkdir "$scratch/in" && cp "$scratch/low.png" "$scratch/in/a.png" && cp "$scratch/truth.png" "$scratch/in/b b.png"
"$enhance" "$scratch/in" "$scratch/out" 2> "$scratch/said" || { cat "$scratch/said"; wrong 'a folder failed'; }
[ "$(size "$scratch/out/a.png") $(size "$scratch/out/b b.png")" = '128,96 128,96' ] || wrong 'the folder is not enlarged'
grep -q '2 of 2' "$scratch/said" || wrong 'no progress is shown'
echo kept > "$scratch/out/a.png"
"$enhance" "$scratch/in" "$scratch/out" 2> /dev/null && [ "$(cat "$scratch/out/a.png")" = kept ] || wrong 'what was there is done again'
echo broken > "$scratch/in/c.png"
"$enhance" "$scratch/in" "$scratch/out" 2> "$scratch/said" && wrong 'a broken picture passed'
grep -q 'c.png: could not' "$scratch/said" || wrong 'a broken picture is not named'
ls "$scratch/out" | grep -q partial && wrong 'a partial file was left'
cp "$scratch/in/a.png" "$scratch/in/a.bmp"
"$enhance" "$scratch/in" "$scratch/both" 2> "$scratch/said" && wrong 'two pictures of one name passed'
grep -q 'a.bmp and .*a.png: both would become a.png' "$scratch/said" || wrong 'two pictures of one name are not named'
[ ! -e "$scratch/both" ] || wrong 'two pictures of one name were begun with'

# As a phone held upright writes it.
gst-launch-1.0 -q videotestsrc num-buffers=1 ! video/x-raw,width=64,height=48 ! jpegenc ! \
  taginject tags=image-orientation=rotate-90 ! jifmux ! filesink location="$scratch/turned.jpg"
"$enhance" "$scratch/turned.jpg" "$scratch/turned.png" 2> "$scratch/said" || { cat "$scratch/said"; wrong 'a turned picture failed'; }
[ "$(size "$scratch/turned.png")" = 96,128 ] || wrong "a turned picture became $(size "$scratch/turned.png")"
[ $failed = 0 ] && echo 'webcam.sh, multimodal.sh and enhance-file.sh do as they say'
exit $failed
