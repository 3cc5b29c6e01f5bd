#!/usr/bin/python3
"""entropy_coupling beside straightforward couplings in Python (NumPy and heapq), on the same laws in one run.

    tests/bench/entropy_coupling_vs_heapq.py build/release/bin/entropy_coupling [--sizes 10000,100000]

Prints seconds of both, their ratio, and whether the trajectories H(X|Y_1..Y_m) agree.
"""

import argparse
import heapq
import os
import subprocess
import tempfile
import time

import h5py
import numpy as np

import comparison

MASS_BITS = 52
TOTAL = 2.0**MASS_BITS


def quantise(p):
    running = np.cumsum(p)
    upto = np.rint(TOTAL * running / running[-1]).astype(np.int64)
    upto[-1] = 2**MASS_BITS
    return np.diff(upto, prepend=0).tolist()


def entropy(cells):
    """sum_j w_j log2(s / w_j) over all cells, in bits."""
    bits = 0.0
    for cell in cells:
        w = np.fromiter((mass for mass, _ in cell), float, len(cell))
        bits += float(np.sum(w * np.log2(w.sum() / w)))
    return bits / TOTAL


def water_filling(capacity, impure):
    ratio = np.sort(np.array(capacity) / impure)[::-1]
    tail = ratio.sum()
    for j in range(1, len(ratio) + 1):
        tail -= ratio[j - 1]
        level = (1 - tail) / j
        if j == len(ratio) or level >= ratio[j]:
            break
    return np.minimum(np.array(capacity) / impure, level).tolist()


def place_whole_atoms(cell, mass, fraction, capacity):
    atoms = [(-w, x) for w, x in cell]
    heapq.heapify(atoms)
    bins = [(-mass * f, y) for y, f in enumerate(fraction) if capacity[y] > 0]
    heapq.heapify(bins)
    subs = {}
    while atoms:
        w, x = heapq.heappop(atoms)
        w = -w
        need, y = heapq.heappop(bins)
        given = min(w, capacity[y])
        subs.setdefault(y, {})
        subs[y][x] = subs[y].get(x, 0) + given
        capacity[y] -= given
        if capacity[y] > 0:
            heapq.heappush(bins, (need + given, y))
        if given < w:
            heapq.heappush(atoms, (given - w, x))
    return subs


def place_in_proportion(cell, mass, fraction, capacity):
    order = sorted((y for y in range(len(capacity)) if capacity[y] > 0), key=lambda y: (-fraction[y], y))
    quota = []
    before = 0
    running = 0.0
    for y in order:
        running += fraction[y]
        upto = min(mass, round(mass * running))
        quota.append(min(upto - before, capacity[y]))
        before = upto
    missing = mass - sum(quota)
    for place, y in enumerate(order):
        more = min(missing, capacity[y] - quota[place])
        quota[place] += more
        missing -= more
    subs = {}
    place = 0
    for w, x in sorted(cell, key=lambda atom: (-atom[0], atom[1])):
        while w > 0:
            while quota[place] == 0:
                place += 1
            given = min(w, quota[place])
            y = order[place]
            subs.setdefault(y, {})[x] = given
            capacity[y] -= given
            quota[place] -= given
            w -= given
    return subs


def lightest(sub):
    return min(sub.items(), key=lambda item: (item[1], item[0]))


def separate(all_subs, capacity):
    heap = []
    for c, subs in enumerate(all_subs):
        for y, sub in subs.items():
            if len(sub) > 1:
                heap.append((-sum(sub.values()) / lightest(sub)[1], c, y))
    heapq.heapify(heap)
    while heap:
        _, c, y = heapq.heappop(heap)
        subs = all_subs[c]
        x, w = lightest(subs[y])
        best = -1
        for other, room in enumerate(capacity):
            if other == y or room == 0 or (other in subs and (len(subs[other]) > 1 or x not in subs[other])):
                continue
            if best < 0 or room > capacity[best]:
                best = other
        if best < 0:
            continue
        given = min(w, capacity[best])
        capacity[best] -= given
        capacity[y] += given
        subs.setdefault(best, {})
        subs[best][x] = subs[best].get(x, 0) + given
        subs[y][x] -= given
        if subs[y][x] == 0:
            del subs[y][x]
        if len(subs[y]) > 1:
            heapq.heappush(heap, (-sum(subs[y].values()) / lightest(subs[y])[1], c, y))


