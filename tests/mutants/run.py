#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Applies each small wrong change of changes.txt alone to a copy of the project and runs the tests of
its room, the likeliest first, until one fails. A change that no test notices is a survivor.

    run.py SOURCE FOLDER [NAME ...]      all changes, or those named
    run.py SOURCE                        only says which changes no longer fit their files

FOLDER holds the copy, its build and results.txt, by which an interrupted run goes on; a change whose
text or whose sources have changed is tried anew. Ends with 1 when there are survivors.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import time

LIMIT = 1200  # seconds for a room's tests


def changes(path):
    """The blocks of changes.txt: name, file, old and new text, room, filter of the likeliest."""
    for block in path.read_text().split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if not lines:
            continue
        head, place, tests = lines[0], lines[1], lines[2]
        old = "\n".join(line[1:] for line in lines[3:] if line.startswith("-"))
        new = "\n".join(line[1:] for line in lines[3:] if line.startswith("+"))
        room, _, likely = tests.partition(" ")
        yield {"name": head, "file": place, "old": old, "new": new, "room": room, "likely": likely}


def tracked(source):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=source, check=True,
                            capture_output=True, text=True).stdout.splitlines()
    return [name for name in listed if (source / name).is_file()]


def copy_tree(source, tree):
    names = tracked(source)
    for name in names:
        target = tree / name
        if target.exists() and target.read_bytes() == (source / name).read_bytes():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target)
        target.touch()
    return hashlib.sha256(b"".join((source / n).read_bytes() for n in sorted(names)
                                   if n.endswith((".cc", ".h", ".build")))).hexdigest()


class Build:
    def __init__(self, tree, folder):
        self.tree, self.build = tree, folder / "build"
        if not (self.build / "build.ninja").exists():
            subprocess.run(["meson", "setup", self.build, tree, "-Dbenchmarks=disabled"], check=True,
                           stdout=subprocess.DEVNULL)

    def make(self, room):
        targets = [f"tests/{room.replace('-', '_')}_test"]
        targets += ["training/gan-train"] if room == "training" else []
        targets += ["gst-plugin/libgstgan.so", "models/libganmodels.so", "models/libgantorch.so"] if room == "gst-plugin" else []
        return subprocess.run(["ninja", "-C", self.build, *targets], capture_output=True, text=True)

    def passes(self, room, chosen):
        """None: in time; else whether the tests passed."""
        env = dict(os.environ, OMP_WAIT_POLICY="PASSIVE", BUILD_DIR=str(self.build),
                   GAN_TRAIN=str(self.build / "training/gan-train"),
                   GST_PLUGIN_PATH=str(self.build / "gst-plugin"),
                   GST_PRESET_PATH=str(self.tree / "gst-plugin/presets"),
                   GST_REGISTRY=str(self.build / "registry.bin"),
                   LD_LIBRARY_PATH=f"{self.build}/models:{self.build}/gst-plugin")
        command = [self.build / f"tests/{room.replace('-', '_')}_test",
                   f"--gtest_filter={chosen}-*RealData*:Gpu*:EnhanceGanTraining*:*KilledInside*",
                   "--gtest_fail_fast"]
        try:
            done = subprocess.run(command, env=env, cwd=self.build, capture_output=True, text=True,
                                  timeout=LIMIT)
        except subprocess.TimeoutExpired:
            return False  # a test that hangs has noticed
        if "0 tests ran" in done.stdout or "0 tests from" in done.stdout.split("\n")[-2:]:
            sys.exit(f"no test of {room} is called {chosen}")
        return done.returncode == 0


def fits(tree, change):
    path = tree / change["file"]
    return path.exists() and path.read_text().count(change["old"]) == 1


def verdict(build, change):
    path = build.tree / change["file"]
    if not fits(build.tree, change):
        return "stale: its text is not there once"
    text = path.read_text()
    path.write_text(text.replace(change["old"], change["new"]))
    try:
        made = build.make(change["room"])
        if made.returncode:
            return "stale: does not compile: " + next(
                (line for line in made.stdout.splitlines() if "error" in line), "?")
        for chosen in filter(None, [change["likely"], "*"]):
            if not build.passes(change["room"], chosen):
                return "noticed" + ("" if chosen != "*" else ", not by the likeliest tests")
        return "SURVIVED"
    finally:
        path.write_text(text)


def main():
    source = pathlib.Path(sys.argv[1]).resolve()
    if len(sys.argv) == 2:
        stale = [c for c in changes(source / "tests/mutants/changes.txt") if not fits(source, c)]
        for change in stale:
            print(f"{change['name']}: its text is not once in {change['file']}")
        return len(stale) > 0
    folder = pathlib.Path(sys.argv[2]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[3:])
    sources = copy_tree(source, folder / "tree")
    all_changes = [c for c in changes(source / "tests/mutants/changes.txt")
                   if not wanted or c["name"] in wanted]
    results_file = folder / "results.txt"
    results = dict(line.split("\t", 1) for line in results_file.read_text().splitlines()) \
        if results_file.exists() else {}
    build = Build(folder / "tree", folder)
    sound = set()
    for change in all_changes:
        key = hashlib.sha256((sources + repr(change)).encode()).hexdigest()[:16]
        if key not in results:
            if change["room"] not in sound:  # without a change the room passes
                made = build.make(change["room"])
                if made.returncode or not build.passes(change["room"], change["likely"] or "*"):
                    sys.exit(f"{change['room']}: fails without a change\n{made.stdout[-2000:]}")
                sound.add(change["room"])
            start = time.time()
            results[key] = f"{verdict(build, change)}\t{time.time() - start:.0f} s"
            with results_file.open("a") as file:
                file.write(f"{key}\t{results[key]}\n")
        change["verdict"] = results[key]
        print(f"{change['name']:44} {change['verdict']}", flush=True)
    noticed = sum(c["verdict"].startswith("noticed") for c in all_changes)
    print(f"{noticed} of {len(all_changes)} wrong changes were noticed")
    return noticed != len(all_changes)


if __name__ == "__main__":
    sys.exit(main())
