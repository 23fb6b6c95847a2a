# SPDX-License-Identifier: LGPL-2.1-or-later
"""Reads a compact network from our safetensors and writes it as ONNX, without packages for either."""
import json
import struct
from types import SimpleNamespace

import numpy as np


def read_compact(path):
    """layers: weight, bias, and slope of the PReLU after it or None; scale."""
    with open(path, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
        data = file.read()
    options = json.loads(header.pop("__metadata__")["gan.options"])
    if options.get("activation", "prelu") != "prelu":
        raise SystemExit(f"{path}: activation {options['activation']}, only prelu is known here")

    def tensor(name):
        entry = header[name]
        begin, end = entry["data_offsets"]
        return np.frombuffer(data[begin:end], np.float32).reshape(entry["shape"])

    layers = []
    for i in range(options["convs"] + 2):
        slope = f"body.{2 * i + 1}.weight"
        layers.append(SimpleNamespace(weight=tensor(f"body.{2 * i}.weight"), bias=tensor(f"body.{2 * i}.bias"),
                                      slope=tensor(slope) if slope in header else None))
    return SimpleNamespace(layers=layers, scale=options["scale"])


def _varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number, value):
    """A field of protobuf: whole numbers, text or bytes (messages too)."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    value = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(value)) + value


def _tensor(name, array):
    kind = {"float32": 1, "int64": 7}[array.dtype.name]
    return b"".join(_field(1, n) for n in array.shape) + _field(2, kind) + _field(8, name) + _field(9, array.tobytes())


def _attribute(name, value):
    if isinstance(value, str):
        return _field(1, name) + _field(4, value) + _field(20, 3)
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, 2)
    return _field(1, name) + b"".join(_field(8, n) for n in value) + _field(20, 7)


def _node(kind, inputs, output, **attributes):
    return (b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind) +
            b"".join(_field(5, _attribute(name, value)) for name, value in attributes.items()))


def _value(name):
    sides = _field(1, _field(1, 1)) + _field(1, _field(1, 3)) + _field(1, _field(2, name + "_h")) + _field(1, _field(2, name + "_w"))
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, sides)))


def write_onnx(checkpoint):
    """Bytes of a model from "input" to "output", both {1, 3, H, W} in [0, 1]."""
    nodes, tensors, last = [], [], "input"
    for i, layer in enumerate(checkpoint.layers):
        tensors += [_tensor(f"w{i}", layer.weight), _tensor(f"b{i}", layer.bias)]
        nodes.append(_node("Conv", [last, f"w{i}", f"b{i}"], f"c{i}", kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        last = f"c{i}"
        if layer.slope is not None:
            tensors.append(_tensor(f"s{i}", layer.slope.reshape(-1, 1, 1)))
            nodes.append(_node("PRelu", [last, f"s{i}"], f"a{i}"))
            last = f"a{i}"
    scale = checkpoint.scale
    tensors.append(_tensor("scales", np.array([1, 1, scale, scale], np.float32)))
    nodes += [_node("DepthToSpace", [last], "detail", blocksize=scale, mode="CRD"),
              _node("Resize", ["input", "", "scales"], "large", mode="nearest",
                    coordinate_transformation_mode="asymmetric", nearest_mode="floor"),
              _node("Add", ["detail", "large"], "output")]
    graph = (b"".join(_field(1, node) for node in nodes) + _field(2, "compact") +
             b"".join(_field(5, tensor) for tensor in tensors) + _field(11, _value("input")) + _field(12, _value("output")))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 17))
