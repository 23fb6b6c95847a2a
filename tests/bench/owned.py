# SPDX-License-Identifier: LGPL-2.1-or-later
"""A row of a table for each model. Run by owned.sh.

    owned.py BUILD FRAME PICTURES FRAMES MODEL ...
"""
import os
import pathlib
import re
import subprocess
import sys

BUILD, FRAME, PICTURES, FRAMES = sys.argv[1:5]


def shown(model):
    """What gan-train show prints, by name."""
    said = subprocess.run([f"{BUILD}/training/gan-train", "show", model], check=True, capture_output=True, text=True)
    return {line[:12].strip(): line[13:] for line in said.stdout.splitlines()}


def processor_time(model, frames):
    """Seconds of processors' time, and the most memory in MB, that a pipeline of so many frames takes."""
    pipeline = f"videotestsrc num-buffers={frames} ! video/x-raw,format=RGB,width=320,height=180 ! enhancegan threads=1 model={model} ! fakesink"
    process = subprocess.Popen(["gst-launch-1.0", "-q"] + pipeline.split())
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, pipeline
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def launch(pipeline):
    return subprocess.run(["gst-launch-1.0", "-m"] + pipeline.split(), check=True, capture_output=True, text=True).stdout


def tiled(model):
    """PSNR of tiles of 64 to the whole frame."""
    said = launch(f"filesrc location={FRAME} ! decodebin ! videoconvert ! video/x-raw,format=RGBA64_LE ! tee name=t "
                  f"t. ! queue ! enhancegan precision=fp32 model={model} ! m.ref_sink "
                  f"t. ! queue ! enhancegan precision=fp32 model={model} tile-size=64 ! m.dist_sink "
                  "psnrmeter name=m ssim=false ! fakesink")
    last = next(line for line in said.splitlines() if "final=(boolean)true" in line)
    psnr = float(re.search(r" psnr=\(double\)([-0-9.infe]+)", last)[1])
    return "identical" if psnr == float("inf") else f"{psnr:.1f} dB"


print("| model | network | parameters | scale | GMAC | frames a second, one core | by | peak memory, MB | in tiles |\n" + "|---" * 9 + "|")
for model in sys.argv[5:]:
    name = pathlib.Path(model).stem
    facts = shown(model)
    start, memory = processor_time(model, 1)
    seconds = (processor_time(model, 1 + int(FRAMES))[0] - start) / int(FRAMES)
    launch(f"filesrc location={FRAME} ! decodebin ! videoconvert ! video/x-raw,format=RGB ! enhancegan model={model} ! "
           f"pngenc ! filesink location={PICTURES}/{name}.png")
    gmac = float(facts["cost"].split()[0]) / 4  # of a quarter of 640x360
    print(f"| `{name}` | {facts['network'].split(':')[0]} | {int(facts['parameters']) / 1e6:.2f} M | {facts['scale']} | {gmac:.3g} "
          f"| {1 / seconds:.2g} | {facts['speed'].split(' by ')[1]} | {memory:.0f} | {tiled(model)} |", flush=True)
