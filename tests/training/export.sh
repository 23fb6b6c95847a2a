#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The models that training_test writes, judged by onnx.checker, ONNX Runtime and ncnn: from PyPI, in
# an environment of their own, or those of PYTHON.
#   [PYTHON=python3] tests/training/export.sh TRAINING_TEST
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python=${PYTHON:-}
if [ -z "$python" ]; then
  python=$work/venv/bin/python3
  { python3 -m venv "$work/venv" && "$python" -m pip install -q onnx onnxruntime; } > "$work/said" 2>&1 ||
    { echo "onnx and onnxruntime cannot be installed: $(tail -1 "$work/said")"; exit 77; }
  "$python" -m pip install -q ncnn > "$work/said" 2>&1 || echo "ncnn cannot be installed: $(tail -1 "$work/said")"
fi
mkdir "$work/models"
GAN_EXPORTS=$work/models "$1" --gtest_filter='Export.*' > "$work/said" 2>&1 || { cat "$work/said"; exit 1; }
"$python" "$here/export_judge.py" "$work/models"
