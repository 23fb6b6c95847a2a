#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The package of pipelines/make-deb.sh, for each Debian release named, or this one. In a bare system with the
# packages of packages.txt alone Meson finds every part that is optional, and the package is built; in another it is
# installed, and the elements, gan-train and the commands run from it. Wants root; a package that is there (DEB) is
# not built again.
# Usage: tests/deb.sh FOLDER [RELEASE ...]      for the bare systems, 6 GB while it runs
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"
source "$root/tests/bare_system.sh"
help "$@"
[ $# -ge 1 ] || die "wants a folder; see --help"
[ "$(id -u)" = 0 ] || { echo 'wants root'; exit 77; }
need_debootstrap
folder=$(realpath -m "$1"); shift
[ $# -gt 0 ] || set -- "$(. /etc/os-release; echo "$VERSION_CODENAME")"

# try LOG LAST: runs try.sh in the bare system, which must end with the line LAST.
try() {
  inside "$system" bash /root/try.sh >> "$1" 2>&1 || true
  [ "$(tail -1 "$1")" = "$2" ] && { say "$release: $2"; return; }
  tail -20 "$1"
  die "$release: see $1; the system is $system"
}

for release in "$@"; do
  system=$folder/$release log=$folder/$release.log deb=${DEB:-}
  mkdir -p "$folder"
  say "$release: a bare system with packages.txt alone, and the package built in it; its words: $log.build"
  bare "$system" "$release" "$log.build"
  git clone -q "$root" "$system/root/project"
  [ -z "$deb" ] || cp "$deb" "$system/root/gstreamer1.0-gan.deb"
  cat > "$system/root/try.sh" <<'END'
set -e
cd /root/project
source pipelines/setup.sh
need_packages
meson setup /root/all > /root/setup.log
cat /root/setup.log
# A GPU's part and benchmarks are for who wants them.
if grep -iE 'found: no' /root/setup.log | grep -vE 'torch_cuda|c10_cuda|gstreamer-cuda|benchmark'; then exit 1; fi
[ -e /root/*.deb ] || time pipelines/make-deb.sh /root
echo 'the packages are complete'
END
  try "$log.build" 'the packages are complete'
  deb=$folder/$release.deb
  cp "$system"/root/gstreamer1.0-gan*.deb "$deb"

  say "$release: a bare system, and the package in it; its words: $log"
  bare "$system" "$release" "$log"
  cp "$deb" "$system/root/package.deb"
  cp "$root/pipelines/clips/nasa.mp4" "$system/root/"
  cat > "$system/root/try.sh" <<'END'
set -e
cd /root
apt-get update -qq
before=$(du -sxm / | cut -f1)
SECONDS=0
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ./package.deb > /dev/null
echo "measured: a package of $(du -k package.deb | cut -f1) KB, installed in $SECONDS s with what it needs, $(($(du -sxm / | cut -f1) - before)) MB"
gst-inspect-1.0 enhancegan | grep -q 'model  '
gst-inspect-1.0 gan | grep -q '3 features'
gan-train list > /dev/null
gan-train show x2 > /dev/null
time gan-enhance nasa.mp4 large.mkv --preview 1s
gan-enhance nasa.mp4 large.mp4 --preview 1s --codec h265
gan-enhance nasa.mp4 large.webm --preview 0.2s
gan-compare nasa.mp4 look.png --at 2
gan-measure nasa.mp4 --preview 1s
[ -s large.mkv ] && [ -s look.png ] && [ -s /usr/share/man/man1/gan-train.1.gz ]
gst-launch-1.0 -q latentwalk num-buffers=3 ! fakesink
echo 'the package works'
END
  try "$log" 'the package works'
  grep '^measured: ' "$log"
  rm -rf "${system:?}"
done
