# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the scripts: where the project lies, what it needs, how it is built.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=${BUILD_DIR:-$root/build}

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# help "$@": with -h or --help prints the comment that the script begins with.
help() {
  case ${1:-} in -h|--help) ;; *) return 0 ;; esac
  sed -n -e 1,2d -e '/^#/!q' -e 's/^# \{0,1\}//p' "$0"
  exit 0
}

# as_file NAME: the name, never to be taken for an option.
as_file() { case $1 in -?*) printf './%s' "$1" ;; *) printf '%s' "$1" ;; esac; }

# whole VARIABLE DEFAULT [LEAST]: gives the variable a value, which must be a whole number.
whole() {
  local value=${!1:-$2} least=${3:-1}
  [[ $value =~ ^[0-9]{1,9}$ ]] && [ "$((10#$value))" -ge "$least" ] || die "$1 must be a whole number of at least $least, got $value"
  printf -v "$1" '%d' "$((10#$value))"
}

# not_itself OUTPUT INPUT ...
not_itself() {
  local output=$1 input
  for input in "${@:2}"; do [ ! "$input" -ef "$output" ] || die "$output: is the input itself"; done
}

# decoding FILE: sets `decode` to the elements that decode its picture or video, progressive and upright.
# decodebin leaves out jpegparse, which alone knows how a photograph was held.
decoding() {
  decode=(filesrc location="$1" !)
  [ "$(od -An -tx1 -N3 "$1")" != ' ff d8 ff' ] || decode+=(jpegparse !)
  decode+=(decodebin ! video/x-raw ! videoconvert ! deinterlace ! videoflip video-direction=auto !)
}

# After tidy_at_end, what `run` started is ended and what `unfinished` names is removed however the
# script ends, by Ctrl-C too.
unfinished=() child=''
tidy_at_end() {
  trap tidy EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
}
tidy() {
  [ -z "$child" ] || { kill "$child" 2>/dev/null; wait "$child" 2>/dev/null; } || true
  [ ${#unfinished[@]} = 0 ] || rm -rf -- "${unfinished[@]}"
}

# run COMMAND ...: beside the script, which signals would else wait for. Its status.
run() {
  "$@" &
  child=$!
  local status=0
  wait $child || status=$?
  child=''
  return $status
}

# What to do where packages are missing and there is neither root nor sudo.
without_root() {
  say "packages are missing; somebody with root can install them:"
  say "  apt-get install --no-install-recommends $*"
  case " $* " in *' libtorch-dev '*)
    say "LibTorch alone needs no root: unpack PyTorch's, such as by"
    say "  python3 -m venv torch && torch/bin/pip install torch"
    say "  meson setup $build -Dlibtorch=\$(torch/bin/python -c 'import os, torch; print(os.path.dirname(torch.__file__))')" ;;
  esac
  die "wants root or sudo"
}

# need_packages [MORE ...]: installs those of packages.txt and the others that are missing, and says which.
need_packages() {
  command -v apt-get >/dev/null || { say "no apt-get here: the packages of pipelines/packages.txt are taken for installed"; return; }
  local missing=() name
  for name in $(grep -v '^#' "$root/pipelines/packages.txt") "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -q '^installed' || missing+=("$name")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  say "installing through apt: ${missing[*]}"
  local as_root=()
  [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null || without_root "${missing[@]}"; as_root=(sudo); }
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
  export GST_PRESET_PATH="$root/gst-plugin/presets${GST_PRESET_PATH:+:$GST_PRESET_PATH}"
  export OMP_WAIT_POLICY="${OMP_WAIT_POLICY:-PASSIVE}"  # decoders and encoders want the processors too
  PATH="$build/training:$build/pipelines:$PATH"
}

# The elements of this tree where they are built, else those that are installed.
find_elements() {
  [ -e "$build/gst-plugin/libgstgan.so" ] && use_build
  gst-inspect-1.0 enhancegan >/dev/null 2>&1 || die "the element enhancegan is not there: build it (README) or set GST_PLUGIN_PATH"
}

# warnings FILE: what it warned of, such as a value that a property does not take.
warnings() { sed -n -e 's/^.*WARNING \*\*: //p' -e 's/^WARNING: from element [^ ]*: //p' "$1" >&2; }

# reason FILE: what gst-launch-1.0, whose words the file holds, said was wrong, in a line.
reason() { sed -n -e 's/^.*ERROR: from element [^ ]*: //p' -e 's/^.*erroneous pipeline: //p' "$1" | head -1; }
