#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
# Writes numpy_randn.json: RandomState(seed).randn(101) for seeds of all sizes, from numpy itself.
# The legacy generator is frozen, so every version of numpy gives these numbers.
import json
import numpy

seeds = [0, 1, 2, 42, 1234, 65536, 20261121, 2**31, 2**32 - 1]
with open("numpy_randn.json", "w") as file:
    lines = [f' "{seed}": {json.dumps(numpy.random.RandomState(seed).randn(101).tolist())}' for seed in seeds]
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
print("numpy", numpy.__version__)
