#!/usr/bin/python3
"""Default trials of federated_lora beside a plain NumPy implementation of the same trial, on one core, in one run:
`federated_lora_vs_numpy.py [path of the driver] [--trials 40] [--rounds 3]`.

Both draw 60 clients of 48 x 24, find the geometric median, the price, the decomposition to 1e-6 with its certificate, all
frames, scores, flags, two polishing passes and the errors of ten methods. Both sides take turns and processor time is
counted, so that a busy machine slows them alike. The numbers are of one law, not the same: their means are compared."""

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

K, D1, D2, R, Q, SIGMA, SCALE, COMMON, GAMMA = 60, 48, 24, 3, 3, 1.0, 2.0, 1.0, 0.3


def left_vectors(blocks, count):
    """Leading left singular vectors of the stack, and all singular values, from its Gram matrix."""
    stack = blocks.transpose(1, 0, 2).reshape(D1, -1)
    values, vectors = np.linalg.eigh(stack @ stack.T)
    return vectors[:, ::-1][:, :count], np.sqrt(np.maximum(values[::-1], 0))


def norms(blocks):
    return np.sqrt(np.einsum("kij,kij->k", blocks, blocks))


def geometric_median(m):
    centre = m.mean(axis=0)
    for _ in range(200):
        weights = 1 / np.maximum(norms(m - centre), 1e-12)
        new = np.tensordot(weights / weights.sum(), m, axes=1)
        moved = np.linalg.norm(new - centre)
        centre = new
        if moved <= 1e-8 * np.linalg.norm(new):
            break
    return centre


def program(m, price, tolerance=1e-6):
    start = m.mean(axis=0)
    scale = np.linalg.norm(m - start)
    mu = 1.25 / left_vectors(m - start, 1)[1][0]
    r = np.zeros_like(m)
    y = np.zeros_like(m)
    for iteration in range(1, 2001):
        g = m - r + y / mu
        c = g.mean(axis=0)
        x = (g - c).transpose(1, 0, 2).reshape(D1, -1)
        values, vectors = np.linalg.eigh(x @ x.T)
        values = np.sqrt(np.maximum(values, 0))
        kept = values > 1 / mu
        u = vectors[:, kept]
        low = (u * (1 - 1 / (mu * values[kept]))) @ (u.T @ x)
        nuclear = (values[kept] - 1 / mu).sum()
        low = low.reshape(D1, K, D2).transpose(1, 0, 2)
        rest = m - c - low
        a = rest + y / mu
        f = np.maximum(0, 1 - price / (mu * np.maximum(norms(a), 1e-300)))
        new = f[:, None, None] * a
        y = mu * (a - new)
        primal = np.linalg.norm(rest - new) / scale
        dual = mu * np.linalg.norm(new - r) / max(np.linalg.norm(y), 1e-300)
        r = new
        if max(primal, dual) <= tolerance:
            break
        if iteration % 10 == 0 and iteration <= 200:
            mu *= 2 if primal > 10 * dual else 0.5 if dual > 10 * primal else 1
    objective = nuclear + price * norms(rest).sum()
    y = y - y.mean(axis=0)
    y /= max(1, left_vectors(y, 1)[1][0], norms(y).max() / price)
    gap = (objective - (y * m).sum()) / objective
    order = np.argsort(values[kept])[::-1]
    return c, u[:, order][:, :R], norms(r), gap, iteration


def off(blocks, frame):
    return norms(blocks - frame @ (frame.T @ blocks))


def flags_of(scores, distances):
    return scores > max(1.5 * np.quantile(scores, 0.1), 1e-3 * np.median(distances))


def polish(m, frame, flags, scores):
    for _ in range(2):
        clean = m[~flags]
        centre = clean.mean(axis=0)
        frame = left_vectors(clean - centre, R)[0]
        scores = off(m - centre, frame)
        new = flags_of(scores, norms(m - centre))
        same = (new == flags).all()
        flags = new
        if same:
            break
    return frame, flags, scores


