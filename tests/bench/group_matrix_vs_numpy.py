#!/usr/bin/python3
"""Trials of group_matrix beside plain NumPy implementations of the same analyses, on one core, in one run:
`group_matrix_vs_numpy.py [path of the driver] [--rounds 3]`.

`game` at 240 x 60, 4 x 4 levels: the same alternating directions, path, validation and refit. `global` at 2000 x 500: softImpute, the
proximal gradient method of NumPy with whole decompositions, on the same path with the same stopping rules. Both sides take turns
and processor time is counted. The numbers are of one law, not the same: their means are compared."""

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


def draw(rng, n, d, levels, rank, density, noise):
    """A crossed matrix: factor 1 in blocks, factor 2 interleaved."""
    rows = np.arange(n)
    groups = [rows[rows // (n // levels) == g] for g in range(levels)] + [rows[rows % levels == g] for g in range(levels)]
    truth = np.zeros((n, d))
    for group in groups:
        basis = np.linalg.qr(rng.standard_normal((d, rank)))[0]
        truth[group] += rng.standard_normal((len(group), rank)) @ basis.T
    truth *= np.sqrt(d / (2 * rank))
    seen = rng.random((n, d)) < density
    return truth, seen, truth + noise * rng.standard_normal((n, d)), groups


def shrunk(x, threshold):
    """Singular value thresholding by the smaller Gram matrix, and the rank."""
    if x.shape[0] < x.shape[1]:
        result, rank = shrunk(x.T, threshold)
        return result.T, rank
    values, vectors = np.linalg.eigh(x.T @ x)
    values = np.sqrt(np.maximum(values, 0))
    kept = values > threshold
    v = vectors[:, kept]
    return (x @ v) * (1 - threshold / values[kept]) @ v.T, kept.sum()


def levels_of(seen, y, groups, share):
    n, d = y.shape
    rates = seen.mean(axis=1)
    sizes = [share * np.sqrt(rates[g].sum()) * (1 + np.sqrt(d / len(g))) for g in groups]
    start = max(np.linalg.norm(share * np.where(seen[g], y[g], 0), 2) / size for g, size in zip(groups, sizes))
    return np.array(sizes), start


def admm(seen, y, groups, levels, tolerance, state):
    rho, z, u = state
    data = np.where(seen, y, 0)
    count = np.zeros(len(y))
    for g in groups:
        count[g] += 1
    weights = seen + rho * count[:, None]
    floor = 1e-12 * np.linalg.norm(data)
    for iteration in range(1, 1001):
        m = data.copy()
        for k, g in enumerate(groups):
            m[g] += rho * (z[k] - u[k])
        m /= weights
        primal = dual = scale = multipliers = 0
        for k, g in enumerate(groups):
            x = m[g] + u[k]
            new = shrunk(x, levels[k] / rho)[0]
            u[k] = x - new
            primal += ((m[g] - new) ** 2).sum()
            dual += ((new - z[k]) ** 2).sum()
            scale += max((new**2).sum(), (m[g] ** 2).sum())
            multipliers += (u[k] ** 2).sum()
            z[k] = new
        r = np.sqrt(primal) / max(tolerance * np.sqrt(scale), floor)
        s = rho * np.sqrt(dual) / max(tolerance * rho * np.sqrt(multipliers), floor)
        if r <= 1 and s <= 1:
            break
        if iteration % 10 == 0 and iteration <= 300 and (r > 5 * s or s > 5 * r):
            factor = 2 if r > s else 0.5
            rho *= factor
            u = [part / factor for part in u]
            weights = seen + rho * count[:, None]
    return m, (rho, z, u), iteration


def proximal_gradient(seen, y, groups, levels, tolerance, start):
    """softImpute with momentum and restart."""
    m = v = start
    t = 1
    for iteration in range(1, 1001):
        new = shrunk(v + np.where(seen, y - v, 0), levels[0])[0]
        change = new - m
        if ((v - new) * change).sum() > 0:
            t = 1
        after = (1 + np.sqrt(1 + 4 * t * t)) / 2
        v = new + (t - 1) / after * change
        m, t = new, after
        if np.linalg.norm(change) <= tolerance * np.linalg.norm(new):
            break
    return m, m, iteration


def analysis(rng, truth, seen, y, groups, share, solve, zero, path, tolerances):
    held = seen & (rng.random(seen.shape) < 0.15)
    fitted = seen & ~held
    sizes, start = levels_of(fitted, y, groups, share)
    scores, state = [], zero()
    for f in path:
        m, state, _ = solve(fitted, y, groups, f * start * sizes, tolerances[0], state)
        scores.append(((m - y)[held] ** 2).mean())
        if len(scores) >= 3 and scores[-1] > 1.02 * min(scores) and scores[-2] > min(scores):
            break
    sizes, start = levels_of(seen, y, groups, share)
    m, _, iterations = solve(seen, y, groups, path[int(np.argmin(scores))] * start * sizes, tolerances[1], zero())
    return np.linalg.norm((m - truth)[~seen]) / np.linalg.norm(truth[~seen]), iterations


def game_trial(rng):
    truth, seen, y, groups = draw(rng, 240, 60, 4, 1, 0.4, 0.3)
    zero = lambda: (0.3, [np.zeros((len(g), 60)) for g in groups], [np.zeros((len(g), 60)) for g in groups])
    return analysis(rng, truth, seen, y, groups, 0.5, admm, zero, np.geomspace(0.3, 0.02, 6), (1e-3, 1e-4))


def global_trial(rng):
    truth, seen, y, _ = draw(rng, 2000, 500, 4, 2, 0.2, 0.3)
    return analysis(rng, truth, seen, y, [np.arange(2000)], 1, proximal_gradient, lambda: np.zeros((2000, 500)),
                    np.geomspace(0.5, 0.1, 5), (1e-4, 1e-5))


def driver_seconds(path, arguments, trials):
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "bench.h5")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([path, *arguments, "--trials", str(trials), "--output", output, "--quiet"], check=True,
                       stdin=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with h5py.File(output) as file:
            error, iterations = file["test_error"][()].mean(), file["iterations"][()].mean()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, error, iterations


GAME = ("--n_rows 240 --n_cols 60 --density 0.4 --noise_sd 0.3 --lambda_first 0.3 --lambda_count 6", game_trial, 6, 6,
        "`game` at 240 x 60")
GLOBAL = ("--n_rows 2000 --n_cols 500 --density 0.2 --noise_sd 0.3 --rank_1 2 --rank_2 2 --method global --solver prox_avg "
          "--lambda_first 0.5 --lambda_last 0.1 --lambda_count 5", global_trial, 1, 4, "`global` at 2000 x 500")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/group_matrix")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    failed = False
    for arguments, trial, trials, least, name in (GAME, GLOBAL):
        rng = np.random.default_rng(1)
        ratios, errors, found = [], [], []
        for _ in range(options.rounds):
            few, _, _ = driver_seconds(options.driver, arguments.split(), 1)
            many, error, iterations = driver_seconds(options.driver, arguments.split(), 1 + 4 * trials)
            ours = (many - few) / (4 * trials)
            errors.append(error)
            start = time.process_time()
            rounds = [trial(rng) for _ in range(trials)]
            theirs = (time.process_time() - start) / trials
            found += rounds
            ratios.append(theirs / ours)
        note = (f"{1e3 * ours:.0f} ms against {1e3 * theirs:.0f} ms; {iterations:.0f} and "
                f"{np.mean([f[1] for f in found]):.0f} iterations of the last fit")
        assert abs(np.mean([f[0] for f in found]) / np.mean(errors) - 1) < 0.05, (found, errors)
        comparison.row(name, "plain NumPy", float(np.median(ratios)), note)
        failed = failed or np.median(ratios) < least
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
