#!/usr/bin/python3
"""Trials of hawkes_network beside the same work in plain NumPy, on one core, in one run:
`hawkes_network_vs_numpy.py [path of the driver] [--d 128] [--large 4000] [--rounds 3]`.

A whole trial (simulation, screening, least squares, decision) at --d; the screening alone at --large beside a correlation of
binned counts by sgemm/dgemm; the refinement beside scikit-learn's Lasso on binned counts. Both sides take turns and processor
time is counted, so that a busy machine slows them alike. The numbers are of one law, not the same."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import h5py
import numpy as np
from scipy.stats import norm

import comparison

S, ALPHA, MU, BETA = 2, 0.3, 0.4, 1.0
WIDTH, CLIP, LAGS, FALSE, MOST, LEVEL = 0.5, 2, 4, 5, 64, 0.05


def simulate(rng, d, horizon):
    """Parents, and the sorted times of each node."""
    parents = np.array([rng.choice(np.delete(np.arange(d), i), S, replace=False) for i in range(d)])
    children = [[] for _ in range(d)]
    for i in range(d):
        for j in parents[i]:
            children[j].append(i)
    degree = np.array([len(c) for c in children])
    offset = np.concatenate([[0], np.cumsum(degree)])
    flat = np.array([i for c in children for i in c])
    start = -79.0 - np.log(d / 64)
    count = rng.poisson(MU * (horizon - start), d)
    nodes = np.repeat(np.arange(d), count)
    times = rng.uniform(start, horizon, count.sum())
    all_nodes, all_times = [nodes], [times]
    while len(nodes):
        count = rng.poisson(ALPHA * degree[nodes])
        source = np.repeat(nodes, count)
        times = np.repeat(times, count) + rng.exponential(1 / BETA, count.sum())
        nodes = flat[offset[source] + (rng.random(len(source)) * degree[source]).astype(int)]
        kept = times < horizon
        nodes, times = nodes[kept], times[kept]
        all_nodes.append(nodes)
        all_times.append(times)
    nodes, times = np.concatenate(all_nodes), np.concatenate(all_times)
    kept = times >= 0
    nodes, times = nodes[kept], times[kept]
    order = np.lexsort((times, nodes))
    return parents, np.split(times[order], np.cumsum(np.bincount(nodes, minlength=d))[:-1])


def binned(streams, horizon):
    n = int(horizon / WIDTH + 1e-9)
    counts = np.empty((len(streams), n), np.float32)
    for i, times in enumerate(streams):
        bins = (times / WIDTH).astype(np.int64)
        counts[i] = np.minimum(np.bincount(bins[bins < n], minlength=n), CLIP)
    return counts


def correlate(counts):
    """All screening statistics: one matrix product a lag."""
    n = counts.shape[1]
    mean, deviation = counts.mean(1, dtype=np.float64), counts.std(1, dtype=np.float64)
    weights = np.exp(-WIDTH * np.arange(LAGS))
    total = 0
    for lag, weight in enumerate(weights, 1):
        total = total + weight * (counts[:, lag:] @ counts[:, :n - lag].T / (n - lag) - np.outer(mean, mean))
    return np.sqrt(n) * total / np.outer(deviation, deviation) / np.sqrt((weights**2).sum())


def filters(streams):
    """Filter of every node just behind each of its own events."""
    result = []
    for times in streams:
        decay = np.exp(-BETA * np.diff(times, prepend=0.0))
        values, value = np.empty(len(times)), 0.0
        for k, factor in enumerate(decay):
            value = value * factor + 1
            values[k] = value
        result.append(values)
    return result


def refine(streams, candidates, horizon):
    d = len(streams)
    after = filters(streams)
    at_end = np.array([a[-1] * np.exp(-BETA * (horizon - t[-1])) for a, t in zip(after, streams)])
    number = np.array([len(t) for t in streams])
    known = {}

    def at(j, k):  # filter of j at the events of k
        if (j, k) not in known:
            place = np.searchsorted(streams[j], streams[k], "left") - 1
            value = after[j][place] * np.exp(-BETA * np.maximum(0, streams[k] - streams[j][place]))
            value[place < 0] = 0
            known[j, k] = value
        return known[j, k]

    sums = {}

    def total(j, k):
        if (j, k) not in sums:
            sums[j, k] = at(j, k).sum()
        return sums[j, k]

    z_edge = norm.isf(LEVEL / (d * (d - 1)))
    network = []
    for i in range(d):
        features = np.sort(np.append(candidates[i], i))

        def solve(nodes, errors):
            m = len(nodes)
            gram, h = np.empty((m + 1, m + 1)), np.empty(m + 1)
            gram[0, 0], h[0] = horizon, number[i]
            gram[0, 1:] = gram[1:, 0] = number[nodes] - at_end[nodes]
            for a, j in enumerate(nodes):
                h[a + 1] = BETA * total(j, i)
                for b, k in enumerate(nodes[:a + 1]):
                    value = BETA / 2 * (total(j, k) + total(k, j) + (j == k) * number[j] - at_end[j] * at_end[k])
                    gram[a + 1, b + 1] = gram[b + 1, a + 1] = value
            inverse = np.linalg.inv(gram)
            theta = inverse @ h
            if not errors:
                return theta, None
            x = np.vstack([np.ones(number[i])] + [BETA * at(j, i) for j in nodes])
            return theta, theta / np.sqrt(((inverse @ x) ** 2).sum(1))

        theta, z = solve(features, True)
        found = [j for j, score in zip(features, z[1:]) if j != i and score > z_edge]
        weights, _ = solve(np.sort(np.append(found, i)).astype(int), False)
        network.append((found, weights))
    return network


def screen(counts):
    d = len(counts)
    r = correlate(counts)
    np.fill_diagonal(r, -np.inf)
    level = norm.isf(min(0.5, FALSE / (d - 1)))
    return [np.argsort(-row)[:MOST][np.sort(-row)[:MOST] < -level] for row in r]


def numpy_trial(rng, d, horizon):
    parents, streams = simulate(rng, d, horizon)
    network = refine(streams, screen(binned(streams, horizon)), horizon)
    return sum(len(set(found) ^ set(row)) for (found, _), row in zip(network, parents))


def lasso_on_bins(streams, candidates, horizon):
    """scikit-learn on the weighted past of the candidates, each row with a penalty that keeps about as many edges."""
    from sklearn.linear_model import Lasso
    counts = binned(streams, horizon)
    n = counts.shape[1]
    weights = np.exp(-WIDTH * np.arange(LAGS))
    past = np.zeros_like(counts)
    for lag, weight in enumerate(weights, 1):
        past[:, lag:] += weight * counts[:, :n - lag]
    for i in range(len(streams)):
        features = np.append(candidates[i], i)
        Lasso(alpha=0.01).fit(past[features, LAGS:].T, counts[i, LAGS:])


class Driver:
    """Processor seconds of a trial: those of a run of several less those of a run of one."""

    def __init__(self, path):
        self.path = path

    def run(self, trials, options):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "bench.h5")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([self.path, *options, "--trials", str(trials), "--output", output, "--quiet"],
                           check=True, stdin=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            with h5py.File(output) as file:
                exact = file["exact_recovery"][()].mean()
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, exact

    def trial(self, options, more):
        one, _ = self.run(1, options)
        several, exact = self.run(1 + more, options)
        return (several - one) / more, exact


def seconds_of(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/hawkes_network")
    parser.add_argument("--d", type=int, default=128)
    parser.add_argument("--c_time", type=float, default=300)
    parser.add_argument("--large", type=int, default=4000)
    parser.add_argument("--large_c_time", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--parts", default="trial,screening,refinement")
    options = parser.parse_args()
    driver = Driver(options.driver)
    rng = np.random.default_rng(1)
    horizon = options.c_time * np.log(options.d)
    common = ["--d", str(options.d), "--c_time", str(options.c_time)]

    if "trial" in options.parts:
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(driver.trial(common, more=20)[0])
            theirs.append(seconds_of(lambda: numpy_trial(rng, options.d, horizon))[0])
        a, b = np.median(ours), np.median(theirs)
        comparison.row(f"a trial, d = {options.d}, c_time = {options.c_time:g}", "NumPy", b / a,
                       f"{1000 * a:.1f} ms and {1000 * b:.0f} ms")

    if "refinement" in options.parts:
        # The whole trial less one that stops behind the screening (no candidate passes).
        ours, theirs = [], []
        _, streams = simulate(rng, options.d, horizon)
        candidates = screen(binned(streams, horizon))
        for _ in range(options.rounds):
            whole = driver.trial(common, more=20)[0]
            without = driver.trial([*common, "--max_candidates", "1", "--screen_fp", "1e-9"], more=20)[0]
            ours.append(whole - without)
            theirs.append(seconds_of(lambda: lasso_on_bins(streams, candidates, horizon))[0])
        a, b = np.median(ours), np.median(theirs)
        comparison.row(f"refinement, d = {options.d}, c_time = {options.c_time:g}", "scikit-learn Lasso on bins", b / a,
                       f"{1000 * a:.1f} ms and {1000 * b:.0f} ms")

    if "screening" in options.parts:
        horizon = options.large_c_time * np.log(options.large)
        common = ["--d", str(options.large), "--c_time", str(options.large_c_time), "--screen_fp", "1e-9", "--max_candidates", "1"]
        ours, theirs = [], []
        counts = np.minimum(rng.poisson(WIDTH, (options.large, int(horizon / WIDTH))), CLIP).astype(np.float64)
        for _ in range(options.rounds):
            screened = driver.trial(common, more=1)[0]
            ours.append(screened)
            theirs.append(seconds_of(lambda: correlate(counts))[0])
        a, b = np.median(ours), np.median(theirs)
        comparison.row(f"simulation and screening, d = {options.large}, c_time = {options.large_c_time:g}",
                       "NumPy, dgemm of binned counts", b / a, f"{a:.2f} s and {b:.2f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
