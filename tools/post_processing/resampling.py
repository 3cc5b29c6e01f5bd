"""Means along a curve as they might have been: draws from what the trials leave possible.

Resampling few or equal trials gives the same mean again and again, as if it were known. So an indicator's probability is drawn
from its posterior (Jeffreys' prior: half a success and half a failure added), equal trials of a bounded value like those of an
indicator with that mean, few trials with Student's law, and many by the bootstrap. One trial of an unbounded value says nothing:
NaN.
"""

import numpy as np

from .intervals import trials_are_equal

MOST_TRIALS = 5000  # up to here trials are drawn again one by one; beyond, the means' normal law is as good
FEW_TRIALS = 30  # below, the bootstrap's spread is too small


def resampled_means(study, metric, index, x_order, statistics, amount, generator):
    """[amount, points]: means of resampled trials at the points of one line, in the order `x_order`.

    `index` gives the line's place in the study's grid, with a slice for the axis that it follows. Points are independent unless the study
    was run with common random numbers: then a trial is drawn for the whole line at once.
    """
    if study.option("common_random_numbers") is True:
        return _paired(study, metric, index, x_order, statistics, amount, generator)
    if metric.kind == "indicator":
        return _posterior(statistics.mean, statistics.count, amount, generator)
    shape = (amount, len(statistics.mean))
    if metric.of_means:  # trials of unlike samples have no number in common: the estimate's own law
        freedom = np.maximum(statistics.count - 1, 1)
        return statistics.mean + generator.standard_t(freedom, size=shape) * statistics.standard_error
    if study.trials > MOST_TRIALS:
        drawn = statistics.mean + generator.standard_normal(shape) * statistics.standard_error
    else:
        drawn = np.empty(shape)
        values = study.values(metric.name, index)[x_order]
        for place, row in enumerate(values):
            row = row[np.isfinite(row)]
            if len(row) < FEW_TRIALS:
                student = generator.standard_t(max(len(row) - 1, 1), size=amount)
                drawn[:, place] = statistics.mean[place] + student * statistics.standard_error[place]
            else:
                drawn[:, place] = row[generator.integers(0, len(row), size=(amount, len(row)))].mean(axis=1)
    equal = trials_are_equal(metric, statistics)
    if metric.is_bounded and equal.any():
        low, high = metric.valid_range
        shares = (statistics.mean[equal] - low) / (high - low)
        drawn[:, equal] = low + (high - low) * _posterior(shares, statistics.count[equal], amount, generator)
    return np.clip(drawn, *metric.valid_range)


def _posterior(mean, count, amount, generator):
    hits = np.clip(mean, 0, 1) * count
    return generator.beta(hits + 0.5, count - hits + 0.5, size=(amount, len(mean)))


def _paired(study, metric, index, x_order, statistics, amount, generator):
    """Whole curves are drawn, one per trial: with random weights (the Bayesian bootstrap), so that few trials keep their spread."""
    mean = statistics.mean
    values = study.values(metric.name, index)[x_order]
    seen = np.isfinite(values)
    values = np.where(seen, values, 0.0)
    if study.trials > MOST_TRIALS:
        return _normal_law(values, seen, mean, amount, generator)
    trials = values.shape[1]
    if metric.kind == "indicator":
        # Half a curve that succeeds everywhere, and half a one that succeeds nowhere.
        values = np.column_stack([values, np.ones(len(values)), np.zeros(len(values))])
        seen = np.column_stack([seen, np.ones((len(seen), 2), dtype=bool)])
        weights = generator.gamma(np.concatenate([np.ones(trials), [0.5, 0.5]]), size=(amount, trials + 2))
    else:
        if trials < 2:
            return np.full((amount, len(mean)), np.nan)
        weights = generator.standard_gamma(1.0, size=(amount, trials))
    with np.errstate(invalid="ignore", divide="ignore"):
        means = (weights @ values.T) / (weights @ seen.T)
    return np.where(np.isfinite(means), means, mean)


def _normal_law(values, seen, mean, amount, generator):
    """Joint normal law of means over trials that belong together."""
    deviations = np.where(seen, values - mean[:, None], 0.0)
    counts = seen.sum(axis=1)
    covariance = deviations @ deviations.T / np.outer(counts, counts)
    spectrum, basis = np.linalg.eigh(covariance)
    root = basis * np.sqrt(np.maximum(spectrum, 0))
    return mean + generator.standard_normal((amount, len(mean))) @ root.T
