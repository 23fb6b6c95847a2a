# SPDX-License-Identifier: LGPL-2.1-or-later
"""Frames a second of Python loops over a video: OpenCV decodes, PyTorch, ONNX Runtime or OpenVINO
runs the network, on the weights of a compact checkpoint. Run by peers.sh.

    peers.py THREADS CLIP CHECKPOINT reference FOLDER   writes input.raw (BGRx) and reference.raw (RGB, fp32 by
                                                        PyTorch) to it, prints the width and height of the former
    peers.py THREADS CLIP CHECKPOINT fidelity FILE      PSNR of raw RGB frames to the reference beside them
    peers.py THREADS CLIP CHECKPOINT list               the ways that can be run, one a line; others as comments
    peers.py THREADS CLIP CHECKPOINT run WAY FOLDER     frames a second, and PSNR to the reference
"""
import math
import os
import sys
import tempfile
import time

import cv2
import numpy as np

from graphs import compact_of, torch_function, write_onnx

REFERENCE_FRAMES = 8
WARM_FRAMES = 10


def frames(path):
    video = cv2.VideoCapture(path)
    while True:
        good, frame = video.read()
        if not good:
            return
        yield frame


def blob(frame):
    """{1, 3, H, W} RGB in [0, 1] of BGR bytes."""
    return cv2.dnn.blobFromImage(frame, 1 / 255, swapRB=True)


def picture(result):
    """BGR bytes of {3, H, W} RGB."""
    result = np.clip(np.rint(result * 255), 0, 255).astype(np.uint8)
    return np.ascontiguousarray(result.transpose(1, 2, 0)[:, :, ::-1])


def torch_way(graph, threads, precision, compiled):
    import torch

    torch.set_num_threads(threads)

    kind = {"fp32": torch.float32, "bf16": torch.bfloat16}[precision]
    network = torch_function(graph, kind)
    if compiled:
        network = torch.compile(network)

    def run(frame):
        with torch.inference_mode():
            rgb = torch.from_numpy(frame).flip(2).permute(2, 0, 1).unsqueeze(0)
            x = (rgb.float() / 255).to(kind).contiguous(memory_format=torch.channels_last)
            y = network(x).float().mul_(255).round_().clamp_(0, 255).to(torch.uint8)
            return y[0].permute(1, 2, 0).flip(2).contiguous().numpy()

    return run


def onnxruntime_way(graph, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(write_onnx(graph), options, providers=["CPUExecutionProvider"])
    return lambda frame: picture(session.run(None, {"input": blob(frame)})[0][0])


def openvino_way(graph, threads, precision):
    import openvino

    with tempfile.NamedTemporaryFile(suffix=".onnx") as file:
        file.write(write_onnx(graph))
        file.flush()
        model = openvino.Core().read_model(file.name)
    hints = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    compiled = []

    def run(frame):
        x = blob(frame)
        if not compiled:
            model.reshape(list(x.shape))
            compiled.append(openvino.Core().compile_model(model, "CPU", hints).create_infer_request())
        return picture(compiled[0].infer({0: x})[0][0])

    return run


WAYS = {
    "torch-fp32": ("torch", lambda c, t: torch_way(c, t, "fp32", False)),
    "torch-bf16": ("torch", lambda c, t: torch_way(c, t, "bf16", False)),
    "torch-compile-fp32": ("torch", lambda c, t: torch_way(c, t, "fp32", True)),
    "torch-compile-bf16": ("torch", lambda c, t: torch_way(c, t, "bf16", True)),
    "onnxruntime-fp32": ("onnxruntime", onnxruntime_way),
    "openvino-fp32": ("openvino", lambda c, t: openvino_way(c, t, "f32")),
    "openvino-bf16": ("openvino", lambda c, t: openvino_way(c, t, "bf16")),
}


def psnr(a, b):
    error = np.mean((a.astype(np.float64) - b.astype(np.float64)) ** 2)
    return math.inf if error == 0 else 10 * math.log10(255**2 / error)


def reference_of(folder, shape):
    return np.fromfile(os.path.join(folder, "reference.raw"), np.uint8).reshape(-1, *shape)


def run(way, clip, folder):
    first, last, count, seen = 0, 0, 0, []
    for frame in frames(clip):
        result = way(frame)
        count += 1
        last = time.perf_counter()
        if count == WARM_FRAMES:
            first = last
        if count <= REFERENCE_FRAMES:
            seen.append(result[:, :, ::-1])
    fidelity = psnr(np.stack(seen), reference_of(folder, seen[0].shape))
    print(f"{(count - WARM_FRAMES) / (last - first):.2f} {fidelity:.1f}")


def main():
    threads, clip, file, verb, *rest = sys.argv[1:]
    threads, graph = int(threads), compact_of(file)
    cv2.setNumThreads(threads)
    if verb == "list":
        for name, (module, _) in WAYS.items():
            try:
                __import__(module)
                print(name)
            except ImportError as reason:
                print(f"# {name}: {reason}")
    elif verb == "reference":
        way = WAYS["torch-fp32"][1](graph, threads)
        with open(os.path.join(rest[0], "input.raw"), "wb") as read, open(os.path.join(rest[0], "reference.raw"), "wb") as out:
            for _, frame in zip(range(REFERENCE_FRAMES), frames(clip)):
                read.write(cv2.cvtColor(frame, cv2.COLOR_BGR2BGRA).tobytes())
                out.write(np.ascontiguousarray(way(frame)[:, :, ::-1]).tobytes())
        print(frame.shape[1], frame.shape[0])
    elif verb == "fidelity":
        reference = np.fromfile(os.path.join(os.path.dirname(rest[0]), "reference.raw"), np.uint8)
        print(f"{psnr(np.fromfile(rest[0], np.uint8), reference):.1f}")
    else:
        run(WAYS[rest[0]][1](graph, threads), clip, rest[1])


main()
