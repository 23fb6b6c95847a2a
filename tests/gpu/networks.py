# SPDX-License-Identifier: LGPL-2.1-or-later
"""Networks of enhancegan in PyTorch, for bench.py: load(name, file) gives one with the file's weights."""
import json
import struct

import torch
from torch import nn
from torch.nn import functional as F


class Compact(nn.Module):
    """SRVGGNetCompact."""

    def __init__(self, features, convs, scale):
        super().__init__()
        layers = []
        for i in range(convs + 1):
            layers += [nn.Conv2d(features if i else 3, features, 3, padding=1), nn.PReLU(features)]
        self.body = nn.Sequential(*layers, nn.Conv2d(features, 3 * scale * scale, 3, padding=1))
        self.scale = scale

    def forward(self, picture):
        return F.pixel_shuffle(self.body(picture), self.scale) + F.interpolate(picture, scale_factor=self.scale)


class DenseBlock(nn.Module):
    def __init__(self, features, growth):
        super().__init__()
        for i in range(5):
            out = growth if i < 4 else features
            setattr(self, f"conv{i + 1}", nn.Conv2d(features + i * growth, out, 3, padding=1))

    def forward(self, x):
        seen = [x]
        for i in range(4):
            seen.append(F.leaky_relu(getattr(self, f"conv{i + 1}")(torch.cat(seen, 1)), 0.2, inplace=True))
        return x + 0.2 * self.conv5(torch.cat(seen, 1))


class Rrdb(nn.Module):
    def __init__(self, features, growth):
        super().__init__()
        for i in range(3):
            setattr(self, f"rdb{i + 1}", DenseBlock(features, growth))

    def forward(self, x):
        return x + 0.2 * self.rdb3(self.rdb2(self.rdb1(x)))


class RrdbNet(nn.Module):
    """RRDBNet of Real-ESRGAN at scale 4, under its names."""

    def __init__(self, blocks=23, features=64, growth=32):
        super().__init__()
        self.body = nn.Sequential(*(Rrdb(features, growth) for _ in range(blocks)))
        for name, channels in {"first": 3, "body": features, "up1": features, "up2": features, "hr": features}.items():
            setattr(self, "conv_" + name, nn.Conv2d(channels, features, 3, padding=1))
        self.conv_last = nn.Conv2d(features, 3, 3, padding=1)
        self.scale = 4

    def forward(self, picture):
        x = self.conv_first(picture)
        x = x + self.conv_body(self.body(x))
        for conv in (self.conv_up1, self.conv_up2):
            x = F.leaky_relu(conv(F.interpolate(x, scale_factor=2)), 0.2, inplace=True)
        return self.conv_last(F.leaky_relu(self.conv_hr(x), 0.2, inplace=True))


def save_rrdb(path):
    """Random weights: what a frame costs depends on no weight."""
    torch.manual_seed(1)
    net = RrdbNet()
    for block in net.modules():
        if isinstance(block, DenseBlock):
            for weight in block.parameters():
                weight.data.mul_(0.5)
    torch.save({"params_ema": net.state_dict()}, path)


def read_safetensors(path):
    kinds = {"F32": torch.float32, "F16": torch.float16}
    with open(path, "rb") as file:
        head = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        body = bytearray(file.read())
    return {name: torch.frombuffer(body[slice(*entry["data_offsets"])], dtype=kinds[entry["dtype"]]).reshape(entry["shape"]).float()
            for name, entry in head.items() if name != "__metadata__"}


def load(name, path):
    if str(path).endswith(".safetensors"):
        state = read_safetensors(path)
    else:
        file = torch.load(path, map_location="cpu", weights_only=True)
        state = file.get("params_ema", file.get("params"))
    if name == "rrdb23":
        net = RrdbNet()
    else:
        convs = [state[key] for key in sorted((key for key in state if state[key].dim() == 4), key=lambda key: int(key.split(".")[1]))]
        net = Compact(convs[0].shape[0], len(convs) - 2, round((convs[-1].shape[0] / 3) ** 0.5))
    net.load_state_dict(state)
    return net.eval()
