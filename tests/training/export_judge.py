# SPDX-License-Identifier: LGPL-2.1-or-later
"""Checks the models that training_test wrote to FOLDER by onnx.checker, and runs them by ONNX Runtime
and, where its Python module is there, ncnn: their outputs must be LibTorch's. Run by export.sh.

    export_judge.py FOLDER [TOLERANCE, 2e-5 of the largest value, which is at least 1]
"""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime

try:
    import ncnn
except ImportError:
    ncnn = None


def vectors(path):
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    return {name: np.frombuffer(data[8 + length:][slice(*entry["data_offsets"])], np.float32).reshape(entry["shape"])
            for name, entry in header.items()}


def by_onnx(path, picture):
    onnx.checker.check_model(str(path), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"input": picture})[0]


def by_ncnn(path, picture):
    net = ncnn.Net()
    net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = net.opt.use_bf16_storage = False
    net.load_param(str(path))
    net.load_model(str(path.with_suffix(".bin")))
    run = net.create_extractor()
    run.input("input", ncnn.Mat(np.ascontiguousarray(picture[0])))
    return np.array(run.extract("output")[1])[None]


def main():
    folder, tolerance = pathlib.Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 2e-5
    judged = failed = 0
    for path in sorted(folder.glob("*.safetensors")):
        model = path.with_suffix(".onnx")
        run = by_onnx
        if not model.exists():
            model, run = path.with_suffix(".param"), by_ncnn
            if ncnn is None:
                print(f"{model.name}: no module ncnn, not run")
                continue
        expected = vectors(path)
        try:
            output = run(model, expected["input"])
            same = output.shape == expected["output"].shape
            wrong = float(np.abs(output - expected["output"]).max() / max(1, np.abs(expected["output"]).max())) if same else np.inf
        except Exception as error:  # whatever a judge says is the finding
            print(f"{model.name}: {error}")
            wrong = np.inf
        judged += 1
        failed += not wrong <= tolerance
        print(f"{model.name}: {wrong:.1e}{'' if wrong <= tolerance else '  WRONG'}")
    print(f"{judged} models judged, {failed} wrong")
    return 1 if failed or not judged else 0


sys.exit(main())
