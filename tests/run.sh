#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds and runs the tests. Without options the suites fast and golden; golden tests want the
# folders of vectors and data in GAN_GOLDEN and GAN_DATA and are skipped without them; so is the test of
# files that once went wrong, in GAN_CASES.
# --sanitize builds a second time, in build-sanitize/, with ASan and UBSan, and runs the tests of core,
# models and elements there.
# --slow runs the fuzzer, the package in a bare Debian (as root), a thousand starts, two hundred stops, twenty kills a recipe, recipes on real data and
# tests/mutants, hours in all, which go on where they were interrupted; --gpu what needs a GPU, with a
# LibTorch that has CUDA (BUILD_DIR configured with -Dlibtorch=DIR).
# --isa runs the tests of models and elements as on processors with less: SSE4.1, AVX2, AVX-512 without bf16.
# --cluster trains under srun, mpirun and torchrun and enhances a video by Slurm, GNU parallel and Snakemake,
# with losses; installs them through apt (tests/cluster).
# --fresh builds and tests the last commit in bare systems of Debian 12 and 13 (tests/fresh.sh; wants root).
# Usage: tests/run.sh [--slow] [--isa] [--gpu] [--all] [--sanitize] [--cluster] [--fresh]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../pipelines/setup.sh"

help "$@"
suites=() sanitize=no cluster=no only=()
for option in "$@"; do
  case $option in
    --slow|--gpu|--isa) suites+=("${option#--}") ;;
    --all) suites=(fast golden isa slow gpu) ;;
    --sanitize) sanitize=yes ;;
    --cluster) cluster=yes ;;
    --fresh) exec "$root/tests/fresh.sh" "$build/fresh" bookworm trixie ;;
    *) die "unknown option $option; there is --slow, --isa, --sanitize, --gpu, --cluster, --fresh, --all" ;;
  esac
done
[ ${#suites[@]} -gt 0 ] || suites=(fast golden)

need_packages
[ -n "${GAN_GOLDEN:-}" ] && [ -n "${GAN_DATA:-}" ] ||
  say "note: GAN_GOLDEN and GAN_DATA are not both set, so tests that need them will be skipped"
if [ $sanitize = yes ]; then
  build=${BUILD_DIR:-$root/build-sanitize}
  configure -Db_sanitize=address,undefined -Db_lundef=false -Dbuildtype=debugoptimized -Dbenchmarks=disabled -Dtraining=disabled
  # LibTorch, OpenMP and GLib keep memory until the end on purpose.
  # The plugin scanner is a program without the sanitizers, so plugins are read in the process itself.
  export GST_REGISTRY_FORK=no
  only=(core models gst-plugin core-golden models-golden gst-plugin-golden)
  export ASAN_OPTIONS=detect_leaks=0:new_delete_type_mismatch=0 UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
else
  configure -Dtests=enabled -Dtraining=enabled
fi
if [ $cluster = yes ]; then
  compile training/gan-train pipelines/gan-enhance gst-plugin/libgstgan.so models/libganmodels.so
  status=0
  for test in training video; do "$root/tests/cluster/$test.sh" "$build" || status=1; done
  exit $status
fi
compile
rm -f "$build"/*.xml "$build"/tests/registry.bin "$build"/meson-logs/testlog*.txt
status=0
for suite in "${suites[@]}"; do
  say "suite $suite"
  processes=1  # what takes long has the machine for itself
  case $suite in fast | golden) processes=2 ;; esac
  # Names and one line a golden vector; the whole output is in meson-logs/testlog.txt.
  meson test -C "$build" --no-rebuild --suite "$suite" --print-errorlogs --num-processes $processes "${only[@]}" || status=1
  cp -f "$build/meson-logs/testlog.txt" "$build/meson-logs/testlog-$suite.txt"
  [ "$suite" != slow ] || grep -hE '(^| )(SURVIVED|stale)|wrong changes were noticed' "$build/meson-logs/testlog-slow.txt" || true
  [ "$suite" = golden ] && grep -h '^golden ' "$build/meson-logs/testlog-golden.txt" || true
done

# GoogleTest's own counts, and one for each script.
count() { cat "$build"/*.xml 2>/dev/null | grep -o '<testsuites [^>]*' | grep -o " $1=\"[0-9]*" | tr -dc '0-9\n' | awk '{n += $1} END {print n + 0}'; }
scripts_ok=$(cat "$build"/meson-logs/testlog-*.txt | grep -c '^script passed' || true)
total=$(count tests) failed=$(($(count failures) + $(count errors))) skipped=$(count disabled)
skipped=$((skipped + $(cat "$build"/*.xml 2>/dev/null | grep -c 'result="skipped"' || true)))
[ $failed -gt 0 ] || [ $status = 0 ] || failed=1
# Scripts that ended with 77, as meson counts them.
skipped=$((skipped + $(cat "$build"/meson-logs/testlog-*.txt | grep -c '^script skipped' || true)))
[ $((total + scripts_ok)) -gt 0 ] || die "no test ran: the suites ${suites[*]} have none of these"
printf '%d passed, %d failed, %d skipped\n' $((total - failed - skipped + scripts_ok)) $failed $skipped
exit $status
