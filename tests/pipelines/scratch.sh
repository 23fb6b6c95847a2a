# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of the commands: a folder to work in, which goes at the end, and how they judge.
set -u
enhance=$BUILD_DIR/pipelines/gan-enhance
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0
wrong() { echo "$*"; failed=1; }
is() { [ "$2" = "$3" ] || wrong "$1 is $2, not $3"; }
said() { grep -qF -- "$1" said || { cat said; wrong "\"$1\" is not said"; }; }
ff() { ffmpeg -nostdin -v error -y "$@"; }
# refused EXPECTED COMMAND ...: fails, and says what is expected.
refused() {
  local expected=$1
  shift
  timeout 60 "$@" > /dev/null 2> said && wrong "$* passed"
  grep -qF -- "$expected" said || { cat said; wrong "$* is not refused clearly"; }
}
# finish WORDS: what holds when nothing was wrong.
finish() { [ $failed = 0 ] && echo "$1"; exit $failed; }
