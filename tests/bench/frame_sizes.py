#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a pixel costs enhancegan in small and in large frames: a frame of each size in turn.

    frame_sizes.py ELEMENT_FRAMES [PROPERTY=VALUE ...]        such as build/tests/bench/element_frames threads=1

Prints, a row a size, the median of seven frames, the nanoseconds a pixel of the input, their ratio to those
of 640x360, and the most memory that the process held. Run with the elements in GST_PLUGIN_PATH."""
import statistics
import sys

from turns import Element

SIZES = [(320, 180), (640, 360), (1280, 720), (1920, 1080), (3840, 2160)]
ROUNDS = 7


def main():
    program, *properties = sys.argv[1:]
    elements = {size: Element(program, " ".join(properties), *size) for size in SIZES}
    times = {size: [] for size in SIZES}
    for _ in range(ROUNDS):
        for size, element in elements.items():
            times[size].append(element.frame())
    ns = {(w, h): 1e6 * statistics.median(times[w, h]) / (w * h) for w, h in SIZES}
    print("| size | kernel | ms | ns a pixel | of 640x360's | MiB |\n|---|---|---|---|---|---|")
    for (w, h), element in elements.items():
        print(f"| {w}x{h} | {element.kernel} | {statistics.median(times[w, h]):.1f} | {ns[w, h]:.1f} | "
              f"{ns[w, h] / ns[640, 360]:.2f} | {element.peak_mib():.0f} |")
        element.end()


main()
