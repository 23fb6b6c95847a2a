#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The loop of training_plain.cc in PyTorch: same networks, losses and sizes.

training_plain.py compact|esrgan|pix2pix STEPS [--fast]   prints steps a second, after 5 steps to warm up
--fast: bf16 by autocast and channels_last, PyTorch's own means of speed.
"""
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils import spectral_norm


class Compact(nn.Module):
    def __init__(self, width=64, convs=16, scale=2):
        super().__init__()
        layers = [nn.Conv2d(3, width, 3, padding=1), nn.PReLU(width)]
        for _ in range(convs):
            layers += [nn.Conv2d(width, width, 3, padding=1), nn.PReLU(width)]
        self.body = nn.Sequential(*layers, nn.Conv2d(width, 3 * scale * scale, 3, padding=1))
        self.scale = scale

    def forward(self, x):
        return F.pixel_shuffle(self.body(x), self.scale) + F.interpolate(x, scale_factor=self.scale)


class Dense(nn.Module):
    def __init__(self, width=64, growth=32):
        super().__init__()
        self.convs = nn.ModuleList(
            nn.Conv2d(width + i * growth, width if i == 4 else growth, 3, padding=1) for i in range(5))

    def forward(self, x):
        features = [x]
        for conv in self.convs[:4]:
            features.append(F.leaky_relu(conv(torch.cat(features, 1)), 0.2))
        return x + 0.2 * self.convs[4](torch.cat(features, 1))


class Rrdb(nn.Module):
    def __init__(self, blocks=6, width=64):
        super().__init__()
        conv = lambda i, o: nn.Conv2d(i, o, 3, padding=1)
        self.first = conv(3, width)
        self.blocks = nn.ModuleList(nn.Sequential(Dense(), Dense(), Dense()) for _ in range(blocks))
        self.body, self.up1, self.up2 = conv(width, width), conv(width, width), conv(width, width)
        self.hr, self.last = conv(width, width), conv(width, 3)

    def forward(self, x):
        first = x = self.first(x)
        for block in self.blocks:
            x = x + 0.2 * block(x)
        x = first + self.body(x)
        for up in (self.up1, self.up2):
            x = F.leaky_relu(up(F.interpolate(x, scale_factor=2)), 0.2)
        return self.last(F.leaky_relu(self.hr(x), 0.2))


class UnetJudge(nn.Module):
    def __init__(self, f=64):
        super().__init__()
        norm = lambda i, o, k, s: spectral_norm(nn.Conv2d(i, o, k, s, 1, bias=False))
        self.conv0 = nn.Conv2d(3, f, 3, padding=1)
        self.down = nn.ModuleList(norm(f << i, f << i + 1, 4, 2) for i in range(3))
        self.up = nn.ModuleList(norm(f << i + 1, f << i, 3, 1) for i in (2, 1, 0))
        self.out = nn.ModuleList(norm(f, f, 3, 1) for _ in range(2))
        self.last = nn.Conv2d(f, 1, 3, padding=1)

    def forward(self, x):
        levels = [F.leaky_relu(self.conv0(x), 0.2)]
        for conv in self.down:
            levels.append(F.leaky_relu(conv(levels[-1]), 0.2))
        x = levels.pop()
        for conv in self.up:
            x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
            x = F.leaky_relu(conv(x), 0.2) + levels.pop()
        for conv in self.out:
            x = F.leaky_relu(conv(x), 0.2)
        return self.last(x)


class UnetLevel(nn.Module):
    def __init__(self, outside, inside, within=None, dropout=False):
        super().__init__()
        middle = within is not None
        layers = [nn.LeakyReLU(0.2), nn.Conv2d(outside, inside, 4, 2, 1, bias=False)]
        layers += [nn.BatchNorm2d(inside), within] if middle else []
        layers += [nn.ReLU(), nn.ConvTranspose2d(inside * (1 + middle), outside, 4, 2, 1, bias=False),
                   nn.BatchNorm2d(outside)]
        self.layers = nn.Sequential(*layers, *([nn.Dropout(0.5)] if dropout else []))

    def forward(self, x):
        return torch.cat([x, self.layers(x)], 1)


def unet(f=64):
    level = UnetLevel(8 * f, 8 * f)
    for _ in range(3):
        level = UnetLevel(8 * f, 8 * f, level, dropout=True)
    for width in (4 * f, 2 * f, f):
        level = UnetLevel(width, 2 * width, level)
    return nn.Sequential(nn.Conv2d(3, f, 4, 2, 1, bias=False), level, nn.ReLU(),
                         nn.ConvTranspose2d(2 * f, 3, 4, 2, 1), nn.Tanh())


def patchgan(f=64):
    layers = [nn.Conv2d(6, f, 4, 2, 1), nn.LeakyReLU(0.2)]
    for i, stride in ((1, 2), (2, 2), (4, 1)):
        layers += [nn.Conv2d(i * f, 2 * i * f, 4, stride, 1, bias=False), nn.BatchNorm2d(2 * i * f),
                   nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Conv2d(8 * f, 1, 4, 1, 1))


def bce(logits, label):
    return F.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def compact_step(place, autocast):
    net = place(Compact())
    adam = torch.optim.Adam(net.parameters(), 2e-4)
    low, high = place(torch.rand(16, 3, 64, 64)), place(torch.rand(16, 3, 128, 128))

    def step():
        adam.zero_grad()
        with autocast():
            loss = F.l1_loss(net(low), high)
        loss.backward()
        adam.step()
    return step


def esrgan_step(place, autocast):
    g, d = place(Rrdb()), place(UnetJudge())
    adam_g, adam_d = torch.optim.Adam(g.parameters(), 2e-4), torch.optim.Adam(d.parameters(), 1e-4)
    low, high = place(torch.rand(4, 3, 32, 32)), place(torch.rand(4, 3, 128, 128))

    def step():
        d.requires_grad_(False)
        adam_g.zero_grad()
        with autocast():
            fake = g(low)
            real, judged = d(high).detach(), d(fake)
            loss = 1e-2 * F.l1_loss(fake, high) + 5e-3 * (
                bce(real - judged.mean(), 0) + bce(judged - real.mean(), 1)) / 2
        loss.backward()
        adam_g.step()
        d.requires_grad_(True)
        adam_d.zero_grad()
        with autocast():
            real, judged = d(high), d(fake.detach())
            loss = (bce(real - judged.mean(), 1) + bce(judged - real.mean(), 0)) / 2
        loss.backward()
        adam_d.step()
    return step


def pix2pix_step(place, autocast):
    g, d = place(unet()), place(patchgan())
    adam_g, adam_d = (torch.optim.Adam(n.parameters(), 2e-4, betas=(0.5, 0.999)) for n in (g, d))
    a, b = (place(torch.rand(1, 3, 256, 256) * 2 - 1) for _ in range(2))

    def step():
        adam_d.zero_grad()
        with autocast():
            fake = g(a)
            loss = (bce(d(torch.cat([a, b], 1)), 1) + bce(d(torch.cat([a, fake.detach()], 1)), 0)) / 2
        loss.backward()
        adam_d.step()
        d.requires_grad_(False)
        adam_g.zero_grad()
        with autocast():
            loss = bce(d(torch.cat([a, fake], 1)), 1) + 100 * F.l1_loss(fake, b)
        loss.backward()
        adam_g.step()
        d.requires_grad_(True)
    return step


def main():
    fast = "--fast" in sys.argv
    place = lambda x: x.to(memory_format=torch.channels_last) if fast else x
    autocast = lambda: torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast)
    step = {"compact": compact_step, "esrgan": esrgan_step, "pix2pix": pix2pix_step}[sys.argv[1]](place, autocast)
    for _ in range(5):
        step()
    start = time.perf_counter()
    for _ in range(int(sys.argv[2])):
        step()
    print(f"{int(sys.argv[2]) / (time.perf_counter() - start):.3f}")


main()
