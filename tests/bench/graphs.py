# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks as lists of operations on numbered values, of which 0 is the picture, with random
weights; written as safetensors with official names, as ONNX and for ncnn, and run by PyTorch."""
import json
import struct

import numpy as np

from onnx_file import onnx_graph, onnx_node, onnx_tensor


class Graph:
    def __init__(self, scale):
        self.scale, self.ops, self.weights = scale, [], {}
        self.random = np.random.default_rng(1)

    def op(self, kind, *inputs, **settings):
        self.ops.append((kind, inputs, settings))
        return len(self.ops)

    def conv(self, name, x, channels_in, channels_out):
        deviation = np.sqrt(1 / (9 * channels_in))
        self.weights[name + ".weight"] = self.random.normal(0, deviation, (channels_out, channels_in, 3, 3)).astype(np.float32)
        self.weights[name + ".bias"] = self.random.normal(0, 0.02, channels_out).astype(np.float32)
        return self.op("conv", x, name=name)

    def prelu(self, name, x, channels):
        self.weights[name + ".weight"] = self.random.uniform(0, 0.4, channels).astype(np.float32)
        return self.op("prelu", x, name=name)

    def leaky(self, x):
        return self.op("leaky", x, slope=0.2)

    def save(self, path):
        header, data = {}, b""
        for name, weight in self.weights.items():
            header[name] = {"dtype": "F32", "shape": list(weight.shape), "data_offsets": [len(data), len(data) + weight.nbytes]}
            data += weight.tobytes()
        text = json.dumps(header).encode()
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)


def compact_of(path):
    """With the weights of a safetensors file of ours."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = file.read()
    options = json.loads(header.pop("__metadata__")["gan.options"])
    if options.get("activation", "prelu") != "prelu":
        raise SystemExit(f"{path}: activation {options['activation']}, only prelu is known here")
    graph = compact(options["features"], options["convs"], options["scale"])
    for name in graph.weights:
        begin, end = header[name]["data_offsets"]
        graph.weights[name] = np.frombuffer(data[begin:end], np.float32).reshape(header[name]["shape"])
    return graph


def compact(features, convs, scale):
    graph, x = Graph(scale), 0
    for i in range(convs + 1):
        x = graph.conv(f"body.{2 * i}", x, features if i else 3, features)
        x = graph.prelu(f"body.{2 * i + 1}", x, features)
    x = graph.conv(f"body.{2 * convs + 2}", x, features, 3 * scale * scale)
    x = graph.op("shuffle", x, scale=scale)
    graph.op("add", x, graph.op("nearest", 0, scale=scale), scale=1)
    return graph


def rrdbnet(blocks, features=64, growth=32):
    graph = Graph(4)
    head = x = graph.conv("conv_first", 0, 3, features)
    for block in range(blocks):
        outer = x
        for dense in range(1, 4):
            values = [x]
            for k in range(1, 6):
                joined = graph.op("concat", *values) if k > 1 else x
                y = graph.conv(f"body.{block}.rdb{dense}.conv{k}", joined, features + (k - 1) * growth, growth if k < 5 else features)
                values.append(graph.leaky(y) if k < 5 else y)
            x = graph.op("add", values[5], x, scale=0.2)
        x = graph.op("add", x, outer, scale=0.2)
    x = graph.op("add", graph.conv("conv_body", x, features, features), head, scale=1)
    for up in (1, 2):
        x = graph.leaky(graph.conv(f"conv_up{up}", graph.op("nearest", x, scale=2), features, features))
    x = graph.leaky(graph.conv("conv_hr", x, features, features))
    graph.conv("conv_last", x, features, 3)
    return graph


