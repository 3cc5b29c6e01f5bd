"""Confidence intervals of means, and their errors where equal trials tell nothing of the spread.

Trials that happen to be equal are not certain: rare events are 0, 0, 0, ... until the first one. There an indicator has
Wilson's interval, a value of bounded range that of an indicator with the same mean (no law in that range varies more), a
count that of one more event, and any other value none.
"""

from statistics import NormalDist

import numpy as np

NEGLIGIBLE = 1e-6  # of a bounded range: trials closer together than this count as equal
ROUNDING = 1e-12  # of the mean


def normal_quantile(confidence):
    """Half-width of the central interval of that probability, in standard deviations."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(mean, count, confidence):
    """Wilson's interval for a probability of which `count` trials showed the fraction `mean`."""
    z = normal_quantile(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (mean + z**2 / (2 * count)) / (1 + z**2 / count)
        half = z / (1 + z**2 / count) * np.sqrt(np.maximum(mean * (1 - mean), 0) / count + z**2 / (4 * count**2))
        # Without a success (or a failure) the interval ends at 0 (or 1), which rounding misses.
        low = np.where(mean == 0, 0, np.clip(centre - half, 0, 1))
        high = np.where(mean == 1, 1, np.clip(centre + half, 0, 1))
    none = ~(count > 0)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def trials_are_equal(metric, summary):
    """Where a point has trials and their variance estimates nothing: a single one, or equal ones."""
    with np.errstate(invalid="ignore"):
        spread = summary.standard_error * np.sqrt(summary.count)
        low, high = metric.valid_range
        negligible = NEGLIGIBLE * (high - low) if metric.is_bounded and metric.kind != "count" else ROUNDING * np.abs(summary.mean)
        return (summary.count > 0) & ~((summary.count > 1) & (spread > negligible))


def mean_interval(metric, summary, confidence):
    """Interval for the mean of a metric: Wilson's for indicators, else normal, inside the metric's range; NaN where there is none."""
    if metric.kind == "indicator":
        return wilson(summary.mean, summary.count, confidence)
    half = normal_quantile(confidence) * summary.standard_error
    low, high = summary.mean - half, summary.mean + half
    equal = trials_are_equal(metric, summary)
    if np.any(equal):
        low, high = (np.where(equal, *pair) for pair in zip(_interval_of_equal_trials(metric, summary, confidence), (low, high)))
    return tuple(np.clip(end, *metric.valid_range) for end in (low, high))


def _interval_of_equal_trials(metric, summary, confidence):
    if metric.kind == "count":
        # -log of the tail's probability: the exact bound on a Poisson mean of which no event was seen.
        with np.errstate(divide="ignore"):
            half = np.where(summary.count > 1, -np.log((1 - confidence) / 2) / summary.count, np.nan)
        return summary.mean - half, summary.mean + half
    if not metric.is_bounded:
        return np.full_like(summary.mean, np.nan), np.full_like(summary.mean, np.nan)
    low, high = metric.valid_range
    width = high - low
    return tuple(low + width * end for end in wilson((summary.mean - low) / width, summary.count, confidence))


def honest_error(metric, summary):
    """Standard error of the mean; of equal trials that of one pseudo-trial at each end of the range, or of one more event of a count.

    0 where trials of an unbounded value are equal, NaN where a single one is all there is of it.
    """
    error = summary.standard_error
    equal = trials_are_equal(metric, summary)
    if not np.any(equal):
        return error
    n, mean = summary.count, summary.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        if metric.kind == "count":
            replaced = np.where(n > 1, 1 / n, np.nan)
        elif metric.is_bounded:
            low, high = metric.valid_range
            centre = (n * mean + low + high) / (n + 2)
            squares = n * (mean - centre) ** 2 + (low - centre) ** 2 + (high - centre) ** 2
            replaced = np.sqrt(squares) / (n + 2)
        else:
            replaced = np.where(n > 1, 0.0, np.nan)
    return np.where(equal, replaced, error)


def deviation(mean, predicted, error):
    """(mean - predicted)/error; infinite where equal trials differ from the prediction, NaN where nothing can be said."""
    difference = mean - predicted
    with np.errstate(divide="ignore", invalid="ignore"):
        same = np.abs(difference) <= 1e-9 * np.maximum(np.abs(mean), np.abs(predicted))
        return np.where((error == 0) & same, 0.0, np.asarray(difference / error))
