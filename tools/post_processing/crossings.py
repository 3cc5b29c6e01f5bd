"""Where curves cross a level. Curves come in bundles: one row per resample, one column per value of x."""

import numpy as np

FITS = ("isotonic", "logistic", "linear")


def crossing(fit, x, curves, weights, level):
    """Crossing of every row, -inf where the whole curve lies beyond the level already, +inf where it never gets there.

    `x` ascends; curves that fall are mirrored by the caller. Isotonic: least-squares monotone curve, straight between its
    points. Logistic: two parameters, weighted by the trials. Linear: straight between the points, first way up.
    """
    curves = np.atleast_2d(curves)
    if fit == "logistic":
        return _logistic_crossing(x, curves, weights, level)
    if fit == "isotonic":
        curves = isotonic(curves, weights)
    return _first_way_up(x, curves, level)


def isotonic(curves, weights):
    """Monotone least-squares fit of every row: the max-min formula over averages of runs of points."""
    rows, points = curves.shape
    total = np.concatenate(([0.0], np.cumsum(weights)))
    sums = np.concatenate((np.zeros((rows, 1)), np.cumsum(curves * weights, axis=1)), axis=1)
    spans = total[None, 1:] - total[:-1, None]
    forward = np.tril(np.ones((points, points), dtype=bool)).T  # run from i to j with j >= i
    fitted = np.empty_like(curves)
    step = max(1, int(4e6 // points**2))
    for start in range(0, rows, step):
        part = sums[start : start + step]
        with np.errstate(invalid="ignore", divide="ignore"):
            averages = np.where(forward, (part[:, None, 1:] - part[:, :-1, None]) / spans, np.inf)
        smallest = np.minimum.accumulate(averages[:, :, ::-1], axis=2)[:, :, ::-1]
        fitted[start : start + step] = np.where(forward, smallest, -np.inf).max(axis=1)
    return fitted


def _first_way_up(x, curves, level):
    above = curves >= level
    first = above.argmax(axis=1)
    rows = np.arange(len(curves))
    before = np.maximum(first - 1, 0)
    low, high = curves[rows, before], curves[rows, first]
    with np.errstate(invalid="ignore", divide="ignore"):
        between = x[before] + (x[first] - x[before]) * (level - low) / (high - low)
    return np.where(~above.any(axis=1), np.inf, np.where(first == 0, -np.inf, between))


def _logistic_crossing(x, curves, weights, level):
    """Binomial regression by Newton's steps, all rows at once; a ridge of 1e-6 keeps separable rows finite."""
    centre, scale = x.mean(), x.std()
    z = (x - centre) / scale
    intercept, slope = np.zeros(len(curves)), np.ones(len(curves))
    share = weights / weights.max()
    for _ in range(60):
        probability = 1 / (1 + np.exp(-np.clip(intercept[:, None] + slope[:, None] * z, -500, 500)))
        residual = share * (curves - probability)
        curvature = share * probability * (1 - probability)
        g0, g1 = residual.sum(axis=1) - 1e-6 * intercept, (residual * z).sum(axis=1) - 1e-6 * slope
        h00, h01, h11 = (curvature * z**power for power in range(3))
        h00, h01, h11 = h00.sum(axis=1) + 1e-6, h01.sum(axis=1), h11.sum(axis=1) + 1e-6
        determinant = h00 * h11 - h01**2
        step0, step1 = (h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant
        largest = np.maximum(np.abs(step0), np.abs(step1))
        damping = np.minimum(1, 2 / np.maximum(largest, 1e-300))
        intercept, slope = intercept + damping * step0, slope + damping * step1
        if largest.max() < 1e-10:
            break
    with np.errstate(invalid="ignore", divide="ignore"):
        crossed = centre + scale * (np.log(level / (1 - level)) - intercept) / slope
    crossed = np.where(slope > 0, crossed, np.inf)
    return np.where(crossed < x[0], -np.inf, np.where(crossed > x[-1], np.inf, crossed))
