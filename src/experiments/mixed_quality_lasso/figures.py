#!/usr/bin/python3
"""Draws the figures of mixed_quality_lasso from result files of its presets.

    figures.py collapse paper_collapse.h5 paper_collapse_sizes.h5 --output collapse.png
    figures.py price paper_price_lasso.h5 iso_line.h5 --output price.png
    figures.py harm paper_price_ml.h5 paper_harm.h5 --output harm.png
    figures.py baselines baselines.h5 --output baselines.png
    figures.py gamma paper_gamma.h5 --output gamma.png
"""

import argparse

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#555555"]
MARKERS = ["o", "s", "^", "D", "v", "P"]
WEIGHTINGS = {
    "agnostic": ("#0072b2", "o"),
    "inverse_variance": ("#d55e00", "s"),
    "interference": ("#009e73", "^"),
}


def curve(axes, x, trials, colour, marker, label):
    """Mean over the trials with a band of two standard errors."""
    mean = trials.mean("trial").values
    error = trials.std("trial", ddof=1).values / np.sqrt(trials.sizes["trial"])
    axes.plot(x, mean, marker, color=colour, ms=4, mfc="white", label=label, zorder=3)
    axes.fill_between(x, mean - 2 * error, mean + 2 * error, color=colour, alpha=0.2, lw=0)


def finish(figure, output):
    for axes in figure.axes:
        axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(output, dpi=110)


def collapse(files, output):
    """Left: mixes of very different noise at one average; right: the transition over the dimension."""
    mixes, sizes = (xr.open_dataset(path) for path in files)
    theory = [xr.open_dataset(path, group="theory") for path in files]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.9), sharey=True)
    for k, fraction in enumerate(mixes.hq_fraction.values):
        at = {"hq_fraction": fraction}
        x = theory[0].theta_realised.sel(**at, estimator="pdw")
        label = f"{fraction:.0%} clean rows"
        curve(left, x, mixes.cond_success_prob.sel(**at, estimator="pdw"), COLOURS[k], MARKERS[k], label)
        left.plot(x, mixes.sign_recovery.sel(**at, estimator="lasso").mean("trial"), marker="x", color=COLOURS[k], lw=0,
                  ms=4)
        left.plot(x, theory[0].lasso_success.sel(**at, estimator="pdw"), color=COLOURS[k], lw=0.8)
    left.plot([], [], "x", color="black", label="the LASSO itself (signs)")
    left.plot([], [], color="black", lw=0.8, label="theory")
    left.set_title("one average noise, four mixes (p = 512, s = 8)", fontsize=10)
    left.set_ylabel("probability of signed-support recovery")
    for k in range(sizes.sizes["p"]):
        part, predicted = sizes.isel(p=k), theory[1].isel(p=k)
        x = predicted.theta_realised
        curve(right, x, part.cond_success_prob, COLOURS[k], MARKERS[k], f"p = {int(part.p):,}, s = {int(part.s)}")
        right.plot(x, predicted.lasso_success, color=COLOURS[k], lw=0.8)
    right.set_title("growing dimension", fontsize=10)
    for axes in (left, right):
        axes.axvline(1, color="black", lw=0.6, ls=":")
        axes.set_xlabel("n / n$_{alg}$")
        axes.legend(fontsize=7, frameon=False)
    finish(figure, output)


def crossing(values, x, level):
    """First upward crossing of `level`, linear between neighbours; NaN without one."""
    above = np.flatnonzero((values[:-1] < level) & (values[1:] >= level))
    if len(above) == 0:
        return np.nan
    k = above[0]
    return x[k] + (level - values[k]) / (values[k + 1] - values[k]) * (x[k + 1] - x[k])


def price(files, output):
    """Lines of equal recovery over (n1, n2): traced, from the grid, and predicted."""
    grid, line = (xr.open_dataset(path) for path in files)
    grid_theory, line_theory = (xr.open_dataset(path, group="theory") for path in files)
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 4.1))
    n1 = grid.n1.values.astype(float)
    for name, (colour, marker) in WEIGHTINGS.items():
        at = {"weighting": name}
        mean = grid.cond_success_prob.sel(**at).mean("trial")
        predicted = grid_theory.lasso_success.sel(**at)
        left.plot([crossing(mean.sel(n2=n2).values, n1, 0.5) for n2 in grid.n2.values], grid.n2, marker, color=colour, ms=4,
                  mfc="white", label=f"{name}: grid")
        left.plot([crossing(predicted.sel(n2=n2).values, n1, 0.5) for n2 in grid.n2.values], grid.n2, color=colour, lw=1)
    for name in line.weighting.values:
        colour, _ = WEIGHTINGS[name]
        part = line.sel(weighting=name)
        inside = (np.isfinite(part.iso_n2) & (part.iso_n2 > 0)).all("trial")
        mean = part.iso_n2.where(inside).mean("trial").values
        left.plot(line.n1, mean, "+", color=colour, ms=8)
        fit = np.isfinite(mean)
        if fit.sum() < 3:
            continue
        slope, intercept = np.polyfit(line.n1.values[fit], mean[fit], 1)
        deviation = np.abs(mean[fit] - intercept - slope * line.n1.values[fit]).max()
        print(f"{name}: slope {slope:.3f}, largest deviation from a straight line {deviation:.1f} of {mean[fit].max():.0f} rows")
        prices = part.iso_price
        enough = (prices.count("trial") == prices.sizes["trial"]).values
        at = line.n1.values[enough]
        middle = prices.mean("trial").values[enough]
        error = prices.values[enough].std(axis=prices.dims.index("trial"), ddof=1) / np.sqrt(prices.sizes["trial"])
        right.errorbar(at, middle, 2 * error, fmt=WEIGHTINGS[name][1], color=colour, ms=4, mfc="white", lw=1, label=name)
        right.plot(line.n1, line_theory.iso_price_theory.sel(weighting=name), color=colour, lw=1)
    left.plot([], [], "+", color="black", ms=8, label="traced trial by trial")
    left.plot([], [], color="black", lw=1, label="theory")
    left.set_xlabel("clean rows n1")
    left.set_ylabel("noisy rows n2 for recovery probability 1/2")
    left.set_ylim(0, 1250)
    right.set_xlabel("clean rows n1")
    right.set_ylabel("noisy rows that replace a clean one")
    for axes in (left, right):
        axes.legend(fontsize=7, frameon=False)
    finish(figure, output)


