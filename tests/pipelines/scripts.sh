#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What holds for all scripts: help, settings that are no numbers, odd names, an output that is the
# input, Ctrl-C. scripts.sh SOURCE; the elements come from BUILD_DIR.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
pipelines=$1/pipelines

for script in "$pipelines"/*.sh "$1/tests/run.sh"; do
  case $script in */setup.sh) continue ;; esac
  "$script" --help > said 2>&1 || wrong "$script --help fails"
  grep -q "^Usage: .*$(basename "$script")" said || { cat said; wrong "$script --help shows no usage"; }
done
refused 'unknown option --fast' "$pipelines/demo.sh" --fast
refused 'unknown option --fast' "$1/tests/run.sh" --fast

gst-launch-1.0 -q videotestsrc num-buffers=1 ! video/x-raw,width=32,height=24 ! pngenc ! filesink location=-low.png
cp ./-low.png low.png
refused 'low.png: is the input itself' "$pipelines/enhance-file.sh" low.png ./low.png
cmp -s ./-low.png low.png || wrong 'an input was changed'
SECONDS_LONG=1.5 refused 'SECONDS_LONG must be a whole number of at least 1, got 1.5' "$pipelines/latent-walk.sh" out.mp4
FRAMES=-2 refused 'FRAMES must be a whole number of at least 0, got -2' "$pipelines/webcam.sh"

"$pipelines/enhance-file.sh" -low.png '-50% "large".PNG' 2> said || { cat said; wrong 'names that begin with - fail'; }
[ -s './-50% "large".PNG' ] || wrong 'the picture of an odd name is not there'
refused 'strength=7 is out of range' "$pipelines/enhance-file.sh" low.png large.png strength=7

set -m  # a job then has a process group of its own, which Ctrl-C goes to
SECONDS_LONG=100000 "$pipelines/latent-walk.sh" long.mp4 2> said &
script=$!
set +m
for _ in $(seq 200); do [ -e long.mp4.partial ] && break; sleep 0.1; done
[ -e long.mp4.partial ] || wrong 'latent-walk.sh writes nothing'
kill -INT -- "-$script"
wait $script
[ $? = 130 ] || wrong 'latent-walk.sh does not end by Ctrl-C'
[ -z "$(ls | grep long)" ] || wrong "Ctrl-C leaves $(ls | grep long)"
pgrep -g "$script" > /dev/null && wrong 'Ctrl-C leaves a process'
finish 'the scripts behave'
