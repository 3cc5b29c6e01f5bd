#!/usr/bin/python3
"""Draws the two figures of entropy_coupling from result files of the presets paper and threshold.

    figures.py dichotomy paper.h5 dichotomy.png
    figures.py threshold threshold.h5 threshold.png [--q_bias 0.3]
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

STYLES = {
    "list_greedy": ("#0072b2", "o", "list greedy (dependent)"),
    "independent": ("#d55e00", "s", "independent: interval algorithm"),
    "independent_greedy": ("#cc79a7", "^", "independent: greedy on the product"),
    "tie_break": ("#009e73", "D", "only the last one dependent"),
    "joint_mec": ("#555555", "v", "joint greedy coupling"),
    "codebook": ("#e69f00", "P", "codebook certificate"),
}


def dichotomy(path, output, _):
    """H over m on a logarithmic scale; an exact zero stands on the axis below."""
    file = xr.open_dataset(path)
    theory = xr.open_dataset(path, group="theory")
    floor = 1e-9
    figure, axes = plt.subplots(figsize=(7, 4.6))
    m = file["m"].values
    for name, (colour, marker, label) in STYLES.items():
        if name not in file["estimator"].values:
            continue
        h = file["h_bits"].sel(estimator=name).mean("trial", skipna=True).values
        positive = h > 0
        axes.semilogy(m[positive], h[positive], marker=marker, color=colour, ms=5, lw=1, mfc="white", label=label)
        exact = h == 0
        axes.plot(m[exact], np.full(exact.sum(), floor), marker=marker, color=colour, ms=6, lw=0, clip_on=False)
    bound = file["h_lb_bits"].sel(estimator="list_greedy").mean("trial").values
    positive = bound > 0
    axes.semilogy(m[positive], bound[positive], color="black", lw=1, ls=":", label="lower bound")
    mean = theory["h_ind_mean_bits"]
    mean = mean.isel({d: 0 for d in mean.dims if d != "m"}).values
    axes.semilogy(m, mean, color="black", lw=1, label="theory, independent")
    axes.set_ylim(floor, 20)
    ticks = [10.0**e for e in range(-8, 2, 2)]
    axes.set_yticks([floor] + ticks, ["exactly 0"] + [f"$10^{{{e}}}$" for e in range(-8, 2, 2)])
    axes.minorticks_off()
    axes.set_xlabel("observations m")
    axes.set_ylabel("H(X | Y$_1$..Y$_m$), bits")
    axes.legend(fontsize=8, frameon=False, loc="lower left", bbox_to_anchor=(0.0, 0.06))
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def threshold(path, output, q_bias):
    """Smallest m without uncertainty against log2(1/P_min), with the bounds."""
    file = xr.open_dataset(path)
    if "q_bias" in file.dims:
        file = file.sel(q_bias=q_bias)
    kinds = list(np.atleast_1d(file["p_kind"].values))
    figure, panels = plt.subplots(1, len(kinds), figsize=(3.3 * len(kinds), 3.8), sharey=True, squeeze=False)
    for axes, kind in zip(panels[0], kinds):
        part = file.sel(p_kind=kind) if "p_kind" in file.dims else file
        one = part.sel(estimator="list_greedy")
        x = one["log2_inv_pmin"].mean("trial").values
        for name, style, label in (("m_ub", "-", "upper bound"), ("m_gen", "--", "lower bound, generic P"),
                                   ("m_info", ":", "information bound")):
            axes.plot(x, one[name].mean("trial").values, color="black", lw=1, ls=style, label=label)
        for name in ("tie_break", "list_greedy", "codebook"):
            colour, marker, label = STYLES[name]
            zero = part["m_zero"].sel(estimator=name).mean("trial").values
            axes.plot(x, zero, marker=marker, color=colour, lw=0, ms=5, mfc="white", label=label)
        axes.set_title(f"P {kind}", fontsize=10)
        axes.set_xlabel("log$_2$ 1/P$_{min}$")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0][0].set_ylabel("smallest m with H = 0")
    panels[0][0].legend(fontsize=7, frameon=False)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=["dichotomy", "threshold"])
    parser.add_argument("file")
    parser.add_argument("output")
    parser.add_argument("--q_bias", type=float, default=0.3)
    arguments = parser.parse_args()
    globals()[arguments.figure](arguments.file, arguments.output, arguments.q_bias)


if __name__ == "__main__":
    main()
