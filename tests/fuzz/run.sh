#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Fuzzes each reader of checkpoints for MINUTES (10) with clang's libFuzzer, ASan and UBSan, two at a
# time. The corpora begin with what core_test writes. A finding lies in the build folder's fuzz/ and
# makes this fail.
#   tests/fuzz/run.sh CORE_TEST [MINUTES]
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/../../pipelines/setup.sh"
core_test=${1:?wants the path of core_test} minutes=${2:-10}
# Clang has std::source_location from 16 on.
for clang in clang++ clang++-{21..16} ''; do
  [ -z "$clang" ] || ! "$clang" -std=c++20 -fsyntax-only -x c++ - <<< '#include <source_location>
    std::source_location here;' 2>/dev/null || break
done
[ -n "$clang" ] || die "wants clang with libFuzzer, 16 or later: apt-get install clang-16"

work=$build/fuzz
mkdir -p "$work"
GAN_FUZZ_CORPUS=$work/corpus "$core_test" --gtest_filter='FuzzCorpus.*' >/dev/null
flags=(-std=c++20 -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined "-I$root")
read -ra includes < <(pkg-config --cflags json-glib-1.0 gio-2.0)
read -ra libraries < <(pkg-config --libs json-glib-1.0 gio-2.0)
flags+=("${includes[@]}")
sources=("$root"/core/checkpoint/*.cc "$root"/core/{json,options}.cc "$root"/models/{contents,import/*}.cc)
mkdir -p "$work/objects"
(cd "$work/objects" && printf '%s\0' "${sources[@]}" | xargs -0 -n 1 -P 2 "$clang" "${flags[@]}" -c)
readers=(read_safetensors read_torch_zip read_torch_legacy read_onnx read_pair read_shards)
for reader in "${readers[@]}"; do
  "$clang" "${flags[@]}" -DGAN_READER=$reader "$root/tests/fuzz/checkpoint_fuzz.cc" "$work"/objects/*.o \
    "${libraries[@]}" -o "$work/$reader"
done

fuzz() {
  local folder=$work/corpus/$1
  mkdir -p "$folder" "$work/found-$1"
  "$work/$1" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=1024 -max_len=16384 \
    -artifact_prefix="$work/found-$1/" -print_final_stats=1 "$folder" > "$work/$1.log" 2>&1
}
status=0
for ((i = 0; i < ${#readers[@]}; i += 2)); do
  fuzz "${readers[i]}" & first=$!
  fuzz "${readers[i + 1]}" || status=1
  wait $first || status=1
done
for reader in "${readers[@]}"; do
  say "$reader: $(grep -h 'number_of_executed_units' "$work/$reader.log" || echo 'stopped early'), $(grep -o 'cov: [0-9]*' "$work/$reader.log" | tail -1)"
  [ -z "$(ls -A "$work/found-$reader")" ] || { say "found: $(ls "$work/found-$reader"/*)"; tail -40 "$work/$reader.log" >&2; status=1; }
done
exit $status
