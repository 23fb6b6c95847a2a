#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The arrows between the rooms: gst-plugin -> core, models -> core, training -> models -> core,
# pipelines -> core, and each foreign library in its own room.
set -u
cd "$1" || exit 1
failed=0
# deny WHERE PATTERN WHY: no file under WHERE includes PATTERN
deny() {
  local found
  found=$(grep -rnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($2)" $1 --include='*.h' --include='*.cc') || return 0
  printf '%s\n  %s\n' "$3" "$found"
  failed=1
}
deny core '(models|training|gst-plugin|pipelines|tests)/' 'core may use nothing above it:'
deny models '(training|gst-plugin|pipelines|tests)/' 'models may use core alone:'
deny gst-plugin '(models|training|pipelines|tests)/' 'gst-plugin may use core alone:'
deny training '(gst-plugin|pipelines|tests)/' 'training may use models and core:'
deny 'core gst-plugin pipelines' '(torch|ATen|c10)/' 'torch belongs in models/ and training/:'
deny pipelines '(models|training|gst-plugin|tests)/' 'pipelines may use core alone:'
deny 'core models training' 'gst/' 'GStreamer belongs in gst-plugin/ and pipelines/:'
deny 'core models training gst-plugin' 'libav[a-z]*/' 'FFmpeg belongs in pipelines/:'
torch_free='models/api.cc models/builtin.* models/contents.* models/enhancer models/frames/frame_picture.* models/frames/frame_timer.*
  models/import models/machine/cgroup.* models/machine/host.* models/machine/interruption.* models/plans models/torch_api.h
  models/torch_library.cc models/traits.h'
deny "$torch_free" '(torch|ATen|c10)/|models/(network|table|checkpoint|torchscript|picture_tensor|frames/frame_tensor|machine/device|machine/host_allocator|(blocks|generators|discriminators|encoders|features|libtorch|walker)/)' \
  'what libganmodels.so is made of knows no torch:'
deny 'models/plans' 'models/[^pt]' 'plans know options and traits alone:'
found=$(grep -rlE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"]opencv2/' core models gst-plugin | grep -vx 'core/image_file.cc')
[ -z "$found" ] || { printf 'OpenCV belongs in core/image_file, training/ and pipelines/:\n  %s\n' "$found"; failed=1; }
found=$(grep -rnE '\btry\b *\{' gst-plugin --include='*.h' --include='*.cc' | grep -v '^gst-plugin/guard.h')
[ -z "$found" ] || { printf 'the only try of the plugin is in guard.h:\n  %s\n' "$found"; failed=1; }
found=$(grep -rnE '\bthrow\b' core models gst-plugin training --include='*.h' --include='*.cc' |
        grep -vE '^core/error.h|^models/machine/host_allocator.cc|//.*throw|[Tt]hrows? Error|nothrow')
[ -z "$found" ] || { printf 'Error is thrown by check() and fail() alone:\n  %s\n' "$found"; failed=1; }
found=$(grep -rnE 'std::(cout|cerr)|\b(printf|puts|fputs|fprintf|g_print|g_message)\(' core models --include='*.h' --include='*.cc' | grep -v snprintf)
[ -z "$found" ] || { printf 'core and models are silent:\n  %s\n' "$found"; failed=1; }
[ $failed = 0 ] && echo 'the arrows hold'
exit $failed
