#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Small files: none of code over 300 lines, the root build file within 80; no room called common.
set -u
cd "$1" || exit 1
failed=0
long=$(find core models gst-plugin training pipelines tests -type f \
  \( -name '*.h' -o -name '*.cc' -o -name '*.sh' -o -name meson.build \) -exec wc -l {} + |
  awk '$2 != "total" && $1 > 300 {print "  " $2 ": " $1 " lines"}')
[ -z "$long" ] || { printf 'files over 300 lines:\n%s\n' "$long"; failed=1; }
[ "$(wc -l < meson.build)" -le 80 ] || { echo 'meson.build has over 80 lines'; failed=1; }
rooms=$(find core models gst-plugin training pipelines tests -type d \( -name common -o -name 'util*' \))
[ -z "$rooms" ] || { printf 'rooms without a subject: %s\n' "$rooms"; failed=1; }
[ $failed = 0 ] && echo 'the files are small'
exit $failed
