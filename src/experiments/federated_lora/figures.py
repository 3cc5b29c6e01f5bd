#!/usr/bin/python3
"""Draws the figures of federated_lora from result files of its presets.

    figures.py window paper_exact.h5 paper_contamination.h5 window.png
    figures.py gain paper_gain.h5 paper_stability.h5 gain.png
    figures.py copy paper_copy.h5 copy.png
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from matplotlib.lines import Line2D

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#555555")
MARKERS = ("o", "s", "D", "^")


def mean_and_error(values):
    count = values.notnull().sum("trial")
    return values.mean("trial"), values.std("trial", ddof=1) / np.sqrt(count)


def finish(panel, x, y, title):
    panel.set_xlabel(x)
    panel.set_ylabel(y)
    panel.set_title(title, fontsize=10)
    panel.spines[["top", "right"]].set_visible(False)


def window(paths, output):
    """Exact recovery over lambda between the entry levels; subspace errors over the contamination."""
    exact = xr.open_dataset(paths[0])
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3.7))
    for k, contamination in enumerate(exact["contamination"].values):
        for overlap, style in zip(exact["overlap"].values, ("-", "--")):
            at = exact.sel(contamination=contamination, overlap=overlap)
            left.plot(exact["lambda_value"], at["exact_recovery"].mean("trial"), style, color=COLOURS[k], lw=1.3,
                      label=rf"$\gamma = {contamination:g}$" if style == "-" else None)
        at = exact.sel(contamination=contamination).isel(overlap=0)
        for level in ("lambda_enter_benign", "lambda_enter_contaminated"):
            left.axvline(float(at[level].mean()), color=COLOURS[k], lw=0.8, ls=":")
    left.legend(frameon=False, fontsize=8, loc="center right", borderaxespad=0)
    finish(left, r"price $\lambda$ of a residual block", "exact recovery", "without noise: a plateau between two levels")

    file = xr.open_dataset(paths[1])
    theory = xr.open_dataset(paths[1], group="theory")
    for k, scale in enumerate(file["contamination_scale"].values):
        at = file.sel(contamination_scale=scale)
        for name, marker, fill in (("subspace_error_svd", "s", "white"), ("subspace_error_clair", "o", COLOURS[k])):
            mean, error = mean_and_error(at[name])
            right.errorbar(file["contamination"], mean, error, fmt=marker + "-", color=COLOURS[k], mfc=fill, ms=4, lw=0.9)
        limits = theory.sel(contamination_scale=scale)
        right.axvline(float(np.ravel(limits["contamination_limit_svd"])[0]), color=COLOURS[k], lw=0.8, ls=":")
        right.axvline(float(np.ravel(limits["contamination_limit_rule"])[0]), color=COLOURS[k], lw=0.8, ls="--")
    handles = [Line2D([], [], color=COLOURS[k], lw=1.5, label=f"$b = {scale:g}$")
               for k, scale in enumerate(file["contamination_scale"].values)]
    handles += [Line2D([], [], color="0.3", marker="o", ls="", ms=4, label="CLAIR"),
                Line2D([], [], color="0.3", marker="s", mfc="white", ls="", ms=4, label="plain SVD")]
    right.legend(handles=handles, frameon=False, fontsize=7, loc="lower right")
    finish(right, r"contamination $\gamma$", "subspace error", "plain SVD falls at $q/(q+b^2r)$, CLAIR near one half")
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def gain(paths, output):
    """Errors over the heterogeneity; subspace error over the noise."""
    file = xr.open_dataset(paths[0])
    theory = xr.open_dataset(paths[0], group="theory")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.4, 3.7))
    clients = file["clients"].values[-1]
    for k, (name, prediction, label) in enumerate((("mse_clair", "mse_oracle_set", "CLAIR"),
                                                   ("mse_clair_adaptive", "mse_oracle_adaptive", "adaptive"),
                                                   ("mse_local", "mse_local", "local"),
                                                   ("mse_fedavg", "mse_fedavg", "average of all"))):
        mean, error = mean_and_error(file[name].sel(clients=clients))
        left.errorbar(file["heterogeneity"], mean, error, fmt=MARKERS[k], color=COLOURS[k], ms=4, mfc="white", lw=0.8,
                      label=label)
        left.plot(file["heterogeneity"], theory[prediction].sel(clients=clients) +
                  xr.zeros_like(file["heterogeneity"], dtype=float), color=COLOURS[k], lw=1.1)
    left.axvline(1, color="0.6", lw=0.8, ls=":")
    left.set_yscale("log")
    left.legend(frameon=False, fontsize=8)
    finish(left, r"heterogeneity $h$ (noise $\sigma = 1$)", "squared error of benign clients", f"{clients} clients")

    file = xr.open_dataset(paths[1])
    theory = xr.open_dataset(paths[1], group="theory")
    for k, clients in enumerate(file["clients"].values):
        mean, error = mean_and_error(file["subspace_error_clair"].sel(clients=clients))
        right.errorbar(file["noise"], mean, error, fmt=MARKERS[k], color=COLOURS[k], ms=4, mfc="white", lw=0.8,
                       label=f"{clients} clients")
        right.plot(file["noise"], theory["subspace_error_oracle_set"].sel(clients=clients), color=COLOURS[k], lw=1.1)
    right.set_xscale("log")
    right.set_yscale("log")
    right.set_xticks([0.25, 0.5, 1, 2, 4], ["1/4", "1/2", "1", "2", "4"])
    right.minorticks_off()
    right.legend(frameon=False, fontsize=8)
    finish(right, r"noise $\sigma$", "subspace error of CLAIR", "BBP formula up to where the window closes")
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def copy(paths, output):
    """Accuracies on fresh text over the sequences of a client, without and with a boost of the colluders."""
    file = xr.open_dataset(paths[0]).sel(contamination_kind="collude")
    figure, panels = plt.subplots(1, 2, figsize=(9.4, 3.7), sharey=True)
    methods = (("clair", "o", "#0072b2"), ("oracle_set", "x", "black"), ("local", "s", "#d55e00"), ("svd", "D", "#009e73"),
               ("geomedian", "^", "#cc79a7"), ("base", "", "0.5"), ("fedavg", "v", "#e69f00"))
    for panel, scale in zip(panels, file["contamination_scale"].values[::-1]):
        at = file.sel(contamination_scale=scale)
        for name, marker, colour in methods:
            mean, error = mean_and_error(at[f"copy_accuracy_{name}"])
            panel.errorbar(file["n_local"], mean, error, fmt=marker + ("--" if name == "base" else "-"), color=colour, ms=5,
                           mfc="white", lw=0.9, label=name)
        panel.set_xscale("log")
        panel.set_xticks(file["n_local"].values, [f"{n:g}" for n in file["n_local"].values])
        panel.minorticks_off()
        finish(panel, "sequences of a client", "accuracy of benign clients" if panel is panels[0] else "",
               f"colluders' updates times {scale:g}")
    panels[1].legend(frameon=False, fontsize=8, loc="upper left", bbox_to_anchor=(1, 1))
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=("window", "gain", "copy"))
    parser.add_argument("paths", nargs="+", help="result files, then the picture")
    options = parser.parse_args()
    {"window": window, "gain": gain, "copy": copy}[options.figure](options.paths[:-1], options.paths[-1])


if __name__ == "__main__":
    main()
