# SPDX-License-Identifier: LGPL-2.1-or-later
"""Writes ONNX without its package."""
import struct


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


def onnx_tensor(name, array):
    kind = {"float32": 1, "int64": 7}[array.dtype.name]
    return b"".join(_field(1, n) for n in array.shape) + _field(2, kind) + _field(8, name) + _field(9, array.tobytes())


def _attribute(name, value):
    if isinstance(value, str):
        return _field(1, name) + _field(4, value) + _field(20, 3)
    if isinstance(value, int):
        return _field(1, name) + _field(3, value) + _field(20, 2)
    if isinstance(value, float):
        return _field(1, name) + _varint(2 << 3 | 5) + struct.pack("<f", value) + _field(20, 1)
    return _field(1, name) + b"".join(_field(8, n) for n in value) + _field(20, 7)


def onnx_node(kind, inputs, output, **attributes):
    return (b"".join(_field(1, name) for name in inputs) + _field(2, output) + _field(4, kind) +
            b"".join(_field(5, _attribute(name, value)) for name, value in attributes.items()))


def _value(name):
    sides = _field(1, _field(1, 1)) + _field(1, _field(1, 3)) + _field(1, _field(2, name + "_h")) + _field(1, _field(2, name + "_w"))
    return _field(1, name) + _field(2, _field(1, _field(1, 1) + _field(2, sides)))


def onnx_graph(nodes, tensors):
    """Bytes of a model from "input" to "output"."""
    graph = (b"".join(_field(1, node) for node in nodes) + _field(2, "network") +
             b"".join(_field(5, tensor) for tensor in tensors) + _field(11, _value("input")) + _field(12, _value("output")))
    return _field(1, 8) + _field(7, graph) + _field(8, _field(1, "") + _field(2, 17))
