#!/usr/bin/python3
"""Trials of the LASSO (data generated, then solved to a relative duality gap of 1e-9) beside NumPy and scikit-learn in one
run on one core: `lasso_vs_sklearn.py [path of lasso_bench] [--path] [--p 10000] [--n 1000] [--s 60]`.

Both sides take turns, so that a busy machine slows them alike. The generation of data counts on both sides; the
problems are of one law, not the same numbers. With --path, a path of 60 penalties down to 0.02 of the largest is compared
with sklearn.linear_model.lasso_path."""

import argparse
import json
import os
import subprocess
import sys
import time
import warnings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np
import comparison
from sklearn.linear_model import Lasso, lasso_path

warnings.filterwarnings("ignore")


def generate(rng, n, p, s, sigma):
    x = np.asfortranarray(rng.standard_normal((p, n)).T)
    support = np.sort(rng.choice(p, s, replace=False))
    y = x[:, support].sum(axis=1) + sigma * rng.standard_normal(n)
    return x, y


def relative_gap(x, y, coefficients, penalty):
    n = len(y)
    active = np.flatnonzero(coefficients)
    r = y - x[:, active] @ coefficients[active]
    c = x.T @ r / n
    alpha = min(1.0, penalty / np.abs(c).max())
    primal = r @ r / (2 * n) + penalty * np.abs(coefficients).sum()
    dual = alpha * (y @ r) / n - alpha**2 * (r @ r) / (2 * n)
    return (primal - dual) / (y @ y / (2 * n))


def sklearn_trial(rng, options, sigma, penalty):
    start = time.process_time()
    x, y = generate(rng, options.n, options.p, options.s, sigma)
    generated = time.process_time()
    if options.path:
        lasso_path(x, y, eps=0.02, n_alphas=60, tol=1e-9, max_iter=20000)
        gap = float("nan")
    else:
        fit = Lasso(alpha=penalty, fit_intercept=False, tol=1e-9, max_iter=20000).fit(x, y)
        gap = None
    done = time.process_time()
    if gap is None:
        gap = relative_gap(x, y, fit.coef_, penalty)
    return generated - start, done - generated, gap


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench", nargs="?", default="build/release/bin/lasso_bench")
    parser.add_argument("--p", type=int, default=10000)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--s", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--path", action="store_true")
    options = parser.parse_args()

    sigma = np.r_[np.full(options.n // 2, 0.25), np.full(options.n - options.n // 2, 1.0)]
    # The rule `geometric` of the specification at these sizes.
    penalty = np.sqrt(np.sqrt((sigma**2).mean() * np.log(options.p - options.s) / options.n) / np.sqrt(options.s))
    rng = np.random.default_rng(1)
    ours, theirs = [], []
    for round_number in range(options.rounds):
        run = subprocess.run(
            [options.bench, "p", str(options.p), "n", str(options.n), "s", str(options.s), "trials", "4", "path",
             str(int(options.path))],
            capture_output=True, text=True, check=True)
        # The first trial touches its memory for the first time, as the first of a study does.
        ours += [json.loads(line) for line in run.stdout.splitlines()][1:]
        theirs += [sklearn_trial(rng, options, sigma, penalty) for _ in range(2)]

    def median(values):
        return float(np.median(values))

    our_seconds = median([trial["cpu_seconds"] for trial in ours])
    generated = median([trial[0] for trial in theirs])
    solved = median([trial[1] for trial in theirs])
    result = {
        "thresher_ms": 1e3 * our_seconds,
        "thresher_gap": max(trial["gap"] for trial in ours) if not options.path else None,
        "numpy_generation_ms": 1e3 * generated,
        "sklearn_solve_ms": 1e3 * solved,
        "sklearn_gap": median([trial[2] for trial in theirs]) if not options.path else None,
        "ratio": (generated + solved) / our_seconds,
    }
    print(json.dumps(result, indent=2))
    work = "LASSO path of 60 penalties" if options.path else "LASSO trial"
    comparison.row(f"{work}, n = {options.n}, p = {options.p}, s = {options.s}", "NumPy + scikit-learn", result["ratio"])
    if result["ratio"] < 2:
        print("less than twice as fast", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
