#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a newcomer meets: in a bare folder of each Debian release named, made by debootstrap, a clone
# of the last commit is built and tested by tests/run.sh alone, which installs what is missing. Wants root;
# packages come from where this machine has its own. Half an hour a release, 6 GB while it runs.
# Usage: tests/fresh.sh FOLDER RELEASE ...      such as: tests/fresh.sh /tmp/fresh bookworm trixie
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"
source "$root/tests/bare_system.sh"
help "$@"
[ $# -ge 2 ] || die "wants a folder and releases; see --help"
need_debootstrap
folder=$(realpath -m "$1"); shift

mkdir -p "$folder"
failed=0
for release in "$@"; do
  say "$release: a bare system, then tests/run.sh in it; its words: $folder/$release.log"
  bare "$folder/$release" "$release" "$folder/$release.log"
  git clone -q "$root" "$folder/$release/root/project"
  if inside "$folder/$release" /root/project/tests/run.sh >> "$folder/$release.log" 2>&1; then verdict=passed; else verdict=failed failed=1; fi
  printf '%s: %s: %s\n' "$release" $verdict "$(tail -1 "$folder/$release.log")"
  [ $verdict = failed ] || rm -rf "${folder:?}/$release"
done
exit $failed