def harm(files, output):
    """Maximum likelihood over (n1, n2) with the sharp threshold, and the LASSO with very noisy rows."""
    ml, lasso = (xr.open_dataset(path) for path in files)
    ml_theory, lasso_theory = (xr.open_dataset(path, group="theory") for path in files)
    figure, panels = plt.subplots(1, 3, figsize=(13, 3.9))
    for axes, name, ratio in zip(panels, ("agnostic", "inverse_variance"), ("aon_ratio_agnostic", "aon_ratio_informed")):
        mean = ml.exact_support.sel(weighting=name).mean("trial").transpose("n2", "n1")
        drawn = axes.pcolormesh(ml.n1, ml.n2, mean, shading="nearest", cmap="viridis", vmin=0, vmax=1)
        lines = axes.contour(ml.n1, ml.n2, ml_theory[ratio].sel(weighting=name).transpose("n2", "n1"),
                             levels=[0.75, 1, 1.5, 2], colors="white", linewidths=0.8)
        axes.clabel(lines, fontsize=7)
        axes.set_title(f"maximum likelihood, {name}", fontsize=10)
        axes.set_xlabel("clean rows n1")
        axes.set_ylabel("noisy rows n2")
        figure.colorbar(drawn, ax=axes, label="exact recovery", pad=0.02)
    axes = panels[2]
    n2 = lasso.n2.values
    for name, (colour, marker) in WEIGHTINGS.items():
        at = {"weighting": name}
        curve(axes, n2, lasso.cond_success_prob.sel(**at, estimator="pdw"), colour, marker, name)
        axes.plot(n2, lasso.sign_recovery.sel(**at, estimator="lasso").mean("trial"), "x", color=colour, ms=4)
        axes.plot(n2, lasso_theory.lasso_success.sel(**at, estimator="pdw"), color=colour, lw=0.8)
    axes.set_xscale("symlog", linthresh=5)
    axes.set_xticks([0, 5, 20, 100, 400, 1600], ["0", "5", "20", "100", "400", "1600"])
    axes.minorticks_off()
    axes.set_title("LASSO, 150 clean rows, $\\sigma_2$ = 6", fontsize=10)
    axes.set_xlabel("noisy rows n2")
    axes.set_ylabel("probability of recovery")
    axes.legend(fontsize=7, frameon=False)
    finish(figure, output)


def baselines(files, output):
    """Exact support recovery of every estimator on the same data."""
    data = xr.open_dataset(files[0])
    theory = xr.open_dataset(files[0], group="theory")
    figure, (left, right) = plt.subplots(1, 2, figsize=(9.5, 3.9), sharey=True)
    for k, name in enumerate(data.estimator.values):
        x = theory.theta_realised.sel(estimator=name)
        curve(left, x, data.exact_support.sel(estimator=name), COLOURS[k], MARKERS[k], name)
        curve(right, x, data.overlap.sel(estimator=name), COLOURS[k], MARKERS[k], name)
    left.plot(theory.theta_realised.sel(estimator="lasso"), theory.lasso_success.sel(estimator="lasso"), color=COLOURS[0],
              lw=0.8, label="theory, lasso")
    right.plot(theory.theta_realised.sel(estimator="lasso"), theory.se_tpr.sel(estimator="lasso"), color=COLOURS[0], lw=0.8)
    left.set_ylabel("exact support (left), share of it found (right)")
    for axes in (left, right):
        axes.set_xlabel("n / n$_{alg}$")
        axes.legend(fontsize=7, frameon=False)
    finish(figure, output)


def gamma(files, output):
    """The price of quality of the decoders over the noise of the bad rows; theory only."""
    theory = xr.open_dataset(files[0], group="theory")
    names = {"gamma_agnostic": "agnostic, sufficient", "gamma_agnostic_sharp": "agnostic, sharp", "gamma_informed": "informed"}
    figure, panels = plt.subplots(1, theory.sizes["sigma1"], figsize=(12, 3.6), sharey=True)
    for axes, sigma1 in zip(panels, theory.sigma1.values):
        for k, (name, label) in enumerate(names.items()):
            axes.loglog(theory.sigma2, theory[name].sel(sigma1=sigma1), color=COLOURS[k], label=label)
        axes.axhline(2, color="black", lw=0.6, ls=":")
        axes.set_title(f"$\\sigma_1$ = {sigma1:g}", fontsize=10)
        axes.set_xlabel("$\\sigma_2$")
    panels[0].set_ylabel("price of quality")
    panels[0].legend(fontsize=7, frameon=False)
    finish(figure, output)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("figure", choices=["collapse", "price", "harm", "baselines", "gamma"])
    parser.add_argument("files", nargs="+")
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    globals()[arguments.figure](arguments.files, arguments.output)


if __name__ == "__main__":
    main()
