# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by check.sh and bench.sh: unpacks the bundle to GAN (/tmp/gan) and makes its programs run with the
# machine's PyTorch.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export GAN=${GAN:-/tmp/gan} OUT=${OUT:-/tmp/gan-out}
mkdir -p "$GAN" "$OUT"
if [ ! -e "$GAN/.ready" ]; then
  python3 -c 'import sys, tarfile
with tarfile.open(sys.argv[1]) as tar: tar.extractall(sys.argv[2], filter="fully_trusted")' "$here/bundle.tar.xz" "$GAN"
  touch "$GAN/.ready"
fi
torch=$(python3 -c 'import importlib.util; print(importlib.util.find_spec("torch").submodule_search_locations[0])')
libraries=$torch/lib:$GAN/lib:$(printf '%s:' "$torch"/../nvidia/*/lib)
# For the bundle's programs alone: python3 has its own libraries.
mkdir -p "$GAN/run"
for program in "$GAN"/bin/*; do
  printf '#!/bin/bash\nLD_LIBRARY_PATH=%q exec %q "$@"\n' "$libraries" "$program" > "$GAN/run/${program##*/}"
  chmod +x "$GAN/run/${program##*/}"
done
export PATH=$GAN/run:$PATH GAN_TRAIN=$GAN/run/gan-train BUILD_DIR=$GAN LC_ALL=C OMP_WAIT_POLICY=PASSIVE
export GST_PLUGIN_PATH=$GAN/gst GST_PLUGIN_SYSTEM_PATH=$GAN/gst GST_REGISTRY=$GAN/registry.bin GST_REGISTRY_FORK=no
