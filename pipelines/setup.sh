# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the scripts: where the project lies, what it needs, how it is built.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD_DIR:-$root/build}

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Installs the packages of packages.txt that are missing, and says which.
need_packages() {
  command -v apt-get >/dev/null || { say "no apt-get here: the packages of pipelines/packages.txt are taken for installed"; return; }
  local missing=() name
  while read -r name; do
    case $name in ''|'#'*) continue ;; esac
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed' || missing+=("$name")
  done < "$root/pipelines/packages.txt"
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing through apt: ${missing[*]}"
  local as_root=()
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null || die "wants root or sudo to install: ${missing[*]}"; as_root=(sudo); }
  "${as_root[@]}" apt-get update -qq || die "apt-get update failed"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt-get could not install: ${missing[*]}"
}

# configure [meson options]: sets the build folder up once.
configure() {
  [ -f "$build/build.ninja" ] || { say "configuring $build"; meson setup "$build" "$root" "$@" >/dev/null || die "meson setup failed: see $build/meson-logs/meson-log.txt"; }
}

# compile [targets]
compile() {
  say "building (the first time takes minutes)"
  ninja -C "$build" "$@" > "$build/ninja.log" 2>&1 || { tail -40 "$build/ninja.log" >&2; die "the build failed: see $build/ninja.log"; }
}

# The freshly built elements, with a registry of their own.
use_build() {
  export GST_PLUGIN_PATH="$build/gst-plugin${GST_PLUGIN_PATH:+:$GST_PLUGIN_PATH}"
  export GST_REGISTRY="$build/registry.bin"
  export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}"  # decoders and encoders want the processors too
  PATH="$build/training:$build/pipelines:$PATH"
}

# The elements of this tree where they are built, else those that are installed.
find_elements() {
  [ -e "$build/gst-plugin/libgstgan.so" ] && use_build
  gst-inspect-1.0 enhancegan >/dev/null 2>&1 || die "the element enhancegan is not there: build it (README) or set GST_PLUGIN_PATH"
}

# reason FILE: what gst-launch-1.0, whose words the file holds, said was wrong, in a line.
reason() { sed -n -e 's/^.*ERROR: from element [^ ]*: //p' -e 's/^.*erroneous pipeline: //p' "$1" | head -1; }
