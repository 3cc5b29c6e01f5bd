#!/usr/bin/python3
"""How much faster a team of two ranks analyses one trial than a single rank, and whether both say the same:
`team_scaling.py [--rounds 5] path-of-driver arguments of the driver...`, for example

    team_scaling.py build/release/bin/mixed_quality_lasso --estimator lasso --p 50000 --s 100 --n1 1000 --n2 1000 --trials 8
    team_scaling.py build/release/bin/group_matrix --n_rows 4000 --n_cols 1000 --rank_1 3 --rank_2 3 --lambda_count 4 \\
        --lambda_last 0.2 --trials 1 --theory none

Three runs take turns, in an order that alternates: a team of one, a team of two, and two teams of one at the same time. The last
tells what the machine itself gives where both cores share caches and memory: two independent processes that finish 2 T1/T work are
the ceiling of any program here. Of several trials the first is left out, as it touches its memory for the first time, and the
least of the others counts; a round is one ratio. The difference of a metric is relative to its value where that is above 1."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import h5py
import numpy

ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OPENBLAS_NUM_THREADS="1")


def seconds(path):
    """The least time of a trial."""
    with h5py.File(path) as file:
        trials = file["trial_seconds"][...].ravel()
        return float(numpy.min(trials[1:] if trials.size > 1 else trials))


def metrics(path):
    with h5py.File(path) as file:
        return {name: data[...] for name, data in file.items()
                if "valid_range" in data.attrs and data.attrs["kind"] not in ("timing", b"timing")}


def largest_difference(one, two):
    """The largest difference of a metric between two files, and its name."""
    left, right = metrics(one), metrics(two)
    if not left or left.keys() != right.keys():
        sys.exit("the files have no metrics, or not the same")
    gaps = {name: float(numpy.nanmax(numpy.abs(left[name] - right[name]) / numpy.maximum(1, numpy.abs(left[name])), initial=0))
            for name in left}
    worst = max(gaps, key=gaps.get)
    return gaps[worst], worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("driver")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        def path(name):
            return str(pathlib.Path(folder) / f"{name}.h5")

        def run(ranks, *names):
            processes = [subprocess.Popen(["mpirun", "-n", str(ranks), "--bind-to", "none", options.driver, *options.arguments,
                                           "--ranks_per_trial", str(ranks), "--quiet", "--overwrite", "--output", path(name)],
                                          env=ENVIRONMENT, stdin=subprocess.DEVNULL) for name in names]
            if any([process.wait() != 0 for process in processes]):
                sys.exit("a run failed")
            return max(seconds(path(name)) for name in names)

        rounds, gap = [], (0.0, "")
        for index in range(options.rounds):
            steps = {"one": lambda: run(1, "one"), "two": lambda: run(2, "two"), "both": lambda: run(1, "left", "right")}
            rounds.append({name: steps[name]() for name in (steps if index % 2 == 0 else reversed(steps))})
            gap = max(gap, largest_difference(path("one"), path("two")))
    speedups = [each["one"] / each["two"] for each in rounds]
    result = {
        "seconds_of_a_team_of_1": float(numpy.median([each["one"] for each in rounds])),
        "seconds_of_a_team_of_2": float(numpy.median([each["two"] for each in rounds])),
        "speedups": [round(speedup, 3) for speedup in sorted(speedups)],
        "median_speedup": float(numpy.median(speedups)),
        "ceiling_of_two_independent_processes": float(numpy.median([2 * each["one"] / each["both"] for each in rounds])),
        "largest_difference_of_a_metric": gap[0],
        "metric": gap[1],
    }
    print(json.dumps(result, indent=2))
    if result["median_speedup"] < 1.7:
        print("less than 1.7 times as fast", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
