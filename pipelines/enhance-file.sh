#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Enhances a video, a picture or a folder of them: gan-enhance (which has more options) as it is built here or
# installed. A file that is there is replaced; in a folder it is left as it is.
# Usage: pipelines/enhance-file.sh INPUT OUTPUT [properties of enhancegan, such as model=x4.pth]
# A raw .264 or .265 stream has no times: FPS (25) says how many frames a second it has.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
[ $# -ge 2 ] || die "usage: enhance-file.sh INPUT OUTPUT [PROPERTY=VALUE ...]"
input=$(as_file "$1") output=$(as_file "$2")
shift 2
find_elements
command -v gan-enhance >/dev/null || die "gan-enhance is not there: ninja -C build pipelines/gan-enhance"
[ -d "$input" ] && replace=() || replace=(--overwrite)
exec gan-enhance "${replace[@]}" ${FPS:+--rate "$FPS"} "$input" "$output" -- "$@"
