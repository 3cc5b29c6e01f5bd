#!/usr/bin/python3
"""Trials of reward_single_index beside the same work in NumPy, PyTorch, SciPy and scikit-learn, on one core, in one run:
`reward_single_index_vs_peers.py [path of the driver] [--rounds 3] [--large] [--only NAME]`.

Online descent at d = 10 000, 32 neurons, 64 rows a step, generation included. Thirteen temperatures of moment1 and sir in
one pass against one run for each. The spectral first stage against eigsh with a LinearOperator, with the rows drawn and without
(--large: d = 5000, n = 100 000, two gigabytes a side). Weighted ridge regression of a million rows with 64 features, which
the driver also draws, against Ridge.fit on given ones. Sides take turns and processor time is counted, so that a busy machine
slows them alike. The numbers are of one law, not the same. PyTorch and scikit-learn are left out where they are missing."""

import argparse
import os
import subprocess
import sys
import tempfile
import time
import tracemalloc

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import scipy.sparse.linalg

import comparison


# A fork starts with its parent's memory: this one is small, and tells what its child took.
SPAWN = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdin=subprocess.DEVNULL)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, 1024 * usage.ru_maxrss)
"""


class Driver:
    """Runs; `peak` is the resident memory of the last one in bytes."""

    def __init__(self, path):
        self.path = path
        self.peak = 0

    def run(self, *options):
        """Processor seconds."""
        with tempfile.TemporaryDirectory() as folder:
            told = subprocess.run([sys.executable, "-c", SPAWN, self.path, *map(str, options), "--theory", "none", "--quiet",
                                   "--output", os.path.join(folder, "bench.h5")], check=True, stdout=subprocess.PIPE, text=True)
        seconds, peak = told.stdout.split()[-2:]
        self.peak = int(peak)
        return float(seconds)


def seconds_of(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def wave(z):
    return (np.exp(0.5) * np.sin(z) - np.exp(2) / 2 * np.sin(2 * z)) / 2.09065064


def numpy_online(d, neurons, batch, steps):
    rng = np.random.default_rng(1)
    theta = rng.standard_normal(d)
    theta /= np.linalg.norm(theta)
    w = rng.standard_normal((neurons, d))
    w /= np.linalg.norm(w, axis=1)[:, None]
    bias, sign = rng.uniform(-1, 1, neurons), np.where(np.arange(neurons) % 2 == 0, 1.0, -1.0)
    for _ in range(steps):
        x = rng.standard_normal((batch, d))
        y = wave(x @ theta) + 0.1 * rng.standard_normal(batch)
        t = y * np.exp((y - 2.5) / 0.7)
        u = x @ w.T
        s = t[:, None] * sign * (u + bias > 0)
        w += 0.3 / d * (s.T @ x - (s * u).sum(axis=0)[:, None] * w)
        w /= np.linalg.norm(w, axis=1)[:, None]


def torch_online(torch, real, d, neurons, batch, steps):
    torch.set_num_threads(1)
    theta = torch.randn(d, dtype=real)
    theta /= theta.norm()
    w = torch.randn(neurons, d, dtype=real)
    w /= w.norm(dim=1, keepdim=True)
    bias, sign = torch.rand(neurons, dtype=real) * 2 - 1, 1 - 2.0 * (torch.arange(neurons) % 2)
    with torch.no_grad():
        for _ in range(steps):
            x = torch.randn(batch, d, dtype=real)
            z = x @ theta
            y = (np.exp(0.5) * torch.sin(z) - np.exp(2) / 2 * torch.sin(2 * z)) / 2.09065064 + 0.1 * torch.randn(batch, dtype=real)
            t = y * torch.exp((y - 2.5) / 0.7)
            u = x @ w.T
            s = t[:, None] * sign * (u + bias > 0)
            w += 0.3 / d * (s.T @ x - (s * u).sum(dim=0)[:, None] * w)
            w /= w.norm(dim=1, keepdim=True)


def optional(name):
    try:
        return __import__(name)
    except ImportError:
        return None


def compare_online(driver, rounds):
    d, neurons, batch, steps = 10_000, 32, 64, 60
    torch = optional("torch")
    common = ["--d", d, "--n_neurons", neurons, "--batch", batch, "--n2", 0, "--trials", 1]
    ours = {"double": [], "single": []}
    peers = {"plain NumPy": ("double", lambda: numpy_online(d, neurons, batch, steps))}
    if torch:
        for precision, real in (("double", torch.float64), ("single", torch.float32)):
            peers[f"PyTorch {torch.__version__}, {precision} precision"] = (
                precision, lambda real=real: torch_online(torch, real, d, neurons, batch, steps))
    theirs = {peer: [] for peer in peers}
    for _ in range(rounds):
        for precision, seconds in ours.items():
            long, short = (driver.run(*common, "--precision", precision, "--n1", batch * count) for count in (11 * steps, steps))
            seconds.append((long - short) / (10 * steps * batch))
        for peer, (_, work) in peers.items():
            theirs[peer].append(seconds_of(work) / (steps * batch))
    for peer, (precision, _) in peers.items():
        seconds = np.median(ours[precision])
        comparison.row(f"reward_single_index, online, d = 10 000, 32 neurons, {precision} precision", peer,
                       np.median(theirs[peer]) / seconds, f"{1 / seconds:.0f} rows/s")


def compare_pass(driver, rounds):
    betas = [0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1, 1.5, 2, 3, 5, 10, "inf"]
    common = ["--d", 2000, "--n1", 20_000, "--n2", 0, "--trials", 3, "--stage1", "moment1,sir", "--storage", "stream"]
    ours, single = [], []
    for _ in range(rounds):
        ours.append(driver.run(*common, "--beta1", ",".join(map(str, betas))))
        single.append(sum(driver.run(*common, "--beta1", beta) for beta in betas))
    comparison.row("reward_single_index, moment1 and sir at 13 temperatures", "a pass for each",
                   np.median(single) / np.median(ours), f"{np.median(ours):.2f} s")


def numpy_rows(d, n, real):
    """Rows and the transformed labels of wave4, divided by their number."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((n, d), dtype=real)
    z = x[:, 0].astype(float)
    y = (np.cos(z) * np.exp(0.5) - np.exp(2) / 4 * np.cos(2 * z) - 0.75) / 0.898 + 0.1 * rng.standard_normal(n)
    return x, (y * np.exp(y / 0.7) / n).astype(real)