def write_onnx(graph):
    """Bytes of a model from "input" to "output", both {1, 3, H, W} in [0, 1]."""
    nodes = []
    tensors = [onnx_tensor(name, weight.reshape(-1, 1, 1) if name.endswith(".weight") and weight.ndim == 1 else weight)
               for name, weight in graph.weights.items()]
    for i, (kind, inputs, settings) in enumerate(graph.ops, 1):
        names = [f"v{value}" if value else "input" for value in inputs]
        out = f"v{i}" if i < len(graph.ops) else "output"
        if kind == "conv":
            nodes.append(onnx_node("Conv", [*names, settings["name"] + ".weight", settings["name"] + ".bias"], out, kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        elif kind == "prelu":
            nodes.append(onnx_node("PRelu", [*names, settings["name"] + ".weight"], out))
        elif kind == "leaky":
            nodes.append(onnx_node("LeakyRelu", names, out, alpha=settings["slope"]))
        elif kind == "concat":
            nodes.append(onnx_node("Concat", names, out, axis=1))
        elif kind == "shuffle":
            nodes.append(onnx_node("DepthToSpace", names, out, blocksize=settings["scale"], mode="CRD"))
        elif kind == "nearest":
            tensors.append(onnx_tensor(f"scales{i}", np.array([1, 1, settings["scale"], settings["scale"]], np.float32)))
            nodes.append(onnx_node("Resize", [*names, "", f"scales{i}"], out, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor"))
        elif settings["scale"] == 1:
            nodes.append(onnx_node("Add", names, out))
        else:
            tensors.append(onnx_tensor(f"factor{i}", np.array(settings["scale"], np.float32)))
            nodes.append(onnx_node("Mul", [names[0], f"factor{i}"], f"{out}_scaled"))
            nodes.append(onnx_node("Add", [f"{out}_scaled", names[1]], out))
    return onnx_graph(nodes, tensors)


def write_ncnn(graph, param, weights):
    """Files for ncnn, from blob "input" to "output"."""
    lines, blobs, uses = ["Input input 0 1 input"], 1, {}
    for _, inputs, _ in graph.ops:
        for value in inputs:
            uses[value] = uses.get(value, 0) + 1
    taken = {}

    def split(value, name):
        nonlocal blobs
        if uses.get(value, 0) > 1:
            parts = [f"{name}_{k}" for k in range(uses[value])]
            lines.append(f"Split split_{name} 1 {len(parts)} {name} {' '.join(parts)}")
            blobs += len(parts)
            taken[value] = parts

    def used(value):
        name = f"v{value}" if value else "input"
        return taken[value].pop(0) if value in taken else name

    split(0, "input")
    with open(weights, "wb") as data:
        for i, (kind, inputs, settings) in enumerate(graph.ops, 1):
            out = f"v{i}" if i < len(graph.ops) else "output"
            names = [used(value) for value in inputs]
            if kind == "conv":
                weight = graph.weights[settings["name"] + ".weight"]
                line = ("Convolution", f"0={weight.shape[0]} 1=3 4=1 5=1 6={weight.size}")
                data.write(struct.pack("<I", 0) + weight.tobytes() + graph.weights[settings["name"] + ".bias"].tobytes())
            elif kind == "prelu":
                slopes = graph.weights[settings["name"] + ".weight"]
                line = ("PReLU", f"0={slopes.size}")
                data.write(slopes.tobytes())
            elif kind == "add" and settings["scale"] != 1:
                lines.append(f"BinaryOp scaled_{out} 1 1 {names[0]} {out}_scaled 0=2 1=1 2={settings['scale']}")
                blobs += 1
                names[0] = f"{out}_scaled"
                line = ("BinaryOp", "0=0")
            else:
                line = {"leaky": lambda: ("ReLU", f"0={settings['slope']}"), "concat": lambda: ("Concat", "0=0"),
                        "shuffle": lambda: ("PixelShuffle", f"0={settings['scale']}"),
                        "nearest": lambda: ("Interp", f"0=1 1={settings['scale']}.0 2={settings['scale']}.0"),
                        "add": lambda: ("BinaryOp", "0=0")}[kind]()
            lines.append(f"{line[0]} op{i} {len(names)} 1 {' '.join(names)} {out} {line[1]}")
            blobs += 1
            split(i, out)
    with open(param, "w") as file:
        file.write("7767517\n" + f"{len(lines)} {blobs}\n" + "\n".join(lines) + "\n")


def torch_function(graph, kind):
    """{1, 3, H, W} -> the result, by PyTorch, channels last."""
    import torch
    from torch.nn import functional

    weights = {name: torch.from_numpy(weight.copy()).to(kind) for name, weight in graph.weights.items()}
    weights = {name: weight.contiguous(memory_format=torch.channels_last) if weight.ndim == 4 else weight for name, weight in weights.items()}

    def run(x):
        values = [x]
        for op, inputs, settings in graph.ops:
            given = [values[value] for value in inputs]
            if op == "conv":
                y = functional.conv2d(given[0], weights[settings["name"] + ".weight"], weights[settings["name"] + ".bias"], padding=1)
            elif op == "prelu":
                y = functional.prelu(given[0], weights[settings["name"] + ".weight"])
            elif op == "leaky":
                y = functional.leaky_relu(given[0], settings["slope"], inplace=True)
            elif op == "concat":
                y = torch.cat(given, 1)
            elif op == "shuffle":
                y = functional.pixel_shuffle(given[0], settings["scale"])
            elif op == "nearest":
                y = functional.interpolate(given[0], scale_factor=settings["scale"], mode="nearest")
            else:
                y = torch.add(given[1], given[0], alpha=settings["scale"])
            values.append(y)
        return values[-1]

    return run
