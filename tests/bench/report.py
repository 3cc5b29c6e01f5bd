#!/usr/bin/python3
"""Runs Thresher beside its peers, and its kernels beside the machine's limits, in one run; prints the tables of
README.md: `report.py <folder of the binaries> [--peers]`; with --peers only the first table. Takes about half an hour;
nothing else should run. A peer that is not installed has no rows."""

import argparse
import json
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_rmaps_base_oversubscribe="1", OPENBLAS_NUM_THREADS="1", OMP_NUM_THREADS="1")

# Kernel: what limits it, by the counter of the benchmark and the name of the limit.
KERNELS = {
    "lasso_design": [("normals", "limit_normals")],
    "lasso_correlations": [("bytes", "limit_read")],
    "lasso_gram": [("flops", "limit_dgemm")],
    "spectral_covariance": [("flops", "limit_dgemm")],
    "spectral_eigenvectors": [("flops", "limit_dgemm")],
    "spectral_pass/regenerated:0": [("flops", "limit_dgemm")],
    "spectral_pass/regenerated:1": [("flops", "limit_dgemm"), ("normals", "limit_normals")],
    "coupling_sort": [("bytes", "limit_copy")],
    "coupling_split": [("bytes", "limit_copy")],
    "coupling_entropy": [("bytes", "limit_read")],
}


def run(*command):
    return subprocess.run([str(part) for part in command], check=False, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, env=ENVIRONMENT).stdout


def rows_of(script, *arguments):
    """Rows that a script of this folder prints."""
    return [line for line in run(sys.executable, HERE / script, *arguments).splitlines() if line.startswith("|")]


def kernels(binaries):
    """Fractions of the limits; where two limits share the time, their fractions are added."""
    output = run(binaries / "kernels_bench", "--benchmark_min_time=0.5", "--benchmark_format=json")
    measured = {entry["name"]: entry for entry in json.loads(output[output.index("{"):])["benchmarks"]}
    for name in ("limit_read", "limit_copy", "limit_dgemm", "limit_normals"):
        counter = name.split("_")[1]
        value = measured[name][{"dgemm": "flops", "normals": "normals"}.get(counter, "bytes")]
        print(f"| {name} | {value / 1e9:.3g} G/s | |")
    for name, limits in KERNELS.items():
        fraction = sum(measured[name][counter] / measured[limit][counter] for counter, limit in limits)
        print(f"| {name} | {' and '.join(limit for _, limit in limits)} | {100 * fraction:.0f} % |")


def seconds(command):
    started = time.perf_counter()
    subprocess.run([str(part) for part in command], check=True, stdin=subprocess.DEVNULL, capture_output=True,
                   env=ENVIRONMENT)
    return time.perf_counter() - started


def teams(binaries):
    """One team, two teams, and two processes that know nothing of each other: the machine's own ceiling."""
    studies = {
        "mixed_quality_lasso, `lasso` p = 4000": ["mixed_quality_lasso", "--estimator", "lasso", "--p", 4000, "--s", 20,
                                                  "--n1", 150, "--n2", 150, "--trials", 4000],
        "entropy_coupling, n = 1e5": ["entropy_coupling", "--n", "1e5", "--trials", 60],
        "linear_generative, dense d = 600": ["linear_generative", "--dim", 600, "--gamma", 1, "--method", "dense",
                                             "--trials", 60],
    }
    with tempfile.TemporaryDirectory(prefix="thresher-") as folder:
        for name, (driver, *arguments) in studies.items():
            def study(ranks, trials, output):
                return ["mpirun", "-n", ranks, "--bind-to", "none", binaries / driver, *arguments[:-1], trials, "--quiet",
                        "--overwrite", "--output", pathlib.Path(folder) / output]

            trials = arguments[-1]
            ratios, ceilings = [], []
            for _ in range(3):
                one = seconds(study(1, trials, "one.h5"))
                ratios.append(one / seconds(study(2, trials, "two.h5")))
                started = time.perf_counter()
                halves = [subprocess.Popen([str(part) for part in study(1, trials // 2, f"half{k}.h5")], env=ENVIRONMENT,
                                           stdin=subprocess.DEVNULL) for k in range(2)]
                if any(half.wait() != 0 for half in halves):
                    sys.exit(f"{driver} failed")
                ceilings.append(one / (time.perf_counter() - started))
            print(f"| {name} | {statistics.median(ratios):.2f} | {statistics.median(ceilings):.2f} |", flush=True)


def overhead(binaries):
    """Processor time of a whole process per tiny trial."""
    with tempfile.TemporaryDirectory(prefix="thresher-") as folder:
        before = os.times()
        run(binaries / "mixed_quality_lasso", "--estimator", "pdw", "--p", 64, "--s", 2, "--n1", 10, "--n2", 10, "--trials",
            100000, "--quiet", "--output", pathlib.Path(folder) / "tiny.h5")
        after = os.times()
    each = (after.children_user + after.children_system - before.children_user - before.children_system) / 1e5
    print(f"100 000 `pdw` trials at p = 64: {1e6 * each:.1f} µs of processor time each, the trial's own work included.\n")


def processor():
    found = re.search(r"model name\s*:\s*(.*)", pathlib.Path("/proc/cpuinfo").read_text())
    return found.group(1) if found else platform.machine()


def main():
    parser = argparse.ArgumentParser(description="The tables of tests/bench/README.md")
    parser.add_argument("binaries", type=pathlib.Path)
    parser.add_argument("--peers", action="store_true", help="only the comparisons with peers")
    options = parser.parse_args()
    binaries = options.binaries.resolve()
    print(f"{processor()}, {os.cpu_count()} cores, one BLAS thread.\n")
    print("| work | peer | peer's time / ours | |\n|---|---|---|---|")
    comparisons = [("normals_vs_numpy.py", binaries / "random_bench"),
                   *[("lasso_vs_sklearn.py", binaries / "lasso_bench", "--n", n, "--p", p, "--s", s, "--rounds", 3)
                     for n, p, s in ((300, 4000, 20), (1000, 10000, 60), (2000, 50000, 100))],
                   ("lasso_vs_sklearn.py", binaries / "lasso_bench", "--path", "--rounds", 2),
                   ("lasso_path_vs_glmnet.py", binaries / "lasso_bench", "--rounds", 2),
                   ("linear_generative_vs_numpy.py", binaries / "linear_generative"),
                   ("hierarchical_features_vs_numpy.py", binaries / "hierarchical_features"),
                   ("reward_single_index_vs_peers.py", binaries / "reward_single_index"),
                   ("federated_lora_vs_numpy.py", binaries / "federated_lora"),
                   ("federated_lora_vs_pytorch.py", binaries / "federated_lora"),
                   ("hawkes_network_vs_numpy.py", binaries / "hawkes_network"),
                   ("partial_order_vs_numpy.py", binaries),
                   ("implicit_regularization_vs_pytorch.py", binaries),
                   ("group_matrix_vs_numpy.py", binaries / "group_matrix"),
                   ("entropy_coupling_vs_heapq.py", binaries / "entropy_coupling", "--sizes", "10000,100000")]
    for script, *arguments in comparisons:
        for row in rows_of(script, *arguments):
            print(row, flush=True)
    if options.peers:
        return
    print("\n| study | two teams against one | two independent processes against one |\n|---|---|---|")
    teams(binaries)
    print("\n", end="")
    overhead(binaries)
    print("| kernel | limited by | of the limit |\n|---|---|---|")
    kernels(binaries)


if __name__ == "__main__":
    main()
