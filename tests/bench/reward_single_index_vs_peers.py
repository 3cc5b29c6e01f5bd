#!/usr/bin/python3
"""Trials of reward_single_index beside the same work in NumPy, PyTorch, SciPy and scikit-learn, on one core, in one run:
`reward_single_index_vs_peers.py [path of the driver] [--rounds 3] [--large]`.

Online descent at d = 10 000, 32 neurons, 64 rows a step, generation included. Thirteen temperatures of moment1 and sir in
one pass against one run for each. The spectral first stage against eigsh with a LinearOperator on rows that are given (--large: d =
5000, n = 100 000, two gigabytes on each side). Weighted ridge regression of a million rows with 64 features, which
the driver also draws, against Ridge.fit on given ones. Sides take turns and processor time is counted, so that a busy machine
slows them alike. The numbers are of one law, not the same. PyTorch and scikit-learn are left out where they are missing."""

import argparse
import os
import resource
import subprocess
import tempfile
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import scipy.sparse.linalg

import comparison


class Driver:
    """Processor seconds of a run."""

    def __init__(self, path):
        self.path = path

    def run(self, *options):
        with tempfile.TemporaryDirectory() as folder:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([self.path, *map(str, options), "--theory", "none", "--quiet", "--output",
                            os.path.join(folder, "bench.h5")], check=True, stdin=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


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


def compare_spectral(driver, rounds, d, n, reals):
    """Eigenpairs alone are a trial without what moment1 needs of it: the rows, their labels, a pass over them."""
    numbers = np.random.default_rng(1)
    for precision, real in reals:
        x = numbers.standard_normal((n, d), dtype=real)
        y = np.cos(x[:, 0].astype(float)) * np.exp(0.5) - np.exp(2) / 4 * np.cos(2 * x[:, 0].astype(float))
        t = ((y - 0.75) / 0.898 * np.exp((y - 0.75) / 0.898 / 0.7)).astype(real)
        product = scipy.sparse.linalg.LinearOperator((d, d), dtype=real, matvec=lambda v: x.T @ (t * (x @ v.ravel())) / n)
        common = ["--d", d, "--n1", n, "--link", "wave4", "--n2", 0, "--precision", precision, "--storage", "stored", "--trials", 1,
                  "--eig_tol", 1e-6]
        for end, ends in (("largest", ["LA"]), ("auto", ["LA", "SA"])):
            trials, alone, theirs = [], [], []
            for _ in range(rounds):
                trials.append(driver.run(*common, "--stage1", "spectral", "--spectral_end", end))
                alone.append(trials[-1] - driver.run(*common, "--stage1", "moment1"))
                theirs.append(seconds_of(lambda: [scipy.sparse.linalg.eigsh(product, k=2, which=which, tol=1e-6) for which in ends]))
            for what, seconds in (("eigenpairs alone", alone), ("whole trial", trials)):
                comparison.row(f"reward_single_index, spectral, d = {d}, n = {n}, {end}, {precision} precision, {what}",
                               f"SciPy eigsh alone, {' and '.join(ends)}, {np.dtype(real).name}", np.median(theirs) / np.median(seconds),
                               f"{np.median(seconds):.2f} s")


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
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(driver.run(*common, "--n2", n) - driver.run(*common, "--n2", 1000))
        theirs.append(seconds_of(lambda: sklearn.linear_model.Ridge(alpha=1e-3).fit(features, y, sample_weight=weights)))
    comparison.row("reward_single_index, weighted ridge, a million rows, 64 features, drawn", "scikit-learn on given rows",
                   np.median(theirs) / np.median(ours), f"{np.median(ours):.2f} s")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/reward_single_index")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    driver = Driver(options.driver)
    compare_online(driver, options.rounds)
    compare_pass(driver, options.rounds)
    single, double = ("single", np.float32), ("double", np.float64)
    if options.large:
        compare_spectral(driver, options.rounds, 5000, 100_000, [single])
    else:
        compare_spectral(driver, options.rounds, 2000, 40_000, [single, double])
    compare_ridge(driver, options.rounds)


if __name__ == "__main__":
    main()
