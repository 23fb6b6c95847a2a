# SPDX-License-Identifier: LGPL-2.1-or-later
"""Pipelines with enhancegan beside the same networks in PyTorch, in turn. Run by bench.sh.

    bench.py DATA [CASE ...]

Ways: `host RGB`, `host I420` and `CUDA NV12` are pipelines with frames in that memory (pipeline_rate), whose
processor time is that of the same pipeline with identity taken away; `eager` and `compiled` are PyTorch's
network alone, on a tensor that is there; `graph` is it as a CUDA graph with bytes going up and down
beside it, in pinned memory, on three streams. fp16, but for what says otherwise. Ratios are to the better of
eager and graph. The medians of ROUNDS turns."""
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from networks import load, save_rrdb

DATA = pathlib.Path(sys.argv[1])
ROUNDS, EACH = int(os.environ.get("ROUNDS", 3)), float(os.environ.get("SECONDS_EACH", 0.7))
HALF, CUDA = torch.float16, torch.device("cuda")
CASES = {"x2-720p": ("x2", 1280, 720), "x2-1080p": ("x2", 1920, 1080), "srvgg-720p": ("srvgg", 1280, 720),
         "srvgg-1080p": ("srvgg", 1920, 1080), "rrdb23-360p": ("rrdb23", 640, 360)}
torch.set_grad_enabled(False)
torch.backends.cudnn.benchmark = True


class Pipeline:
    """Turns of a pipeline_rate."""

    def __init__(self, memory, pixels, width, height, element):
        self.process = subprocess.Popen(["pipeline_rate", memory, pixels, str(width), str(height), element],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.turn(0.1)  # it has begun

    def turn(self, seconds=EACH):
        self.process.stdin.write(f"{seconds}\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        return tuple(map(float, line.split())) if line else (float("nan"), float("nan"))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


class InTurn:
    """Turns of a function that starts the work of a frame."""

    def __init__(self, work):
        self.work = work
        for _ in range(5):
            work()
        torch.cuda.synchronize()

    def turn(self):
        frames, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < EACH:
            for _ in range(8):
                self.work()
            torch.cuda.synchronize()
            frames += 8
        return frames / (time.perf_counter() - begin), float("nan")

    def end(self):
        pass


def eager(net, width, height):
    picture = torch.rand(1, 3, height, width, device=CUDA).to(HALF, memory_format=torch.channels_last)
    return lambda: net(picture)


def graph_with_copies(net, width, height, slots=3):
    """Frames of RGB bytes, three under way."""
    def made_of(frame):
        picture = frame.permute(2, 0, 1).unsqueeze(0).to(HALF).mul_(1 / 255).contiguous(memory_format=torch.channels_last)
        return net(picture).clamp_(0, 1).mul_(255).round_().to(torch.uint8)[0].permute(1, 2, 0).contiguous()

    up, work, down = (torch.cuda.Stream() for _ in range(3))
    parts = []
    for _ in range(slots):
        frame = torch.zeros(height, width, 3, dtype=torch.uint8, device=CUDA)
        with torch.cuda.stream(work):
            for _ in range(3):
                made_of(frame)
        torch.cuda.synchronize()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            out = made_of(frame)
        parts.append((torch.randint(0, 256, frame.shape, dtype=torch.uint8).pin_memory(), frame, graph, out,
                      torch.empty(out.shape, dtype=torch.uint8).pin_memory(), *(torch.cuda.Event() for _ in range(3))))
    turn = 0

    def frame():
        nonlocal turn
        host, into, graph, out, result, fed, made, taken = parts[turn % slots]
        if turn >= slots:
            taken.synchronize()
        turn += 1
        with torch.cuda.stream(up):
            into.copy_(host, non_blocking=True)
            fed.record(up)
        with torch.cuda.stream(work):
            work.wait_event(fed)
            graph.replay()
            made.record(work)
        with torch.cuda.stream(down):
            down.wait_event(made)
            result.copy_(out, non_blocking=True)
            taken.record(down)
    return frame


def main():
    print(f"PyTorch {torch.__version__}, cuDNN {torch.backends.cudnn.version()}\n")
    print("| case | way | frames a second | to PyTorch's better | processor ms a frame |\n" + "|---" * 5 + "|")
    with tempfile.TemporaryDirectory() as folder:
        files = {"x2": DATA / "x2.safetensors", "srvgg": DATA / "realesr-animevideov3.pth", "rrdb23": pathlib.Path(folder) / "rrdb23.pth"}
        save_rrdb(files["rrdb23"])
        for case in sys.argv[2:] or CASES:
            name, width, height = CASES[case]
            if not files[name].exists():
                print(f"| {case} | no {files[name].name} | | | |")
                continue
            element = f"enhancegan device=cuda precision=fp16 model={files[name]}"
            net = load(name, files[name]).to(CUDA, HALF, memory_format=torch.channels_last)
            ways = {"host RGB": lambda: Pipeline("host", "RGB", width, height, element),
                    "host I420": lambda: Pipeline("host", "I420", width, height, element),
                    "CUDA NV12": lambda: Pipeline("cuda", "NV12", width, height, element),
                    "host RGB, bf16": lambda: Pipeline("host", "RGB", width, height, element.replace("fp16", "bf16")),
                    "host RGB, fp32": lambda: Pipeline("host", "RGB", width, height, element.replace("fp16", "fp32")),
                    "identity": lambda: Pipeline("host", "RGB", width, height, "identity"),
                    "eager": lambda: InTurn(eager(net, width, height)),
                    "graph": lambda: InTurn(graph_with_copies(net, width, height)),
                    "compiled": lambda: InTurn(eager(torch.compile(net), width, height))}
            runs = {}
            for way, start in ways.items():
                try:
                    runs[way] = start()
                except Exception as error:
                    print(f"| {case} | {way} | {type(error).__name__}: {str(error).splitlines()[0][:80]} | | |")
            turns = {way: [] for way in runs}
            for _ in range(ROUNDS):
                for way, run in runs.items():
                    turns[way].append(run.turn())
            for run in runs.values():
                run.end()
            rate = {way: statistics.median(turn[0] for turn in each) for way, each in turns.items()}
            processor = {way: statistics.median(turn[1] for turn in each) for way, each in turns.items()}
            best = max(rate.get("eager", 0), rate.get("graph", 0))
            for way in rate:
                cost = processor[way] - processor.get("identity", 0)
                print(f"| {case} | {way} | {rate[way]:.1f} | {rate[way] / best if best else float('nan'):.2f} | "
                      f"{'' if cost != cost or way == 'identity' else f'{cost:.2f}'} |", flush=True)
            del net, runs
            torch.cuda.empty_cache()


main()
