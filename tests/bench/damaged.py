#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What networks make of damaged material, beside plain bicubic resampling: a table of gains.

    [DAMAGES="clean,crf 30"] damaged.py SCALE OUT MODEL SOURCE [SOURCE ...]

Of each SOURCE (a video, or a photograph) frames 0 to 23 are the truth. They are made SCALE times smaller
by ffmpeg's antialiased bicubic filter (1: they stay), then damaged:

    clean      not at all
    noise N    Gaussian noise of sigma N on R, G and B, rounded to 8 bits
    crf N      x264, preset medium
    mpeg2 N    MPEG-2, quantiser N
    jpeg N     every frame a JPEG, ffmpeg's quality N
    blur N     a Gaussian of sigma N

gan-enhance enlarges them again by MODEL and plainly (strength=0), gan-measure compares. Prints, a row a
damage, the mean gain over bicubic in PSNR-Y and SSIM-Y, the smallest gain of any source, and the ratio
of flicker. Values of every source are left in OUT/values.csv; what OUT has is not made again.
Run with the folder of the commands in PATH (see pipelines/setup.sh). Wants ffmpeg and numpy."""
import csv
import json
import os
import subprocess
import sys

import numpy as np

DAMAGES = os.environ.get("DAMAGES", "clean,noise 4,noise 10,crf 23,crf 30,crf 38,mpeg2 8,jpeg 6,blur 1").split(",")
FRAMES = 24


def ffmpeg(*words, **kwargs):
    return subprocess.run(["ffmpeg", "-v", "error", "-y", *map(str, words)], check=True, **kwargs)


def probe(path):
    """Width, height, frames a second as ffmpeg writes it."""
    out = subprocess.run(["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
                          "stream=width,height,r_frame_rate", "-of", "csv=p=0", path],
                         capture_output=True, text=True, check=True)
    width, height, rate = out.stdout.strip().split(",")[:3]
    return int(width), int(height), rate


def make_truth(source, scale, path):
    side = 4 * scale
    width, height = (min(s, most) // side * side for s, most in zip(probe(source)[:2], (1280, 720)))
    ffmpeg("-i", source, "-map", "0:v:0", "-frames:v", FRAMES, "-vf", f"crop={width}:{height},format=yuv420p",
           "-c:v", "ffv1", path)


def add_noise(path, sigma, to):
    width, height, rate = probe(path)
    raw = ffmpeg("-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-", stdout=subprocess.PIPE).stdout
    frames = np.frombuffer(raw, np.uint8).astype(np.float32)
    noisy = np.random.default_rng(1).normal(frames, sigma).round().clip(0, 255).astype(np.uint8)
    ffmpeg("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "-", "-c:v", "ffv1",
           "-pix_fmt", "bgr0", to, input=noisy.tobytes())


def make_damaged(truth, scale, damage, path):
    small = path + ".small.mkv"
    smaller = f"scale=iw/{scale}:ih/{scale}:flags=bicubic+accurate_rnd+full_chroma_int" if scale > 1 else "null"
    ffmpeg("-i", truth, "-vf", smaller, "-c:v", "ffv1", small)
    kind, *amount = damage.split()
    if kind == "noise":
        add_noise(small, float(amount[0]), path)
    else:
        how = {"clean": ["-c:v", "ffv1"], "crf": ["-c:v", "libx264", "-preset", "medium", "-crf"],
               "mpeg2": ["-c:v", "mpeg2video", "-q:v"], "jpeg": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p", "-q:v"],
               "blur": ["-c:v", "ffv1", "-vf"]}[kind]
        if kind == "blur":
            amount = [f"gblur=sigma={amount[0]}"]
        ffmpeg("-i", small, *how, *amount, path)
    os.remove(small)


def enhance(path, to, model, properties=()):
    words = ["gan-enhance", path, to, "--model", model, "--codec", "ffv1", "--overwrite"]
    subprocess.run(words + (["--", *properties] if properties else []), check=True, capture_output=True)


def measure(truth, results):
    """{result: its values}"""
    out = subprocess.run(["gan-measure", truth, *results, "--json"], check=True, capture_output=True, text=True)
    events = [json.loads(line) for line in out.stdout.splitlines()]
    return {e["processed"]: e for e in events if e["event"] == "measured"}


def main():
    if len(sys.argv) < 5:
        sys.exit(__doc__)
    scale, out, model, sources = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    os.makedirs(out, exist_ok=True)
    rows = []
    for source in sources:
        name = f"{out}/{os.path.splitext(os.path.basename(source))[0]}"
        truth = f"{name}.truth.mkv"
        if not os.path.exists(truth):
            make_truth(source, scale, truth)
        for damage in DAMAGES:
            stem = f"{name}.{damage.replace(' ', '')}"
            damaged, plain, result = (f"{stem}{end}.mkv" for end in ("", ".plain", ".result"))
            if not os.path.exists(damaged):
                make_damaged(truth, scale, damage, damaged)
            if not os.path.exists(plain):
                enhance(damaged, plain, model, ["strength=0"])
            enhance(damaged, result, model)
            values = measure(truth, [plain, result])
            rows.append({"damage": damage, "source": os.path.basename(source),
                         "frames": values[result]["frames"]} |
                        {f"{way}_{key}": values[path][f"{key}-y"] for key in ("psnr", "ssim", "flicker")
                         for way, path in (("plain", plain), ("network", result))})
    with open(f"{out}/values.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    print(f"{model}, x{scale}, {len(sources)} sources\n")
    print("| damage | bicubic, PSNR-Y dB | network | gain | least gain | SSIM-Y gain | least | flicker, of bicubic's |")
    print("|---|---|---|---|---|---|---|---|")
    for damage in DAMAGES:
        of = [row for row in rows if row["damage"] == damage]
        mean = lambda key: np.mean([row[key] for row in of])
        gains = {key: [row[f"network_{key}"] - row[f"plain_{key}"] for row in of] for key in ("psnr", "ssim")}
        moving = [row["network_flicker"] / row["plain_flicker"] for row in of if row["frames"] > 1]
        flicker = f"{np.mean(moving):.2f}" if moving else ""
        print(f"| {damage} | {mean('plain_psnr'):.2f} | {mean('network_psnr'):.2f} | {np.mean(gains['psnr']):+.2f} | "
              f"{min(gains['psnr']):+.2f} | {np.mean(gains['ssim']):+.4f} | {min(gains['ssim']):+.4f} | {flicker} |")


main()
