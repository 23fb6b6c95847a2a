#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# gan-enhance on several machines by GNU parallel over ssh, for one long video or a folder:
#   HOSTS=1/a,1/b,2/c enhance-parallel.sh INPUT OUTPUT [options]     one process on a and b, two on c
# HOSTS is parallel's --sshlogin (1/:, this machine, otherwise); PARTS is how many parts there are (8). The
# files must lie where all machines see them by the same names, and gan-enhance be in their PATH. A part
# that fails, or whose machine is lost, is tried up to four times, elsewhere first.
set -eu
case ${1:---help} in -h|--help) sed -n -e '1,2d' -e '/^#/!q' -e 's/^# \{0,1\}//p' "$0"; exit 0 ;; esac
parts=${PARTS:-8}
seq "$parts" | parallel --will-cite --quote --sshlogin "${HOSTS:-1/:}" --retries 4 --workdir "$PWD" --line-buffer --tag \
  gan-enhance --segment "{}/$parts" "$@" || echo "some parts failed; what they left out is made here" >&2
[ ! -e "$2.partial/lock" ] || flock -w 600 "$2.partial/lock" true
exec gan-enhance --resume "$@"
