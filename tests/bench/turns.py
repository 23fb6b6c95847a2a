# SPDX-License-Identifier: LGPL-2.1-or-later
"""enhancegan, whole, in 8-bit RGB, beside bare forwards of OpenVINO, ONNX Runtime, ncnn and PyTorch on
the same weights: a frame of each in turn. Run by turns.sh.

    turns.py THREADS ROUNDS FRAMES_PROGRAM FOLDER [CASE ...]

Prints, a row a case and way, the median of milliseconds and how many dB the result lies from PyTorch's
in fp32, on a photograph, clamped to [0, 1]; for enhancegan, which tries that itself, its kernel."""
import os
import statistics
import subprocess
import sys
import time

import numpy as np

from graphs import compact, compact_of, rrdbnet, torch_function, write_ncnn, write_onnx

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
CASES = {  # network, width, height
    "x2-360p": (lambda: compact_of(f"{ROOT}/models/builtin/x2.safetensors"), 640, 360),
    "x2-720p": (lambda: compact_of(f"{ROOT}/models/builtin/x2.safetensors"), 1280, 720),
    "srvgg-360p": (lambda: compact(64, 16, 4), 640, 360),
    "rrdb6-180p": (lambda: rrdbnet(6), 320, 180),
    "rrdb23-180p": (lambda: rrdbnet(23), 320, 180),
}


def photograph(width, height):
    """{1, 3, H, W} in [0, 1] of the built-in photograph, mirrored to size."""
    with open(f"{ROOT}/models/builtin/osprey.ppm", "rb") as file:
        words = [file.readline() for _ in range(3)]
        columns, rows = map(int, words[1].split())
        picture = np.frombuffer(file.read(), np.uint8).reshape(rows, columns, 3)
    picture = np.pad(picture, ((0, max(0, height - rows)), (0, max(0, width - columns)), (0, 0)), "symmetric")
    return np.ascontiguousarray(picture[:height, :width].transpose(2, 0, 1)[None].astype(np.float32) / 255)


class Element:
    def __init__(self, program, properties, width, height):
        self.process = subprocess.Popen([program, properties, "RGB", str(width), str(height)], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.kernel = self.process.stdout.readline().strip()

    def frame(self):
        self.process.stdin.write("frame\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def peak_mib(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class Peer:
    """run() -> {1, 3, H, W}"""

    def __init__(self, run):
        self.run, self.kernel = run, ""
        self.result = np.array(run(), np.float32)

    def frame(self):
        start = time.perf_counter()
        self.run()
        return 1e3 * (time.perf_counter() - start)

    def end(self):
        self.run = None


def openvino(graph, x, threads, folder, precision):
    import openvino as ov

    path = f"{folder}/model.onnx"
    with open(path, "wb") as file:
        file.write(write_onnx(graph))
    model = ov.Core().read_model(path)
    model.reshape(list(x.shape))
    hints = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": precision}
    request = ov.Core().compile_model(model, "CPU", hints).create_infer_request()
    return lambda: request.infer({0: x}, share_inputs=True, share_outputs=True)[0]


def onnxruntime(graph, x, threads, folder):
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = ort.InferenceSession(write_onnx(graph), options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {"input": x})[0]


def ncnn(graph, x, threads, folder, bf16):
    import ncnn as nc

    write_ncnn(graph, f"{folder}/model.param", f"{folder}/model.bin")
    net = nc.Net()
    net.opt.num_threads, net.opt.use_vulkan_compute = threads, False
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = bf16
    net.load_param(f"{folder}/model.param")
    net.load_model(f"{folder}/model.bin")
    picture = nc.Mat(x[0])

    def run():
        with net.create_extractor() as extractor:
            extractor.input("input", picture)
            return np.array(extractor.extract("output")[1], copy=False)[None]

    return run


def torch(graph, x, threads, folder, precision, compiled):
    import torch as t

    t.set_num_threads(threads)
    kind = {"fp32": t.float32, "bf16": t.bfloat16}[precision]
    network = torch_function(graph, kind)
    if compiled:
        network = t.compile(network)
    picture = t.from_numpy(x).to(kind).contiguous(memory_format=t.channels_last)

    def run():
        with t.inference_mode():
            return network(picture).float().numpy()

    return run


PEERS = {
    "torch fp32": lambda *of: torch(*of, "fp32", False),
    "torch bf16": lambda *of: torch(*of, "bf16", False),
    "torch compiled fp32": lambda *of: torch(*of, "fp32", True),
    "torch compiled bf16": lambda *of: torch(*of, "bf16", True),
    "OpenVINO fp32": lambda *of: openvino(*of, "f32"),
    "OpenVINO bf16": lambda *of: openvino(*of, "bf16"),
    "ONNX Runtime fp32": onnxruntime,
    "ncnn fp32": lambda *of: ncnn(*of, False),
    "ncnn bf16": lambda *of: ncnn(*of, True),
}


def nearness(result, reference):
    error = np.mean((np.clip(result, 0, 1).astype(np.float64) - np.clip(reference, 0, 1)) ** 2)
    return "the same" if error == 0 else f"{-10 * np.log10(error):.1f}"


def measure(case, threads, rounds, program, folder):
    make, width, height = CASES[case]
    graph, x = make(), photograph(width, height)
    graph.save(f"{folder}/model.safetensors")
    properties = f"model={folder}/model.safetensors device=cpu threads={threads} "
    ways = {f"enhancegan {p}": Element(program, properties + f"precision={p}", width, height) for p in ("fp32", "auto", "fast")}
    for name, make_run in PEERS.items():
        try:
            ways[name] = Peer(make_run(graph, x, threads, folder))
        except Exception as reason:  # a peer that is not there, or cannot do that
            print(f"{name} is left out: {' '.join(str(reason).split())[:200]}", file=sys.stderr)
            continue
        if ways[name].frame() > 4 * ways["enhancegan fp32"].frame():
            print(f"{name} is left out: it takes more than four times as long as enhancegan", file=sys.stderr)
            ways.pop(name).end()
    times = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            times[name].append(way.frame())
    reference = ways["torch fp32"].result if "torch fp32" in ways else None
    for name, way in ways.items():
        near = nearness(way.result, reference) if isinstance(way, Peer) and reference is not None else way.kernel
        print(f"| {case} | {threads} | {name} | {statistics.median(times[name]):.1f} | {near} |", flush=True)
        way.end()


def main():
    threads, rounds, program, folder, *cases = sys.argv[1:]
    for case in cases or CASES:
        measure(case, int(threads), int(rounds), program, folder)


if __name__ == "__main__":
    main()
