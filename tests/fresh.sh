#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What a newcomer meets: in a bare folder of each Debian release named, made by debootstrap, a clone
# of the last commit is built and tested by tests/run.sh alone, which installs what is missing. Wants root;
# packages come from where this machine has its own. Half an hour a release, 6 GB while it runs.
# Usage: tests/fresh.sh FOLDER RELEASE ...      such as: tests/fresh.sh /tmp/fresh bookworm trixie
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"
help "$@"
[ $# -ge 2 ] || die "wants a folder and releases; see --help"
[ "$(id -u)" = 0 ] || die "wants root, for debootstrap and chroot"
folder=$(realpath -m "$1"); shift
command -v debootstrap >/dev/null || { say "installing debootstrap"; apt-get install -y -qq debootstrap >/dev/null; }
mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Created-By: Packages' |
         awk '$2 == "Debian" && $1 !~ /security/ {print $1; exit}')
[ -n "$mirror" ] || die "this machine's apt has no source of Debian's packages"

# bare RELEASE: its folder, with the clone in /root/project.
bare() {
  local at=$folder/$1
  rm -rf "$at"
  mkdir -p "$at"
  debootstrap --variant=minbase "$1" "$at" "$mirror" > "$folder/$1.log" 2>&1 || die "debootstrap failed: see $folder/$1.log"
  cp -L /etc/resolv.conf "$at/etc/resolv.conf"
  apt-config dump Acquire::http Acquire::https > "$at/etc/apt/apt.conf.d/00proxy"
  git clone -q "$root" "$at/root/project"
  mkdir -p "$at/golden" "$at/data"
}

# tested RELEASE: in namespaces of its own, so that no mount outlives it.
tested() {
  local at=$folder/$1
  # shellcheck disable=SC2016
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 at="$at" golden="${GAN_GOLDEN:-}" data="${GAN_DATA:-}" \
    http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" \
    unshare --mount --pid --fork bash -c '
      set -e
      mount -t proc proc "$at/proc"
      mount --rbind /dev "$at/dev"
      mount -t sysfs -o ro sysfs "$at/sys"
      [ -z "$golden" ] || { mount --bind "$golden" "$at/golden"; export GAN_GOLDEN=/golden; }
      [ -z "$data" ] || { mount --bind "$data" "$at/data"; export GAN_DATA=/data; }
      exec chroot "$at" /root/project/tests/run.sh' < /dev/null >> "$folder/$1.log" 2>&1
}

mkdir -p "$folder"
failed=0
for release in "$@"; do
  say "$release: a bare system, then tests/run.sh in it; its words: $folder/$release.log"
  bare "$release"
  if tested "$release"; then verdict=passed; else verdict=failed failed=1; fi
  printf '%s: %s: %s\n' "$release" $verdict "$(tail -1 "$folder/$release.log")"
  [ $verdict = failed ] || rm -rf "${folder:?}/$release"
done
exit $failed
