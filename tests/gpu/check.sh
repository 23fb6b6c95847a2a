#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# On a machine with a GPU: the tests that want one, and a picture by each precision beside the CPU's in fp32.
# Leaves what the tests said in OUT (/tmp/gan-out).
set -u
source "$(dirname "${BASH_SOURCE[0]}")/setup.sh"
nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader
status=0
one() {
  local name=$1 filter=$2
  timeout 200 "$name" --gtest_filter="$filter" > "$OUT/$name.log" 2>&1 || status=1
  echo "$name: $(grep -cE '^\[       OK' "$OUT/$name.log") passed, $(grep -E '^\[  (FAILED|SKIPPED) *\]' "$OUT/$name.log" | tr '\n' ' ')"
  grep -B1 -A8 ': Failure' "$OUT/$name.log" | head -60
}
one models_test 'Gpu*:Device*:*AGpu*'
one gst_plugin_test '*InFlight*'
one training_test 'Gpu*'
if command -v compute-sanitizer > /dev/null; then
  timeout 200 compute-sanitizer --leak-check full --error-exitcode 9 models_test --gtest_filter='Device*:Gpu*' \
    > "$OUT/sanitizer.log" 2>&1 || status=1
  tail -1 "$OUT/sanitizer.log"
else
  echo "compute-sanitizer: not here, so memory of the GPU was not looked at"
fi

picture() { # picture NAME PROPERTIES...
  local name=$1; shift
  gst-launch-1.0 -q filesrc location="$GAN/data/frame.png" ! pngdec ! videoconvert ! video/x-raw,format=RGB ! \
    enhancegan "$@" ! filesink location="$OUT/$name.raw" > "$OUT/$name.log" 2>&1 || { echo "$name: $(head -1 "$OUT/$name.log")"; status=1; }
}
for model in x2 "$GAN"/data/*.pth; do
  [ "$model" = x2 ] || [ -e "$model" ] || continue
  name=$(basename "$model" .pth)
  picture "$name.cpu" model="$model" device=cpu precision=fp32
  for precision in fp32 fp16 bf16 auto; do picture "$name.$precision" model="$model" device=cuda precision=$precision; done
  picture "$name.tiles" model="$model" device=cuda precision=fp32 tile-size=64
done
python3 - "$OUT" <<'P' || status=1
import pathlib, sys
import numpy as np
worst = {"fp32": 70, "tiles": 70, "fp16": 55, "bf16": 42, "auto": 55}
wrong = 0
for truth in sorted(pathlib.Path(sys.argv[1]).glob("*.cpu.raw")):
    a = np.fromfile(truth, np.uint8).astype(float)
    for way, least in worst.items():
        path = truth.with_name(truth.name.replace(".cpu.", f".{way}."))
        b = np.fromfile(path, np.uint8).astype(float) if path.exists() else a[:0]
        error = np.mean((a - b) ** 2) if a.size == b.size else np.inf
        psnr = 10 * np.log10(255 ** 2 / error) if error else np.inf
        wrong += psnr < least
        print(f"{truth.name[:-8]:24} {way:6} {psnr:6.1f} dB to the CPU" + ("" if psnr >= least else f", wants {least}"))
sys.exit(wrong > 0)
P
exit $status
