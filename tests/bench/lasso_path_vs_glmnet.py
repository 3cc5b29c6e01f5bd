#!/usr/bin/python3
"""A path of 60 penalties down to 0.02 of the largest beside glmnet, in turn on one core, by processor time:
`lasso_path_vs_glmnet.py [path of lasso_bench] [--n 1000] [--p 10000] [--s 60] [--rounds 3]`.

A whole trial of ours (data generated, the path solved) is compared with glmnet's fit alone; its threshold is set so that
its largest relative duality gap is within 1e-9, which is what ours promises. Both stop behind the first penalty with more
than 4 s + 20 coefficients. The problems are of one law, not the same numbers. Says so and ends where R or glmnet (Debian:
r-cran-glmnet) is missing."""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

import comparison

SKIPPED = 77  # status of glmnet_path.R without glmnet
HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = dict(os.environ, OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bench", nargs="?", default="build/release/bin/lasso_bench")
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--p", type=int, default=10000)
    parser.add_argument("--s", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    if shutil.which("Rscript") is None:
        print("skipped: no Rscript", file=sys.stderr)
        return 0

    sizes = [str(options.n), str(options.p), str(options.s)]
    ours, theirs = [], []
    for _ in range(options.rounds):
        run = subprocess.run([options.bench, "n", sizes[0], "p", sizes[1], "s", sizes[2], "trials", "6", "path", "1"],
                             capture_output=True, text=True, check=True, env=ENVIRONMENT)
        # The first trial touches its memory for the first time, as the first of a study does.
        ours += [json.loads(line)["cpu_seconds"] for line in run.stdout.splitlines()][1:]
        run = subprocess.run(["Rscript", HERE / "glmnet_path.R", *sizes, "2"], capture_output=True, text=True, check=False,
                             env=ENVIRONMENT)
        if run.returncode == SKIPPED:
            print("skipped: no glmnet (r-cran-glmnet)", file=sys.stderr)
            return 0
        if run.returncode != 0:
            sys.exit(run.stderr)
        theirs += [[float(field) for field in line.split()] for line in run.stdout.splitlines()]

    our_seconds = statistics.median(ours)
    generated, fitted, penalties, gap, threshold = (statistics.median(column) for column in zip(*theirs))
    result = {"thresher_ms": 1e3 * our_seconds, "r_generation_ms": 1e3 * generated, "glmnet_ms": 1e3 * fitted,
              "penalties": penalties, "glmnet_gap": gap, "glmnet_thresh": threshold, "ratio": fitted / our_seconds,
              "ratio_with_generation": (generated + fitted) / our_seconds}
    print(json.dumps(result, indent=2))
    comparison.row(f"LASSO path of 60 penalties, n = {options.n}, p = {options.p}, s = {options.s}, generated and solved",
                   "glmnet, its fit alone", result["ratio"], f"thresh {threshold:g} for gaps of 1e-9")
    return 0


if __name__ == "__main__":
    sys.exit(main())
