#!/usr/bin/python3
"""Draws figures of partial_order from result files of its presets.

    figures.py recovery posets.h5 --output recovery.png
    figures.py transition transition.h5 --output transition.png
    figures.py runtime paper_runtime.h5 paper_runtime_polish.h5 --output runtime.png
    figures.py coverage coverage.h5 --output coverage.png
"""

import argparse
import warnings

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555", "#8c6d31"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]


def finish(figure, output):
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def mean_and_error(trials):
    """Mean over the trials that are there, and its standard error."""
    count = trials.notnull().sum("trial")
    return trials.mean("trial").values, (trials.std("trial") / np.sqrt(np.maximum(count, 2) - 1)).values


def recovery(files, output):
    """Closure F1 of every method against the number of lists, with two standard errors."""
    data = xr.open_dataset(files[0])
    figure, axes = plt.subplots(figsize=(7, 4))
    for k, name in enumerate(data.method.values):
        values, error = mean_and_error(data.closure_f1.isel({data.method.dims[0]: k}))
        rule = str(name) in ("intersection", "threshold", "plackett_luce")
        axes.errorbar(data.n_sequences.values, values, 2 * error, marker=MARKERS[k % 8], color=COLOURS[k % 8], ms=4,
                      mfc="white", lw=1, ls="--" if rule else "-", label=str(name))
    axes.set(xscale="log", xlabel="lists", ylabel="closure_f1", ylim=(0, 1.02))
    axes.legend(fontsize=7, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    finish(figure, output)


def transition(files, output):
    """Frequency of exact recovery with its prediction, a colour for each noise; dotted: mean number of lists for one half."""
    data = xr.open_dataset(files[0])
    figure, axes = plt.subplots(figsize=(6, 4))
    x = data.n_sequences.values
    for k, epsilon in enumerate(np.atleast_1d(data.epsilon.values)):
        part = data.sel(epsilon=epsilon)
        measured, error = mean_and_error(part.exact_recovery)
        axes.errorbar(x, measured, 2 * error, fmt=MARKERS[k], color=COLOURS[k], ms=4, mfc="white", lw=1,
                      label=f"epsilon = {epsilon:g}")
        axes.plot(x, mean_and_error(part.pred_search_exact)[0], "--", color=COLOURS[k], lw=1.2)
        axes.axvline(float(part.pred_n_half.mean()), color=COLOURS[k], lw=0.7, ls=":")
    axes.plot([], [], "--", color="black", lw=1.2, label="predicted from the poset")
    axes.set(xscale="log", xlabel="lists", ylabel="probability of exact recovery", ylim=(0, 1.02))
    axes.legend(fontsize=8, frameon=False)
    finish(figure, output)


def runtime(files, output):
    """Accuracy against seconds: every line a method, from few to many items."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    curves = []
    for path in files:
        data = xr.open_dataset(path)
        if "method" in data.dims:
            curves += [(str(name), data.sel({"method": name})) for name in data.method.values]
        else:
            curves.append(("map and polish", data))
    for k, (name, part) in enumerate(curves):
        seconds = mean_and_error(part.seconds)[0]
        for axes, metric in ((left, part.closure_f1), (right, part.heldout_excess)):
            values = mean_and_error(metric)[0]
            axes.plot(seconds, values, marker=MARKERS[k % 8], color=COLOURS[k % 8], ms=5, mfc="white", lw=1, label=name)
            for n, t, value in zip(part.n_items.values, seconds, values):
                if np.isfinite(value):
                    axes.annotate(str(n), (t, value), textcoords="offset points", xytext=(4, 4), fontsize=6)
    left.set(xscale="log", xlabel="seconds", ylabel="closure_f1")
    right.set(xscale="log", yscale="symlog", xlabel="seconds", ylabel="heldout_excess (nats a choice)")
    right.set_yscale("symlog", linthresh=1e-2)
    left.legend(fontsize=7, frameon=False)
    finish(figure, output)


def coverage(files, output):
    """Recovery against appearances per item: the latent model (lines) and pairs (dashed), a colour for each number of items."""
    data = xr.open_dataset(files[0])
    figure, axes = plt.subplots(figsize=(6, 4))
    x = data.sequences_per_item.values
    for k, n in enumerate(np.atleast_1d(data.n_items.values)):
        for method, line in (("map", "-"), ("threshold_ml", "--")):
            values, error = mean_and_error(data.closure_f1.sel({"n_items": n, "method": method}))
            axes.errorbar(x, values, 2 * error, ls=line, marker=MARKERS[k], color=COLOURS[k], ms=4, mfc="white", lw=1,
                          label=f"n = {n}" if method == "map" else None)
    axes.plot([], [], "-", color="black", lw=1, label="map")
    axes.plot([], [], "--", color="black", lw=1, label="threshold_ml")
    axes.set(xscale="log", xlabel="lists that an item is in", ylabel="closure_f1", ylim=(0, 1.02))
    axes.legend(fontsize=7, frameon=False, ncol=2)
    finish(figure, output)


def main():
    figures = {"recovery": recovery, "transition": transition, "runtime": runtime, "coverage": coverage}
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=figures)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--output", required=True)
    given = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # points without trials
        figures[given.figure](given.files, given.output)


if __name__ == "__main__":
    main()