def compare_spectral(driver, rounds, d, n, reals):
    """Eigenpairs alone are a trial without what moment1 needs of it: the rows, their labels, a pass over them. The end
    with the wider gap is asked of eigsh as both ends."""
    for precision, real in reals:
        common = ["--d", d, "--n1", n, "--link", "wave4", "--n2", 0, "--precision", precision, "--storage", "stored", "--trials", 1,
                  "--eig_tol", 1e-6]
        options = {"largest": ["LA"], "auto": ["LA", "SA"]}
        trials, alone, theirs = ({end: [] for end in options} for _ in range(3))
        drawing = []
        for _ in range(rounds):
            rows = driver.run(*common, "--stage1", "moment1")
            for end in options:
                trials[end].append(driver.run(*common, "--stage1", "spectral", "--spectral_end", end))
                alone[end].append(trials[end][-1] - rows)
            start = time.process_time()
            x, t = numpy_rows(d, n, real)
            drawing.append(time.process_time() - start)
            product = scipy.sparse.linalg.LinearOperator((d, d), dtype=real, matvec=lambda v: x.T @ (t * (x @ v.ravel())))
            for end, ends in options.items():
                theirs[end].append(seconds_of(lambda: [scipy.sparse.linalg.eigsh(product, k=2, which=which, tol=1e-6) for which in ends]))
            del x, product
        for end, ends in options.items():
            peer = f"SciPy eigsh, {' and '.join(ends)}, {np.dtype(real).name}"
            what = f"reward_single_index, spectral, d = {d}, n = {n}, {end}, {precision} precision"
            comparison.row(f"{what}, eigenpairs alone", f"{peer}, alone", np.median(theirs[end]) / np.median(alone[end]),
                           f"{np.median(alone[end]):.2f} s")
            comparison.row(f"{what}, rows drawn", f"{peer}, on rows that NumPy draws",
                           (np.median(theirs[end]) + np.median(drawing)) / np.median(trials[end]), f"{np.median(trials[end]):.2f} s")


def compare_ridge(driver, rounds):
    sklearn = optional("sklearn.linear_model")
    if not sklearn:
        return
    n, neurons = 1_000_000, 64
    rng = np.random.default_rng(1)
    z = rng.standard_normal(n)
    signs = np.where(np.arange(neurons) % 2 == 0, 1.0, -1.0)
    features = np.maximum(z[:, None] * signs + np.linspace(-3, 3, neurons), 0)
    y = wave(z) + 0.3 * rng.standard_normal(n)
    weights = np.exp(y / 0.7)
    weights /= weights.sum()
    common = ["--d", 50, "--stage1", "oracle", "--n_neurons", neurons, "--weighting", "label", "--trials", 1]
    fit = lambda: sklearn.linear_model.Ridge(alpha=1e-3).fit(features, y, sample_weight=weights)
    ours, theirs = [], []
    for _ in range(rounds):
        small = driver.run(*common, "--n2", 1000)
        ours.append(driver.run(*common, "--n2", n) - small)
        theirs.append(seconds_of(fit))
    tracemalloc.start()
    fit()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    comparison.row("reward_single_index, weighted ridge, a million rows, 64 features, drawn", "scikit-learn on given rows",
                   np.median(theirs) / np.median(ours), f"{np.median(ours):.2f} s")
    print(f"peak memory: the whole driver {driver.peak / 2**20:.0f} MiB, scikit-learn's fit {peak / 2**20:.0f} MiB beside the "
          f"{features.nbytes / 2**20:.0f} MiB of its rows")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/reward_single_index")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--only", choices=["online", "pass", "spectral", "ridge"])
    options = parser.parse_args()
    driver = Driver(options.driver)
    single, double = ("single", np.float32), ("double", np.float64)
    spectral = (5000, 100_000, [single]) if options.large else (2000, 40_000, [single, double])
    comparisons = {"online": compare_online, "pass": compare_pass,
                   "spectral": lambda *about: compare_spectral(*about, *spectral), "ridge": compare_ridge}
    for name, compare in comparisons.items():
        if options.only in (None, name):
            compare(driver, options.rounds)


if __name__ == "__main__":
    main()
