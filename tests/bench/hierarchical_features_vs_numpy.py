#!/usr/bin/python3
"""Trials of hierarchical_features beside the same work in NumPy and SciPy, on one core, in one run:
`hierarchical_features_vs_numpy.py [path of the driver] [--rounds 3]`.

Whole trial at d = 32 against plain NumPy (features as a matrix, its weighted Gram matrix, a full eigendecomposition). The
matrix-free first layer at d = 60, n = 10 D against SciPy's eigsh with a LinearOperator of two products of matrices, to the
same tolerance: time per product and in all. Both sides take turns and processor time is counted, so that a busy machine
slows them alike. The numbers are of one law, not the same."""

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
import scipy.sparse.linalg

import comparison


def strengths(hidden, gamma):
    z = np.where(np.arange(hidden) % 2 == 0, 1.0, -1.0) * np.arange(1, hidden + 1) ** -gamma
    return z / np.sqrt((z**2).sum())


def features(x):
    """Degree-2 Hermite features, packed."""
    i, j = np.triu_indices(x.shape[1])
    f = x[:, i] * x[:, j]
    diagonal = i == j
    f[:, diagonal] = (f[:, diagonal] - 1) / np.sqrt(2)
    return f


def clipped(y, level=2.0):
    r = y - y.mean()
    t = r.std() * np.clip(r / r.std(), -level, level)
    return t - t.mean()


def fitted_error(h, y, scalar):
    """Second layer on one fold (h, y), readout and test on two others: pairs of (features, labels)."""
    hs, ys = h[0], y[0] - y[0].mean()
    b = (hs.T * ys) @ hs / (np.sqrt(2) * len(ys))
    fit, test = scalar(h[1], b), scalar(h[2], b)
    t = (fit - fit.mean()) / fit.std()
    basis = np.stack([np.ones_like(t), t], axis=1)
    w = np.linalg.lstsq(basis, y[1], rcond=None)[0]
    s = (test - fit.mean()) / fit.std()
    return ((w[0] + w[1] * s - y[2]) ** 2).mean() / y[2].var()


def numpy_trial(rng, d, n_ratio, gamma=0.8):
    dim = d * (d + 1) // 2
    hidden = int(np.sqrt(d))
    n = n_ratio * dim
    lam = strengths(hidden, gamma)
    a, _ = np.linalg.qr(rng.standard_normal((dim, hidden)))
    f, y = [], []
    for rows in (n, n // 2, 4000, 4000):
        f.append(features(rng.standard_normal((rows, d))))
        y.append(((f[-1] @ a) ** 2 - 1) @ lam / np.sqrt(2))
    t = clipped(y[0])
    m = (f[0].T * t) @ f[0] / (np.sqrt(2) * n)
    m -= np.trace(m) / dim * np.eye(dim)
    values, vectors = np.linalg.eigh(m)
    v = vectors[:, np.argsort(-np.abs(values))[:hidden]]

    def scalar(h, b):
        return ((h @ b * h).sum(axis=1) - np.trace(b)) / np.sqrt(2)

    nmse = fitted_error([g @ v for g in f[1:]], y[1:], scalar)
    oracle = fitted_error([g @ a for g in f[1:]], y[1:], scalar)
    q = np.linalg.qr(f[3] @ a)[0].T @ np.linalg.qr(f[3] @ v)[0]
    return nmse, oracle, ((v.T @ a) ** 2).sum(axis=0), (q**2).sum() / hidden


class Products:
    """The first layer's matrix as SciPy sees it."""

    def __init__(self, x, t):
        self.x, self.t, self.count = x, t, 0
        d = x.shape[1]
        self.i, self.j = np.triu_indices(d)
        self.root = np.where(self.i == self.j, 1 / np.sqrt(2), 1.0)
        self.half = np.where(self.i == self.j, 1 / np.sqrt(2), 0.5)

    def __call__(self, a):
        self.count += 1
        d = self.x.shape[1]
        u = np.empty((d, d))
        u[self.i, self.j] = a.ravel() * self.half
        u[self.j, self.i] = a.ravel() * self.half
        w = self.t * (((self.x @ u) * self.x).sum(axis=1) - np.trace(u))
        s = self.x.T @ (w[:, None] * self.x)
        s[np.diag_indices(d)] -= w.sum()
        return self.root * s[self.i, self.j] / (np.sqrt(2) * len(self.t))


class Driver:
    """Processor seconds of a trial: those of a run of several less those of a run of one."""

    def __init__(self, path):
        self.path = path

    def run(self, trials, options):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "bench.h5")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([self.path, *options, "--trials", str(trials), "--theory", "none", "--output", output, "--quiet"],
                           check=True, stdin=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            with h5py.File(output) as file:
                products = file["eps_matvecs"][()].mean()
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, products

    def trial(self, options, more):
        one, _ = self.run(1, options)
        several, products = self.run(1 + more, options)
        return (several - one) / more, products


def seconds_of(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/hierarchical_features")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    driver = Driver(options.driver)
    rng = np.random.default_rng(1)

    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(driver.trial(["--d", "32", "--preprocess", "clip", "--n_ratio", "20"], 6)[0])
        theirs.append(seconds_of(lambda: numpy_trial(rng, 32, 20))[0])
    whole = np.median(theirs) / np.median(ours)
    comparison.row("hierarchical_features, whole trial, d = 32, n = 20 D", "plain NumPy", whole,
                   f"{np.median(ours) * 1e3:.0f} ms")

    d, hidden, extra = 60, 7, 8
    dim = d * (d + 1) // 2
    n = 10 * dim
    common = ["--d", str(d), "--d1", str(hidden), "--preprocess", "clip", "--n_ratio", "10", "--storage", "stored"]
    per_product, in_all, peer_product, peer_all, rate = [], [], [], [], []
    for _ in range(options.rounds):
        full, products = driver.trial([*common, "--max_matvecs", "5000"], 3)
        short, few = driver.trial([*common, "--max_matvecs", "31"], 3)
        per_product.append((full - short) / (products - few))
        in_all.append(per_product[-1] * products)
        x = rng.standard_normal((n, d))
        a, _ = np.linalg.qr(rng.standard_normal((dim, hidden)))
        h = features(x) @ a
        matrix = Products(x, clipped((h**2 - 1) @ strengths(hidden, 0.8) / np.sqrt(2)))
        operator = scipy.sparse.linalg.LinearOperator((dim, dim), matvec=matrix, dtype=float)
        wanted = hidden + extra
        spent, _ = seconds_of(lambda: scipy.sparse.linalg.eigsh(operator, wanted, which="LM", ncv=max(2 * wanted + 1, wanted + 20),
                                                                tol=1e-6))
        peer_product.append(spent / matrix.count)
        peer_all.append(spent)
        u = rng.standard_normal((1024, 1024))
        gemm, _ = seconds_of(lambda: [u @ u for _ in range(10)])
        rate.append(10 * 2 * 1024**3 / gemm)
    product = np.median(per_product)
    note = f"{product * 1e3:.2f} ms; {100 * 4 * n * dim / product / np.median(rate):.0f} % of the rate of dgemm at 1024"
    comparison.row("its product with the first layer, d = 60, n = 10 D", "two GEMMs in NumPy", np.median(peer_product) / product, note)
    comparison.row("its first layer, d = 60, n = 10 D", "SciPy eigsh", np.median(peer_all) / np.median(in_all),
                   f"{products:.0f} products here, {matrix.count} there")
    return 0 if whole >= 5 and np.median(peer_all) >= 3 * np.median(in_all) else 1


if __name__ == "__main__":
    sys.exit(main())
