#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What --help of the commands shows as examples runs as it is typed there. help_examples.sh SOURCE; the commands
# come from BUILD_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
source_root=$1 run=0
PATH=$BUILD_DIR/pipelines:$PATH
ff -f lavfi -i testsrc2=size=64x48:rate=1:duration=90 -f lavfi -i sine=duration=90 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac clip.mp4
ff -i clip.mp4 -c:v mpeg4 -q:v 2 -c:a mp2 old.avi
ff -f lavfi -i testsrc2=size=64x48:rate=5:duration=2 -c:v libx264 -crf 10 -pix_fmt yuv420p original.mp4
ff -i original.mp4 -c:v libx264 -crf 40 processed.mkv
ff -i original.mp4 -vf scale=32:24 -c:v libx264 small.mkv
for name in noisy.mp4 film.mkv; do ff -i original.mp4 -c copy $name; done
for name in a.mkv b.mkv; do ff -i original.mp4 -c:v libx264 -crf 30 $name; done
for name in photo.png photo.jpg low.png; do ff -i clip.mp4 -frames:v 1 $name; done
ff -i low.png -vf scale=128:96 high.png
cp "$source_root/models/builtin/x2.safetensors" other.pth
mkdir holiday
cp photo.jpg original.mp4 holiday/

for command in gan-enhance gan-compare gan-measure; do
  while read -r line; do
    run=$((run + 1))
    rm -rf large large.* look.* small.mkv.new
    words=($line)  # with * as a shell has it
    mv small.mkv small.kept
    case $line in *' small.mkv --fit'*) cp small.kept small.mkv ;; esac
    timeout 300 "${words[@]}" > printed 2> said || { cat said; wrong "the example fails: $line"; }
    case $command in
      gan-measure) grep -qiE 'psnr' printed || wrong "nothing is measured: $line" ;;
      *) [ -e "${words[2]}" ] || wrong "nothing is written: $line" ;;
    esac
    mv small.kept small.mkv
  done < <("$command" --help | sed -n "s/^  \($command .*[^ ]\)   *[^ ].*/\1/p" | sed 's/  .*//')
done
[ $run = 23 ] || wrong "$run examples were found"
finish "$run examples run"
