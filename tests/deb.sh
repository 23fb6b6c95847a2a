#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The package of pipelines/make-deb.sh, installed in a bare system of this Debian: the elements, gan-train and the
# commands run there. So does Meson's setup with the packages of packages.txt alone, with every part that is optional.
# Wants root; a package that is there (DEB) is not built again.
# Usage: tests/deb.sh FOLDER      for the bare systems, 4 GB while it runs
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"
source "$root/tests/bare_system.sh"
help "$@"
[ $# = 1 ] || die "wants a folder; see --help"
[ "$(id -u)" = 0 ] || { echo 'wants root'; exit 77; }
need_debootstrap
folder=$(realpath -m "$1")
mkdir -p "$folder"
release=$(. /etc/os-release; echo "$VERSION_CODENAME")
log=$folder/$release.log

deb=${DEB:-}
[ -n "$deb" ] || { "$root/pipelines/make-deb.sh" "$folder"; deb=$(ls "$folder"/gstreamer1.0-gan_*.deb); }
say "$release: a bare system, and the package in it; its words: $log"
bare "$folder/$release" "$release" "$log"
cp "$deb" "$folder/$release/root/package.deb"
cp "$root/pipelines/clips/nasa.mp4" "$folder/$release/root/"
cat > "$folder/$release/root/try.sh" <<'END'
set -e
cd /root
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ./package.deb > /dev/null
echo "installed: $(du -sxm / | cut -f1) MB with the system"
gst-inspect-1.0 enhancegan | grep -q 'model  '
gst-inspect-1.0 gan | grep -q '3 features'
gan-train list > /dev/null
gan-train show x2 > /dev/null
time gan-enhance nasa.mp4 large.mkv --preview 1s
gan-enhance nasa.mp4 large.mp4 --preview 1s --codec h265
gan-compare nasa.mp4 look.png --at 2
gan-measure nasa.mp4 --preview 1s
[ -s large.mkv ] && [ -s look.png ] && [ -s /usr/share/man/man1/gan-train.1.gz ]
gst-launch-1.0 -q latentwalk num-buffers=3 ! fakesink
echo 'the package works'
END
failed=0
inside "$folder/$release" bash /root/try.sh 2>&1 | tee -a "$log"
tail -1 "$log" | grep -qx 'the package works' || failed=1
rm -rf "${folder:?}/$release"

say "$release: a bare system with packages.txt alone, and Meson's setup in it"
bare "$folder/$release" "$release" "$log.setup"
git clone -q "$root" "$folder/$release/root/project"
cat > "$folder/$release/root/try.sh" <<'END'
set -e
cd /root/project
source pipelines/setup.sh
need_packages
meson setup /root/build > /root/setup.log
cat /root/setup.log
# A GPU's part and benchmarks are for who wants them.
if grep -iE 'found: no' /root/setup.log | grep -vE 'torch_cuda|c10_cuda|gstreamer-cuda|benchmark'; then exit 1; fi
echo 'the packages are complete'
END
inside "$folder/$release" bash /root/try.sh >> "$log.setup" 2>&1 || true
tail -1 "$log.setup" | tee -a "$log" | grep -qx 'the packages are complete' || { tail -20 "$log.setup"; failed=1; }
rm -rf "${folder:?}/$release"
exit $failed
