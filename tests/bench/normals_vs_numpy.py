#!/usr/bin/python3
"""Compares the rate of standard normals on one core with NumPy's, in one run.

    normals_vs_numpy.py <random_bench> [rounds]

Both are measured in processor time and take turns, so that whatever else the machine does falls on both; each ratio is
that of the medians. Exits with 1 where the best path of this processor fills a row-major block at less than twice
NumPy's rate.
"""

import json
import re
import statistics
import subprocess
import sys
import time

import numpy

import comparison

ROWS, COLUMNS = 256, 4096
REQUIRED_RATIO = 2.0


def numpy_rate(dtype):
    generator = numpy.random.default_rng(1)
    block = numpy.empty((ROWS, COLUMNS), dtype=dtype)
    repetitions = 20
    generator.standard_normal(out=block, dtype=dtype)
    begin = time.process_time()
    for _ in range(repetitions):
        generator.standard_normal(out=block, dtype=dtype)
    return repetitions * block.size / (time.process_time() - begin)


def bench_rates(program):
    """Rate of every (layout, path) that this processor has."""
    output = subprocess.run(
        [
            program,
            f"--benchmark_filter=^(row|column)_major(_float)?/[a-z0-9]+/{ROWS}/{COLUMNS}$",
            "--benchmark_min_time=0.1",
            "--benchmark_format=json",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    rates = {}
    for run in json.loads(output)["benchmarks"]:
        if not run.get("error_occurred"):
            layout, path = re.match(r"(\w+)/(\w+)/", run["name"]).groups()
            rates[layout, path] = run["items_per_second"]
    return rates


def main():
    program = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    rates = {}
    for _ in range(rounds):
        for dtype in ("float64", "float32"):
            rates.setdefault(("numpy", dtype), []).append(numpy_rate(dtype))
        for name, rate in bench_rates(program).items():
            rates.setdefault(name, []).append(rate)
    medians = {name: statistics.median(values) for name, values in rates.items()}

    print(f"NumPy {numpy.__version__}, block of {ROWS} x {COLUMNS}, median of {rounds} rounds")
    print(f"{'':32}{'million/s':>10}{'ratio':>8}")
    for (layout, path), rate in medians.items():
        if layout == "numpy":
            print(f"{'numpy ' + path:32}{rate / 1e6:10.0f}")
    for (layout, path), rate in medians.items():
        if layout != "numpy":
            reference = medians["numpy", "float32" if layout.endswith("float") else "float64"]
            print(f"{layout + ' ' + path:32}{rate / 1e6:10.0f}{rate / reference:8.2f}")

    best = max(rate for (layout, _), rate in medians.items() if layout == "row_major")
    ratio = best / medians["numpy", "float64"]
    comparison.row("normals, row-major, best path", "NumPy `standard_normal`", ratio)
    for path in ("avx2", "avx512"):
        if ("column_major", path) in medians:
            comparison.row(f"normals, column-major, {path}", "NumPy `standard_normal`",
                           medians["column_major", path] / medians["numpy", "float64"])
    return 0 if ratio >= REQUIRED_RATIO else 1


if __name__ == "__main__":
    sys.exit(main())
