#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzzes each reader of checkpoints for MINUTES (10) with clang's libFuzzer, ASan and UBSan, two at a
# time. The corpora begin with what core_test writes. A finding lies in the build folder's fuzz/ and
# makes this fail.
#   tests/fuzz/run.sh CORE_TEST [MINUTES]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
core_test=${1:?wants the path of core_test} minutes=${2:-10}
command -v clang++ >/dev/null || die "wants clang with libFuzzer: apt-get install clang"

work=$build/fuzz
mkdir -p "$work"
GAN_FUZZ_CORPUS=$work/corpus "$core_test" --gtest_filter='FuzzCorpus.*' >/dev/null
flags=(-std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined "-I$root")
read -ra packages < <(pkg-config --cflags --libs json-glib-1.0 gio-2.0)
for reader in read_safetensors read_torch_zip read_torch_legacy read_onnx; do
  clang++ "${flags[@]}" -DGAN_READER=$reader "$root/tests/fuzz/checkpoint_fuzz.cc" \
    "$root"/core/checkpoint/*.cc "$root"/core/{json,options}.cc "$root"/models/import/*.cc \
    "${packages[@]}" -o "$work/$reader"
done

fuzz() {
  local folder=$work/corpus/$1
  mkdir -p "$folder" "$work/found-$1"
  "$work/$1" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
    -artifact_prefix="$work/found-$1/" -print_final_stats=1 "$folder" > "$work/$1.log" 2>&1
}
status=0
fuzz read_torch_zip & first=$!
fuzz read_torch_legacy || status=1
wait $first || status=1
fuzz read_safetensors & first=$!
fuzz read_onnx || status=1
wait $first || status=1
for reader in read_safetensors read_torch_zip read_torch_legacy read_onnx; do
  say "$reader: $(grep -h 'number_of_executed_units' "$work/$reader.log" || echo 'stopped early'), $(grep -o 'cov: [0-9]*' "$work/$reader.log" | tail -1)"
  [ -z "$(ls -A "$work/found-$reader")" ] || { say "found: $(ls "$work/found-$reader"/*)"; tail -40 "$work/$reader.log" >&2; status=1; }
done
exit $status
