#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What many processes would give: a model of a data-parallel step, from four measured numbers.

    tests/bench/scale.py --step 0.5 --bytes 67e6 --latency 30e-6 --bandwidth 1.2e9

--step: seconds of a step of one process (gan-train's log); --bytes: of all gradients of a step
(4 a parameter, of every network that learns); --latency and --bandwidth: of a message between two
processes, in seconds and bytes a second (build/tests/bench/meetings). All-reduces go round in a ring,
as Gloo's: 2 (N - 1) messages, 2 (N - 1) / N of the bytes over every link. Nothing of it is hidden
behind the backward pass, as in gan-train.

weak: every process keeps its batch, the whole grows with N. strong: the batch stays and is divided;
--fixed is the share of a step that does not shrink with its samples.
"""
import argparse


def all_reduce(n, size, a):
    """Seconds until n processes have the sum of `size` bytes."""
    return 0 if n == 1 else 2 * (n - 1) * a.latency + 2 * (n - 1) / n * size / a.bandwidth


def meetings(n, a):
    """Seconds of a step in which processes meet: gradients in buckets, and a few numbers."""
    buckets = max(1, round(a.bytes / a.bucket))
    return (buckets * all_reduce(n, a.bytes / buckets, a) + a.small * all_reduce(n, 64, a)) / a.every


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--step', type=float, required=True)
    parser.add_argument('--bytes', type=float, required=True)
    parser.add_argument('--latency', type=float, required=True)
    parser.add_argument('--bandwidth', type=float, required=True)
    parser.add_argument('--fixed', type=float, default=0.05, help='share of a step (0.05)')
    parser.add_argument('--bucket', type=float, default=16e6, help='bytes reduced at a time (16e6)')
    parser.add_argument('--small', type=int, default=2,
                        help='other meetings a step: 2, and with batch norm 4 a layer and pass')
    parser.add_argument('--every', type=int, default=1, help='steps between two meetings (local steps; not offered)')
    parser.add_argument('--to', type=int, default=1024, help='processes (1024)')
    a = parser.parse_args()
    print(f'{"processes":>9} {"meetings, s":>12} {"weak":>6} {"speed":>8} {"strong":>7} {"speed":>8}')
    best = worth = 1
    n = 1
    while n <= a.to:
        met = meetings(n, a)
        weak = a.step / (a.step + met)
        step = a.step * (a.fixed + (1 - a.fixed) / n) + met
        print(f'{n:>9} {met:>12.4f} {weak:>6.1%} {n * weak:>8.1f} {a.step / step / n:>7.1%} {a.step / step:>8.1f}')
        if a.step / step > best:
            best, at = a.step / step, n
        if weak >= 0.5:
            worth = n
        n *= 2
    print(f'weak scaling keeps half of every process up to {worth} processes')
    print(f'a step of the same batch is shortest with {at if best > 1 else 1} processes: {best:.1f} times as fast')


if __name__ == '__main__':
    main()
