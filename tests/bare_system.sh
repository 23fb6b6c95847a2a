# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced after pipelines/setup.sh: bare systems of Debian in folders, made by debootstrap. Wants root; packages
# come from where this machine has its own.

# The command for it, and where packages come from.
need_debootstrap() {
  [ "$(id -u)" = 0 ] || die "wants root, for debootstrap and chroot"
  command -v debootstrap >/dev/null || { say "installing debootstrap"; apt-get install -y -qq debootstrap >/dev/null; }
  mirror=$(apt-get indextargets --format '$(REPO_URI) $(ORIGIN)' 'Created-By: Packages' |
           awk '$2 == "Debian" && $1 !~ /security/ {print $1; exit}')
  [ -n "$mirror" ] || die "this machine's apt has no source of Debian's packages"
}

# bare FOLDER RELEASE LOG
bare() {
  local at=$1
  rm -rf "$at"
  mkdir -p "$at"
  debootstrap --variant=minbase "$2" "$at" "$mirror" > "$3" 2>&1 || die "debootstrap failed: see $3"
  cp -L /etc/resolv.conf "$at/etc/resolv.conf"
  echo force-unsafe-io > "$at/etc/dpkg/dpkg.cfg.d/unsafe-io"  # what does not outlive a crash is made anew
  apt-config dump Acquire::http Acquire::https > "$at/etc/apt/apt.conf.d/00proxy"
  mkdir -p "$at/golden" "$at/data"
}

# inside FOLDER COMMAND ...: in namespaces of its own, so that no mount outlives it.
inside() {
  local at=$1
  shift
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
      exec chroot "$at" "$@"' inside "$@" < /dev/null
}
