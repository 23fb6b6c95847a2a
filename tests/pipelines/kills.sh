#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-enhance, killed at random moments and gone on with as often, ends with the packets of a run that
# was left alone. kills.sh KILLS; the command comes from BUILD_DIR. SECONDS_LONG (50) is the length of the
# video, SEED chooses the moments.
source "$(dirname "${BASH_SOURCE[0]}")/scratch.sh"
kills=$1 long=${SECONDS_LONG:-50}
packets() { ffmpeg -v error -i "$1" -map 0:v -c copy -f framemd5 - | grep -v '^#'; }
ff -f lavfi -i testsrc2=size=160x120:rate=25:duration=$long -f lavfi -i sine=duration=$long -c:v libx264 -c:a aac in.mp4
begin=$SECONDS
"$enhance" in.mp4 whole.mkv 2> said || { cat said; wrong 'the run that is left alone failed'; }
took=$((SECONDS - begin + 1))
RANDOM=${SEED:-$$}
echo "seed ${SEED:-$$}, $took s for a whole run"
done=0
while [ $done -lt "$kills" ]; do
  rm -rf cut.mkv cut.mkv.partial
  while [ $done -lt "$kills" ]; do
    "$enhance" in.mp4 cut.mkv --resume 2> said &
    command=$!
    sleep "$(awk -v r=$RANDOM -v t=$took 'BEGIN {printf "%.3f", r / 32768 * t}')"
    kill -KILL $command 2> /dev/null || break  # it was done
    wait $command 2> /dev/null
    done=$((done + 1))
    [ ! -e cut.mkv ] || { [ "$(packets cut.mkv)" = "$(packets whole.mkv)" ] || wrong 'a killed run left half an output'; break; }
  done
  wait $command 2> /dev/null
  [ -e cut.mkv ] || "$enhance" in.mp4 cut.mkv --resume 2> said || { cat said; wrong '--resume failed'; break; }
  [ "$(packets cut.mkv)" = "$(packets whole.mkv)" ] || wrong "after $done kills: other packets"
done
finish "killed $done times, the same packets"
