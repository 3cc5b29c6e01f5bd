#!/usr/bin/python3
"""The block subspaces of group_matrix, which start with what the last iteration found, beside a whole singular value decomposition
(gesdd) in every iteration: `group_matrix_warm_subspaces.py [path of the driver] [--rows 4000] [--columns 1000] [--rank 20]`.

One matrix, drawn here and handed to the driver as the user's own, is completed by `global` with a fixed level, to the same tolerance on
both sides. Compared are the processor time of an iteration and the objective, which must agree to 1e-8. The iterations of the peer
that lead to the objective decompose Gram matrices, which takes less; gesdd is timed on the last iterate."""

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

import comparison
import group_matrix_vs_numpy as peer

TOLERANCE = 1e-8


def children_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def completed(driver, folder, fraction, iterations):
    """Processor time, iterations and objective of the driver on the matrix in the folder."""
    output = os.path.join(folder, f"{iterations}.h5")
    arguments = ["--input", os.path.join(folder, "matrix.h5"), "--method", "global", "--solver", "prox_avg", "--tuning", "fixed",
                 "--lambda_fraction", str(fraction), "--tol", str(TOLERANCE), "--max_iterations", str(iterations)]
    before = children_seconds()
    subprocess.run([driver, *arguments, "--trials", "1", "--output", output, "--quiet"], check=True, stdin=subprocess.DEVNULL)
    with h5py.File(output) as file:
        return (children_seconds() - before, *(file[name][()].ravel()[0] for name in ("iterations", "objective", "rank_mean")))


def gesdd_seconds(x, threshold, repeats):
    """Thresholding by a whole decomposition, and the sum of what is left of the singular values."""
    start = time.process_time()
    for _ in range(repeats):
        u, values, vt = np.linalg.svd(x, full_matrices=False)
        kept = values > threshold
        result = (u[:, kept] * (values[kept] - threshold)) @ vt[kept]
    return (time.process_time() - start) / repeats, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/group_matrix")
    parser.add_argument("--rows", type=int, default=4000)
    parser.add_argument("--columns", type=int, default=1000)
    parser.add_argument("--rank", type=int, default=20)
    parser.add_argument("--fraction", type=float, default=0.3)
    options = parser.parse_args()
    n, d, rank = options.rows, options.columns, options.rank
    rng = np.random.default_rng(1)
    truth = rng.standard_normal((n, rank)) @ np.linalg.qr(rng.standard_normal((d, rank)))[0].T * np.sqrt(d / rank)
    seen = rng.random((n, d)) < 0.3
    y = truth + 0.3 * rng.standard_normal((n, d))
    groups = [np.arange(n)]
    sizes, start = peer.levels_of(seen, y, groups, 1)
    levels = options.fraction * start * sizes
    with tempfile.TemporaryDirectory() as folder:
        with h5py.File(os.path.join(folder, "matrix.h5"), "w") as file:
            file["Y"] = np.where(seen, y, np.nan)
            file["labels"] = np.zeros((n, 1), dtype=np.int32)
        first, _, _, _ = completed(options.driver, folder, options.fraction, 1)
        whole, iterations, objective, found = completed(options.driver, folder, options.fraction, 1000)
    ours = (whole - first) / (iterations - 1)
    m, _, theirs_iterations = peer.proximal_gradient(seen, y, groups, levels, TOLERANCE, np.zeros((n, d)))
    x = m + np.where(seen, y - m, 0)
    seconds, last = gesdd_seconds(x, levels[0], 2)
    nuclear = np.linalg.svd(last, compute_uv=False).sum()
    expected = ((last - y)[seen] ** 2).sum() / 2 + levels[0] * nuclear
    difference = abs(objective / expected - 1)
    comparison.row(f"an iteration of `global` at {n} x {d}, rank {found:.0f}", "NumPy, gesdd", seconds / ours,
                   f"{1e3 * ours:.0f} ms against {1e3 * seconds:.0f} ms; {iterations:.0f} and {theirs_iterations} iterations; "
                   f"objectives differ by {difference:.1e}")
    return 1 if difference > 1e-8 else 0


if __name__ == "__main__":
    sys.exit(main())