def split(cells, q, place, refresh):
    capacity = list(q)
    masses = [sum(w for w, _ in cell) for cell in cells]
    impure = left = sum(masses)
    since = 0
    fraction = water_filling(capacity, left)
    all_subs = [None] * len(cells)
    for c in sorted(range(len(cells)), key=lambda c: (-masses[c], c)):
        if since * refresh >= impure:
            fraction = water_filling(capacity, left)
            since = 0
        all_subs[c] = place(cells[c], masses[c], fraction, capacity)
        left -= masses[c]
        since += masses[c]
    if sum(capacity) > 0:
        separate(all_subs, capacity)
    return [
        [(w, x) for x, w in subs[y].items()] for subs in all_subs for y in sorted(subs) if len(subs[y]) > 1
    ]


def list_greedy(p, q, m, refresh=64):
    cells = [[(w, x) for x, w in enumerate(p)]]
    trajectory = [entropy(cells)]
    while cells and len(trajectory) <= m:
        candidates = [split(cells, q, place, refresh) for place in (place_whole_atoms, place_in_proportion)]
        bits = [entropy(candidate) for candidate in candidates]
        best = 0 if bits[0] <= bits[1] else 1
        cells = candidates[best]
        trajectory.append(bits[best])
    return trajectory


def joint_greedy(p, q, m):
    heaps = [[(-w, j) for j, w in enumerate(law)] for law in [p] + [q] * m]
    for heap in heaps:
        heapq.heapify(heap)
    cells = {}
    while heaps[0]:
        tops = [heapq.heappop(heap) for heap in heaps]
        given = min(-w for w, _ in tops)
        for heap, (w, j) in zip(heaps, tops):
            if -w > given:
                heapq.heappush(heap, (w + given, j))
        cells.setdefault(tuple(j for _, j in tops[1:]), []).append((given, tops[0][1]))
    return entropy(cell for cell in cells.values() if len(cell) > 1)


def run_driver(driver, folder, p, q, m, m_cap, estimator):
    source = os.path.join(folder, "laws.h5")
    output = os.path.join(folder, "result.h5")
    with h5py.File(source, "w") as file:
        file["p"] = np.array(p, float)
        file["q"] = np.array(q, float)
    subprocess.run(
        [driver, "--input", source, "--output", output, "--overwrite", "--quiet", "--trials", "1"]
        + ["--p_kind", "file", "--q_kind", "file", "--p_floor", "0", "--q_floor", "0"]
        + ["--estimator", estimator, "--m", str(m), "--m_cap", str(m_cap), "--artifacts", "first", "--artifact_names", "h_traj"],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    with h5py.File(output) as file:
        seconds = float(file["seconds"][0])
        bits = float(file["h_bits"][0])
        trajectory = file["artifacts/h_traj"][0] if "artifacts/h_traj" in file else []
    return seconds, bits, trajectory


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver")
    parser.add_argument("--sizes", default="10000,30000,100000")
    parser.add_argument("--bias", type=float, default=0.3)
    parser.add_argument("--m", type=int, default=32)
    arguments = parser.parse_args()
    rng = np.random.default_rng(1)
    print(f"Dirichlet(1) P, Bernoulli({arguments.bias}) observations, up to m = {arguments.m}, one core")
    with tempfile.TemporaryDirectory() as folder:
        for n in (int(float(size)) for size in arguments.sizes.split(",")):
            weights = rng.exponential(size=n)
            weights = np.maximum(weights / weights.sum(), 1e-6 / n)
            p = quantise(weights / weights.sum())
            q = quantise(np.array([1 - arguments.bias, arguments.bias]))

            start = time.perf_counter()
            expected = list_greedy(p, q, arguments.m)
            plain = time.perf_counter() - start
            seconds, _, got = run_driver(arguments.driver, folder, p, q, arguments.m, arguments.m, "list_greedy")
            gap = max(abs(a - b) for a, b in zip(expected, got)) if len(got) else float("nan")
            zero = len(expected) - 1 if expected[-1] == 0 else None
            note = f"largest difference {gap:.1e} bit, zero at m = {zero}"
            comparison.row(f"list_greedy, n = {n}, m = {arguments.m}", "NumPy + heapq", plain / seconds, note)

            start = time.perf_counter()
            expected = joint_greedy(p, q, arguments.m)
            plain = time.perf_counter() - start
            seconds, bits, _ = run_driver(arguments.driver, folder, p, q, arguments.m, arguments.m, "joint_mec")
            note = f"difference {abs(bits - expected):.1e} bit"
            comparison.row(f"joint_mec, n = {n}, m = {arguments.m}", "NumPy + heapq", plain / seconds, note)


if __name__ == "__main__":
    main()