def trial(rng):
    both = np.linalg.qr(rng.standard_normal((D1, R + Q)))[0]
    u, w = both[:, :R], both[:, R:]
    common = rng.standard_normal((D1, D2))
    common -= u @ (u.T @ common)
    common *= COMMON / np.linalg.norm(common)
    count = round(GAMMA * K)
    bad = np.zeros(K, bool)
    bad[np.argsort(rng.random(K))[:count]] = True
    energy = SCALE**2 * R
    coefficients = rng.standard_normal((K, R, D2))
    theta = np.where(bad[:, None, None], np.sqrt(energy / (Q * D2)) * (w @ coefficients), (u @ coefficients) / np.sqrt(D2))
    theta = theta + common
    m = theta + SIGMA / np.sqrt(D1 * D2) * rng.standard_normal((K, D1, D2))

    median = geometric_median(m)
    centred = m - median
    spherical, values = left_vectors(centred / norms(centred)[:, None, None], R)
    price = 1.05 / values[R - 1]
    centre, frame, _, gap, iterations = program(m, price)
    svd = left_vectors(m - m.mean(axis=0), R)[0]
    clean = m[~bad]
    oracle_frame = left_vectors(clean - clean.mean(axis=0), R)[0]
    for group, which in ((~bad, R - 1), (bad, 0)):
        part = m[group] - common
        1 / left_vectors(part / norms(part)[:, None, None], 1)[1][which]
    part = theta[~bad] - common
    basis, strength = left_vectors(part, R)
    norms((basis / strength[:R]).T @ part).max()

    scores = off(m - centre, frame)
    convex = flags_of(scores, norms(m - centre))
    final, flags, scores = polish(m, frame, convex, scores)
    distance = off(centred, spherical)
    robust = flags_of(distance, norms(centred))
    spherical, robust, _ = polish(m, spherical, robust, distance)

    none = np.zeros(K, bool)
    errors = {"local": norms(m - theta), "fedavg": norms(m.mean(axis=0) - theta), "geomedian": norms(median - theta)}
    for name, basis, marks, keep in (("svd", svd, none, 0), ("spherical", spherical, robust, 0),
                                     ("oracle_set", oracle_frame, bad, 0), ("oracle", u, bad, 0),
                                     ("clair_convex", frame, convex, 0), ("clair", final, flags, 0),
                                     ("clair_adaptive", final, flags, 1)):
        mean = m[~marks].mean(axis=0)
        d = m - mean
        inside = basis @ (basis.T @ d)
        if keep:
            n = (~marks).sum()
            seen = (norms((d - inside)[~marks]) ** 2).mean() / ((1 - 1 / n) * (1 - R / D1))
            inside = inside + (1 - min(1, SIGMA**2 / seen)) * (d - inside)
        estimate = mean + inside
        estimate[marks] = m[marks]
        errors[name] = norms(estimate - theta)
    result = {name: (values[~bad] ** 2).mean() for name, values in errors.items()}
    return result["clair"], result["local"], gap, iterations, (flags == bad).all()


def driver_seconds(path, trials):
    with tempfile.TemporaryDirectory() as folder:
        output = os.path.join(folder, "bench.h5")
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([path, "--trials", str(trials), "--output", output, "--quiet"], check=True,
                       stdin=subprocess.DEVNULL)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        with h5py.File(output) as file:
            error = file["mse_clair"][()].mean()
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, error


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/federated_lora")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    trial(rng)
    ratios = []
    for _ in range(options.rounds):
        few, _ = driver_seconds(options.driver, 1)
        many, error = driver_seconds(options.driver, 1 + options.trials)
        ours = (many - few) / options.trials
        start = time.process_time()
        found = [trial(rng) for _ in range(options.trials // 4)]
        theirs = (time.process_time() - start) / len(found)
        assert abs(np.mean([f[0] for f in found]) / error - 1) < 0.03, (found, error)
        assert max(f[2] for f in found) < 1e-6 and all(f[4] for f in found)
        ratios.append(theirs / ours)
        note = f"{1e3 * ours:.1f} ms against {1e3 * theirs:.1f} ms, {np.mean([f[3] for f in found]):.1f} iterations"
    comparison.row("default trial of federated_lora", "plain NumPy", float(np.median(ratios)), note)
    return 1 if np.median(ratios) < 5 else 0


if __name__ == "__main__":
    sys.exit(main())
