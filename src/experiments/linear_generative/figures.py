#!/usr/bin/python3
"""Draws the two figures of linear_generative from result files of its presets.

    figures.py split paper_spiked.h5 split.png
    figures.py bias paper_conv.h5 paper_net.h5 bias.png
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


def split(paths, output):
    """Memorisation, convergence and recovery over the load, and the two distances; theory as lines."""
    file = xr.open_dataset(paths[0])
    theory = xr.open_dataset(paths[0], group="theory")
    figure, axes = plt.subplots(2, 2, figsize=(9, 6.4), sharex=True)
    panels = {
        "convergence": ("smooth, one curve", "convergence $q$"),
        "latent_recovery": ("a threshold for each spike", "recovery of the factor, $Q$"),
        "w2_bulk": ("the bulk: no kink", r"$W_2^2(N(0, \Sigma), N(0, C))\, /\, d$"),
        "w2_top": ("along the learnt leading direction: a kink", "$W_2$ of the marginals"),
    }
    for panel, (name, (title, label)) in zip(axes.ravel(), panels.items()):
        for k, spike in enumerate(file["spike"].values):
            mean, error = mean_and_error(file[name].sel(spike=spike))
            panel.errorbar(file["gamma"], mean, error, fmt=MARKERS[k], color=COLOURS[k], ms=4.5, mfc="white", lw=0.8,
                           label=f"spike {spike:g}")
            panel.plot(file["gamma"], theory[name].sel(spike=spike), color=COLOURS[k], lw=1.2)
            panel.axvline(1 / spike**2, color=COLOURS[k], lw=0.8, ls=":")
        panel.set_xscale("log")
        panel.set_title(title, fontsize=10)
        panel.set_ylabel(label)
        panel.spines[["top", "right"]].set_visible(False)
    for k, spike in enumerate(file["spike"].values):
        mean, _ = mean_and_error(file["memorisation"].sel(spike=spike))
        axes[0, 0].plot(file["gamma"], mean, MARKERS[k], color="0.6", ms=3)
        axes[0, 0].plot(file["gamma"], theory["memorisation"].sel(spike=spike), color="0.6", lw=1)
    axes[0, 0].set_ylabel("convergence $q$, memorisation $m$")
    axes[0, 0].text(0.02, 0.56, "memorisation", color="0.45", fontsize=9)
    if (theory["w2_top"] > 0).any():  # not in a study that has just begun
        axes[1, 1].set_yscale("log")
    for panel in axes[1]:
        panel.set_xlabel("examples per dimension, $n / d$")
    handles, labels = axes[0, 1].get_legend_handles_labels()
    handles += [Line2D([], [], color="0.3", lw=1.2), Line2D([], [], color="0.3", lw=0.8, ls=":")]
    axes[0, 1].legend(handles, labels + ["theory", "1 / spike$^2$"], frameon=False, fontsize=9)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def bias(paths, output):
    """Convergence and recovery over n for three models of images."""
    conv = xr.open_dataset(paths[0])
    net = xr.open_dataset(paths[1])
    lines = {
        "unconstrained": (conv.sel(model="sqrt", kernel=0), "-"),
        "one 7 x 7 filter": (conv.sel(model="conv", kernel=7), "-"),
        "one full filter": (conv.sel(model="conv", kernel=0), "-"),
        "7 x 7 network (d = 256, no latent image)": (net, ":"),
    }
    figure, axes = plt.subplots(1, 2, figsize=(9, 4), sharey=True)
    for k, (label, (file, dashes)) in enumerate(lines.items()):
        for panel, name in zip(axes, ("convergence", "latent_recovery")):
            if name not in file:
                continue
            mean, error = mean_and_error(file[name])
            panel.errorbar(file["samples"], mean, error, fmt=MARKERS[k], ls=dashes, color=COLOURS[k], ms=4.5,
                           mfc="white", lw=1, label=label)
    axes[0].set_ylabel("convergence $q$")
    axes[1].set_ylabel("recovery of the latent image, $Q$")
    for panel in axes:
        panel.set_xlim(0.8 * float(conv["samples"].min()), 1.25 * float(conv["samples"].max()))  # also where nothing ran yet
        panel.set_xscale("log")
        panel.set_xlabel("examples $n$ ($d$ = 400)")
        panel.spines[["top", "right"]].set_visible(False)
    figure.legend(*axes[0].get_legend_handles_labels(), frameon=False, fontsize=9, loc="lower center", ncols=2)
    figure.tight_layout(rect=(0, 0.12, 1, 1))
    figure.savefig(output, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=("split", "bias"))
    parser.add_argument("paths", nargs="+", help="result files, then the figure to write")
    options = parser.parse_args()
    {"split": split, "bias": bias}[options.figure](options.paths[:-1], options.paths[-1])


if __name__ == "__main__":
    main()
