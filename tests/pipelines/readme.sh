#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# readme.sh SOURCE: the measuring pipeline of README runs as it is typed there, to its end.
set -euo pipefail
cd "$1"
line=$(sed -n 's/^    \(gst-launch-1.0 -m filesrc location=pipelines\/clips\/.* psnrmeter .*\)$/\1/p' README.md)
[ "$(wc -l <<<"$line")" = 1 ] || { echo 'README has not the one measuring pipeline'; exit 1; }
final=$(timeout 120 bash -c "$line" | grep -o 'psnrmeter, .*final=(boolean)true.*') || { echo "it did not come to its end: $line"; exit 1; }
echo "$final"
grep -q ' unpaired-reference=(guint64)0,' <<<"$final" && grep -q ' frames=(guint64)[1-9]' <<<"$final"
