"""Where simulation and theory differ: every metric beside its prediction at every point, by how many standard errors."""

from dataclasses import dataclass

import numpy as np

from .intervals import deviation, honest_error


@dataclass(frozen=True)
class Gap:
    metric: str
    prediction: str
    point: tuple  # place in the study's grid
    mean: float
    predicted: float
    error: float
    deviation: float  # of the mean from the prediction, in standard errors


@dataclass(frozen=True)
class Comparison:
    """A metric beside one prediction, over all points."""

    metric: str
    prediction: str
    points: int  # that have both
    beyond_two: int
    beyond_five: int
    unknown: int  # of the points, those where trials leave no standard error


def gaps(study, view, metrics):
    """(comparisons, gaps with the largest first) of metrics and what is predicted of them, in a view."""
    comparisons, found = [], []
    inside = view.mask()
    for name in metrics:
        metric = study.metric(name)
        statistics = study.summary(name)
        error = honest_error(metric, statistics)
        for prediction in study.default_predictions(name):
            predicted = study.at_points(prediction)
            both = np.isfinite(statistics.mean) & np.isfinite(predicted) & inside
            if not both.any():
                continue
            deviations = deviation(statistics.mean, predicted, error)
            sizes = np.abs(deviations[both])
            comparisons.append(Comparison(name, prediction, int(both.sum()), int(np.sum(sizes > 2)), int(np.sum(sizes > 5)), int(np.isnan(sizes).sum())))
            for point in map(tuple, np.argwhere(both & ~np.isnan(deviations))):
                found.append(Gap(name, prediction, point, float(statistics.mean[point]), float(predicted[point]), float(error[point]), float(deviations[point])))
    found.sort(key=lambda gap: -abs(gap.deviation))
    return comparisons, found
