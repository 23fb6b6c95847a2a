#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Makes a package of this tree for the running Debian; apt-get install ./FILE.deb installs it with all that
# it needs. Builds in build-deb/ (BUILD_DIR), which the first time takes minutes.
# Usage: pipelines/make-deb.sh [folder for the package]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
help "$@"
case ${1:-} in -*) die "unknown option $1; usage: make-deb.sh [folder for the package]" ;; esac
command -v apt-get >/dev/null || die "packages are made on Debian and its kin"
build=${BUILD_DIR:-$root/build-deb}
out=$(realpath -m -- "${1:-$build}")
need_packages dpkg-dev
mkdir -p "$out"

libdir=lib/$(dpkg-architecture -qDEB_HOST_MULTIARCH)
configure --prefix=/usr --libdir="$libdir" -Dtests=disabled -Dbenchmarks=disabled -Dtraining=enabled
compile
say "packing"
stage=$build/debian/package
rm -rf "$build/debian"
DESTDIR=$stage meson install -C "$build" --no-rebuild --quiet --strip
doc=$stage/usr/share/doc/gst-plugins-gan
mv "$doc" "$stage/usr/share/doc/gstreamer1.0-gan"
doc=$stage/usr/share/doc/gstreamer1.0-gan
mv "$doc/LICENSE" "$doc/copyright"
gzip -9n "$stage"/usr/share/man/man1/*.1

# What no library tells: programs, elements that the commands put together, the OpenBLAS that is fast here.
mkdir "$stage/DEBIAN"
cd "$build"
version=$(meson introspect --projectinfo . | sed -n 's/.*"version": "\([0-9.]*\)".*/\1/p')
cat > debian/control <<END
Source: gst-plugins-gan
Section: video
Priority: optional
Maintainer: The gst-plugins-gan authors <gst-plugins-gan@localhost>

Package: gstreamer1.0-gan
Architecture: $(dpkg --print-architecture)
Depends: \${shlibs:Depends}, gstreamer1.0-plugins-base, gstreamer1.0-tools, ffmpeg, libopenblas0-openmp
Recommends: gstreamer1.0-plugins-good, gstreamer1.0-libav
Description: generative adversarial networks in video pipelines
 GStreamer elements that enlarge and enhance video (enhancegan), make pictures
 (latentwalk) and measure quality (psnrmeter), by neural networks on the CPU or
 a GPU. With the commands gan-enhance, gan-compare and gan-measure for files,
 and gan-train, which makes the networks.
END
printf 'gst-plugins-gan (%s-1) unstable; urgency=low\n\n  * As built by make-deb.sh.\n\n -- The gst-plugins-gan authors <gst-plugins-gan@localhost>  %s\n' \
  "$version" "$(date -R)" > debian/changelog
mapfile -t programs < <(find "$stage/usr/bin" "$stage/usr/$libdir" -type f \( -perm -u+x -o -name '*.so' \))
dpkg-shlibdeps -Tdebian/substvars -l"$stage/usr/$libdir/gst-plugins-gan" "${programs[@]}" 2> debian/said ||
  { cat debian/said >&2; die "the libraries it needs belong to no package"; }
dpkg-gencontrol -Tdebian/substvars -P"$stage"
file=$out/gstreamer1.0-gan_$version-1_$(dpkg --print-architecture).deb
dpkg-deb --root-owner-group --build "$stage" "$file" > /dev/null
say "$file: $(du -h "$file" | cut -f1); apt-get install $file"
