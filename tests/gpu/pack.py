#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Packs a build for a machine that has an NVIDIA GPU, Python and PyTorch, and nothing else that the project
needs: no GStreamer, no OpenCV, no network.

    pack.py OUT [DATA]

Builds against the PyTorch named by TORCH (2.11.0, for Python PYTHON, 3.12), whose wheels pip downloads (4 GB),
in OUT/work, and leaves in OUT/kit what travels: programs with the shared libraries that the other machine
lacks, the scripts beside this file, and of DATA (the folder of the tests' data) the official weights. There:

    bash kit/check.sh      # the tests of the GPU, and pictures beside those of the CPU; 2 minutes
    bash kit/bench.sh      # frames a second and processor time beside PyTorch; 3 minutes
"""
import glob
import lzma
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tarfile

TORCH, PYTHON = os.environ.get("TORCH", "2.11.0"), os.environ.get("PYTHON_VERSION", "3.12")
HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent
DEBIAN = pathlib.Path("/usr/lib/x86_64-linux-gnu")
LIBRARIES = ["gst-plugin/libgstgan.so", "gst-plugin/libgstgancuda.so", "models/libganmodels.so", "models/libgantorch.so"]
PROGRAMS = ["training/gan-train", "tests/models_test", "tests/gst_plugin_test", "tests/training_test", "tests/gpu/pipeline_rate"]
PLUGINS = "coreelements videotestsrc videoconvertscale app png typefindfunctions rawparse nvcodec".split()
# What PyTorch and every system bring.
THERE = re.compile(r"(libc|libm|libdl|librt|libpthread|libresolv|libutil|ld-linux-x86-64|libstdc\+\+|libgcc_s|libgomp|"
                   r"libcuda|libnv.*|libtorch.*|libc10.*|libgan.*|libgstgan.*)\.so")
# Large ones that are named but never called: their symbols are enough.
STUBBED = re.compile(r"(libgdal|libgdcm|libOpenEXR|liblapack|libblas|libopencv_videoio|libarmadillo|libgphoto|libdc1394|"
                     r"libdw|libunwind|libselinux|libmount)\b")


def run(*words):
    subprocess.run(list(map(str, words)), check=True)


def output(*words):
    return subprocess.run(list(map(str, words)), capture_output=True, text=True).stdout


def fetch_torch(site, wheels):
    if (site / "torch/lib/libtorch_cuda.so").exists():
        return
    platforms = [f"manylinux_2_{n}_x86_64" for n in range(39, 4, -1)] + ["manylinux2014_x86_64"]
    run(sys.executable, "-m", "pip", "download", "-q", "--only-binary=:all:", "--python-version", PYTHON,
        "--implementation", "cp", *(word for name in platforms for word in ("--platform", name)),
        "-d", wheels, "torch==" + TORCH)
    for wheel in [*wheels.glob("torch-*.whl"), *wheels.glob("nvidia*.whl")]:
        run(sys.executable, "-m", "zipfile", "-e", wheel, site)
        wheel.unlink()


def build(folder, site):
    if not (folder / "build.ninja").exists():
        run("meson", "setup", folder, SOURCE, "-Dgpu=enabled", f"-Dlibtorch={site}/torch", "-Dgst_cuda=enabled",
            "-Dtests=enabled", "-Dtraining=enabled", "-Dbenchmarks=disabled")
    run("ninja", "-C", folder, *LIBRARIES, *PROGRAMS)


def needed(path):
    return re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-d", path))


def find(name):
    for folder in (DEBIAN, DEBIAN / "lapack", DEBIAN / "blas"):
        if (folder / name).exists():
            return (folder / name).resolve()
    found = re.search(rf"{re.escape(name)} .*=> (\S+)", output("ldconfig", "-p"))
    assert found, f"{name}: not on this machine"
    return pathlib.Path(found[1]).resolve()


def symbols(path):
    """Names, with versions, that a library wants and that it defines."""
    wanted, defined = set(), set()
    for line in output("readelf", "-W", "--dyn-syms", path).splitlines():
        words = line.split()
        if len(words) < 8 or not words[0].rstrip(":").isdigit():
            continue
        if words[6] != "UND":
            defined.add(words[7].split("@")[0])
        elif words[4] != "WEAK":
            wanted.add(words[7])
    return wanted, defined


def copy(source, target):
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(source, target)
    target.chmod(0o755)
    run("strip", "--strip-unneeded", target)


def collect(bundle, folder, site):
    shutil.rmtree(bundle, ignore_errors=True)
    files = {"lib/" + os.path.basename(name): folder / name for name in LIBRARIES[1:]}
    files |= {"gst/libgstgan.so": folder / LIBRARIES[0]}
    files |= {"bin/" + os.path.basename(name): folder / name for name in PROGRAMS}
    files |= {f"bin/{name}": pathlib.Path("/usr/bin") / name for name in ("gst-launch-1.0", "gst-inspect-1.0")}
    for plugin in PLUGINS:
        path = DEBIAN / f"gstreamer-1.0/libgst{plugin}.so"
        if path.exists():
            files[f"gst/{path.name}"] = path
    for target, source in files.items():
        copy(source, bundle / target)
    libraries, stubs, users, left = {}, {}, [], list(files.values())
    while left:
        users.append(path := left.pop())
        for name in needed(path):
            if THERE.match(name) or name in libraries:
                continue
            if STUBBED.match(name):
                stubs.setdefault(name, set()).add(path)
            else:
                left.append(libraries.setdefault(name, find(name)))
    for name, path in libraries.items():
        copy(path, bundle / "lib" / name)
    make_stubs(bundle, stubs, users, list(libraries.values()) + [*site.glob("torch/lib/*.so*")])


def make_stubs(bundle, stubs, users, libraries):
    """Debian's OpenCV binds all symbols at once, so a stub must define each that nothing else does."""
    system = [find(name) for name in ("libc.so.6", "libm.so.6", "libstdc++.so.6", "libgcc_s.so.1", "libdl.so.2",
                                      "libpthread.so.0", "libresolv.so.2", "ld-linux-x86-64.so.2")]
    defined = set().union(*(symbols(path)[1] for path in users + libraries + system))
    homes = {name: {} for name in stubs}
    for path in users:
        version_of, library = {}, None
        for line in output("readelf", "-W", "-V", path).splitlines():
            if match := re.search(r"File: (\S+)", line):
                library = match[1]
            if (match := re.search(r"Name: (\S+) ", line)) and library:
                version_of.setdefault(match[1], set()).add(library)
        for name in symbols(path)[0]:
            base, version = name.split("@")[0], (re.search(r"@+(\S+)", name) or [None, None])[1]
            if base in defined:
                continue
            places = [stub for stub in stubs if version and stub in version_of.get(version, ())]
            for stub in places or [stub for stub in stubs if path in stubs[stub]][:1]:
                homes[stub][base] = version
    for name, wanted in homes.items():
        source = bundle / f"{name}.S"
        with source.open("w") as file:
            for base in wanted:
                data = base.startswith(("_ZTV", "_ZTI", "_ZTS"))
                file.write(f'.globl "{base}"\n' + (f'.data\n.type "{base}",@object\n.size "{base}",512\n.balign 16\n"{base}": .zero 512\n'
                                                  if data else f'.text\n.type "{base}",@function\n"{base}": xor %eax,%eax\nret\n'))
            file.write('.section .note.GNU-stack,"",@progbits\n')
        words = ["gcc", "-shared", "-nostdlib", "-o", bundle / "lib" / name, "-Wl,-soname," + name, source]
        versions = {version for version in wanted.values() if version}
        if versions:
            script = bundle / f"{name}.map"
            script.write_text("".join(
                version + " { global: " + " ".join(f'"{base}";' for base in wanted if wanted[base] == version) + " };\n"
                for version in versions))
            words.append(f"-Wl,--version-script={script}")
        run(*words)
        for rest in bundle.glob(f"{name}.*"):
            rest.unlink()


def pack(kit, bundle, data):
    kit.mkdir(parents=True, exist_ok=True)
    for script in [*HERE.glob("*.sh"), *HERE.glob("*.py")]:
        shutil.copy2(script, kit)
    (bundle / "data").mkdir(exist_ok=True)
    shutil.copy2(SOURCE / "models/builtin/x2.safetensors", bundle / "data")
    run("ffmpeg", "-v", "error", "-y", "-ss", 4, "-i", SOURCE / "pipelines/clips/nasa.mp4", "-frames:v", 1, bundle / "data/frame.png")
    for weights in glob.glob(f"{data}/weights/realesr-animevideov3.pth") if data else []:
        shutil.copy2(weights, bundle / "data")
    with lzma.open(kit / "bundle.tar.xz", "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        for part in sorted(bundle.iterdir()):
            tar.add(part, part.name)
    print(f"{kit}: {sum(path.stat().st_size for path in kit.iterdir()) / 2**20:.1f} MiB")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1]).resolve()
    work = out / "work"
    site, folder = work / "site", work / "build"
    site.mkdir(parents=True, exist_ok=True)
    fetch_torch(site, work / "wheels")
    build(folder, site)
    collect(work / "bundle", folder, site)
    pack(out / "kit", work / "bundle", sys.argv[2] if len(sys.argv) == 3 else None)


main()
