#!/usr/bin/python3
"""Strong scaling of one large LASSO trial (data generated, then solved) over the ranks of a team:
`lasso_scaling.py [path of mixed_quality_lasso] [--p 50000] [--n 2000] [--s 100] [--storage dense]`.

Three runs take turns: a team of one, a team of two, and two teams of one at the same time. The last tells what the
machine itself gives when both cores share caches and memory: two independent processes that finish 2 T1/T work are the
ceiling of any program here. The least time of a trial over the rounds counts."""

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


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("driver", nargs="?", default="build/release/bin/mixed_quality_lasso")
    parser.add_argument("--p", type=int, default=50000)
    parser.add_argument("--n", type=int, default=2000)
    parser.add_argument("--s", type=int, default=100)
    parser.add_argument("--storage", default="dense")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        def start(ranks, name):
            command = ["mpirun", "-n", str(ranks), "--bind-to", "none", options.driver, "--estimator", "lasso",
                       "--p", str(options.p), "--s", str(options.s), "--n1", str(options.n // 2),
                       "--n2", str(options.n - options.n // 2), "--storage", options.storage, "--trials", "8",
                       "--ranks_per_trial", str(ranks), "--quiet", "--overwrite",
                       "--output", str(pathlib.Path(folder) / name)]
            return subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL)

        def seconds(name):
            # The first trial touches its memory for the first time.
            with h5py.File(pathlib.Path(folder) / name) as file:
                return file["trial_seconds"][...].ravel()[1:]

        def run(ranks, names):
            processes = [start(ranks, name) for name in names]
            if any(process.wait() != 0 for process in processes):
                sys.exit("a run failed")
            return [float(numpy.min(seconds(name))) for name in names]

        one, two, shared = [], [], []
        for _ in range(options.rounds):
            one += run(1, ["one.h5"])
            two += run(2, ["two.h5"])
            shared.append(max(run(1, ["left.h5", "right.h5"])))
    result = {
        "seconds_of_a_team_of_1": min(one),
        "seconds_of_a_team_of_2": min(two),
        "speedup": min(one) / min(two),
        "ceiling_of_two_independent_processes": 2 * min(one) / min(shared),
    }
    print(json.dumps(result, indent=2))
    if result["speedup"] < 1.7:
        print("less than 1.7 times as fast", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
