"""Confidence intervals of means."""

from statistics import NormalDist

import numpy as np


def normal_quantile(confidence):
    """Half-width of the central interval of that probability, in standard deviations."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(mean, count, confidence):
    """Wilson's interval for a probability of which `count` trials showed the fraction `mean`."""
    z = normal_quantile(confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (mean + z**2 / (2 * count)) / (1 + z**2 / count)
        half = z / (1 + z**2 / count) * np.sqrt(mean * (1 - mean) / count + z**2 / (4 * count**2))
        # Without a success (or a failure) the interval ends at 0 (or 1), which rounding misses.
        low = np.where(mean == 0, 0, np.clip(centre - half, 0, 1))
        high = np.where(mean == 1, 1, np.clip(centre + half, 0, 1))
    none = ~(count > 0)
    return np.where(none, np.nan, low), np.where(none, np.nan, high)


def mean_interval(metric, summary, confidence):
    """Interval for the mean of a metric: Wilson's for indicators, else normal, inside the metric's range."""
    if metric.kind == "indicator":
        return wilson(summary.mean, summary.count, confidence)
    half = normal_quantile(confidence) * summary.standard_error
    low, high = metric.valid_range
    return np.clip(summary.mean - half, low, high), np.clip(summary.mean + half, low, high)
