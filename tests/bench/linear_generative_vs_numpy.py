#!/usr/bin/python3
"""Trials of linear_generative beside the same work in NumPy, on one core, in one run:
`linear_generative_vs_numpy.py [path of the driver] [--dim 1000] [--large 4000] [--rounds 3]`.

Dense: two data sets, their covariances, eigendecompositions, samples of both models, the bulk distance, cosines with
all examples: at --dim both sides are bound by LAPACK. Krylov: at --large, against the same driver's dense method and
numpy.linalg.eigh, with passes over the data. Both sides take turns and processor time is counted, so that a busy machine
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

import comparison


def numpy_trial(rng, dim, gamma, spike, ridge, seeds=16, distance=True):
    """One trial of `sqrt`, canonical `spiked`, by whole eigendecompositions."""
    n = max(1, int(gamma * dim + 0.5))
    deviations = np.ones(dim)
    deviations[0] = np.sqrt(1 + spike)
    noise = rng.standard_normal((seeds, dim))
    data, samples = [], []
    distances = []
    for _ in range(2):
        x = rng.standard_normal((n, dim))
        x[:, 0] *= deviations[0]
        if n >= dim:
            w, v = np.linalg.eigh(x.T @ x / n)
            w = np.maximum(w, 0)
            samples.append((noise @ v * np.sqrt(w + ridge)) @ v.T)
            if distance:
                root = deviations[:, None] * v * np.sqrt(w + ridge)
                inner = np.linalg.eigvalsh(root @ root.T)
        else:
            w, g = np.linalg.eigh(x @ x.T / n)
            kept = w > 1e-12 * w[-1]
            v = x.T @ g[:, kept] / np.sqrt(n * w[kept])
            samples.append((noise @ v * (np.sqrt(w[kept] + ridge) - np.sqrt(ridge))) @ v.T + np.sqrt(ridge) * noise)
            if distance:
                scaled = x * deviations
                inner = np.linalg.eigvalsh(scaled @ scaled.T / n)
        if distance:
            trace = dim + spike + w.sum() + ridge * dim
            distances.append((trace - 2 * np.sqrt(np.maximum(inner, 0)).sum()) / dim)
        data.append(x)
    nearest = []
    for x in data:
        norms = np.linalg.norm(x, axis=1)
        for s in samples:
            nearest.append(np.abs(x @ s.T / norms[:, None] / np.linalg.norm(s, axis=1)).max(axis=0).mean())
    cosines = (samples[0] * samples[1]).sum(axis=1)
    cosines /= np.linalg.norm(samples[0], axis=1) * np.linalg.norm(samples[1], axis=1)
    return cosines.mean(), nearest, distances


class Driver:
    """Processor seconds of a trial: those of a run of several less those of a run of one."""

    def __init__(self, path):
        self.path = path

    def run(self, trials, options):
        with tempfile.TemporaryDirectory() as folder:
            output = os.path.join(folder, "bench.h5")
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run([self.path, *options, "--trials", str(trials), "--output", output, "--quiet"], check=True,
                           stdin=subprocess.DEVNULL)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            with h5py.File(output) as file:
                metrics = {name: file[name][()].mean() for name in ("convergence", "data_passes", "krylov_steps")
                           if name in file}
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, metrics

    def trial(self, options, more=2):
        one, _ = self.run(1, options)
        several, metrics = self.run(1 + more, options)
        return (several - one) / more, metrics


def seconds_of(work):
    start = time.process_time()
    result = work()
    return time.process_time() - start, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver", nargs="?", default="build/release/bin/linear_generative")
    parser.add_argument("--dim", type=int, default=1000)
    parser.add_argument("--large", type=int, default=4000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    driver = Driver(options.driver)
    rng = np.random.default_rng(1)
    slower = 0

    for gamma, ridge in ((0.5, 0.0), (1.0, 0.1), (2.0, 0.0)):
        ours, theirs = [], []
        for _ in range(options.rounds):
            arguments = ["--dim", str(options.dim), "--gamma", str(gamma), "--ridge", str(ridge), "--method", "dense"]
            ours.append(driver.trial(arguments)[0])
            theirs.append(seconds_of(lambda: numpy_trial(rng, options.dim, gamma, 1.0, ridge))[0])
        a, b = np.median(ours), np.median(theirs)
        slower += a > b
        comparison.row(f"dense sampling, d = {options.dim}, gamma = {gamma}, ridge = {ridge}", "NumPy + LAPACK", b / a)

    for gamma, ridge in ((0.5, 0.0), (1.0, 0.1)):
        common = ["--dim", str(options.large), "--gamma", str(gamma), "--ridge", str(ridge), "--wasserstein", "false"]
        krylov, metrics = driver.trial([*common, "--method", "krylov", "--storage", "stored"], more=1)
        again, _ = driver.trial([*common, "--method", "krylov", "--storage", "implicit"], more=1)
        dense, _ = driver.trial([*common, "--method", "dense"], more=1)
        theirs, _ = seconds_of(lambda: numpy_trial(rng, options.large, gamma, 1.0, ridge, distance=False))
        work = f"Krylov sampling, d = {options.large}, gamma = {gamma}, ridge = {ridge}"
        note = f"{metrics['krylov_steps']:.1f} steps, {metrics['data_passes']:.0f} passes"
        comparison.row(work, "our dense method", dense / krylov, note)
        comparison.row(f"{work}, regenerated", "our dense method", dense / again, note)
        comparison.row(work, "NumPy + LAPACK", theirs / krylov)
    return 1 if slower else 0


if __name__ == "__main__":
    sys.exit(main())
