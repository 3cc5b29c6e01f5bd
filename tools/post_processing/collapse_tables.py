"""The tables of `thresher collapse`: one row per collapse, and one per size."""

import csv
import sys

import numpy as np

from .text import coordinate, number, table


def tables(task, results):
    """(headings, rows) of the collapses, and of the crossings of single sizes."""
    names = [task.view.axes[position].name for position in task.others]
    percent = number(100 * task.options.confidence)
    ends = [f"low {percent} %", f"high {percent} %"]
    with_theory = task.prediction is not None
    headings = names + [f"{name}{end}" for name in ("x_c", "1/nu") for end in ("", *(f" {end}" for end in ends))]
    headings += ["chi2/dof", "chi2/neighbours"] + ["predicted x_c", "predicted 1/nu"] * with_theory
    rows = []
    for result in results:
        row = result.labels + [result.critical.value, result.critical.low, result.critical.high]
        row += [result.exponent.value, result.exponent.low, result.exponent.high]
        row += [result.found.chi_squared / result.points.degrees_of_freedom, result.neighbours]
        if with_theory:
            row += [result.predicted.critical, result.predicted.exponent] if result.predicted else [np.nan, np.nan]
        rows.append(row)
    yield headings, rows
    size = task.options.size or task.view.axes[task.size_axis].name
    headings = names + [size, f"{task.x_name} at {task.metric.name} = {number(task.level)}", *ends, "minus x_c"] + ["predicted"] * with_theory
    rows = []
    for result in results:
        for curve, estimate, predicted in zip(result.curves, result.crossings, result.predicted_crossings):
            rows.append(result.labels + [coordinate(curve.size), estimate.value, estimate.low, estimate.high,
                                         estimate.value - result.critical.value] + [predicted] * with_theory)
        rows.append(result.labels + ["infinite", result.limit.value, result.limit.low, result.limit.high,
                                     result.limit.value - result.critical.value] + [np.nan] * with_theory)
    yield headings, rows


def print_table(headings, rows, style, position):
    if style == "csv":
        if position:
            print()
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows([[value if isinstance(value, str) else "" if np.isnan(value) else repr(float(value)) for value in row] for row in rows])
        return
    cells = [[value if isinstance(value, str) else number(value, 4) for value in row] for row in rows]
    if position:
        print()
    if style == "markdown":
        print("| " + " | ".join(headings) + " |\n|" + "---|" * len(headings))
        print("\n".join("| " + " | ".join(row) + " |" for row in cells))
    else:
        print("\n".join(table(headings, cells)))
