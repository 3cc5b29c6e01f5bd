"""Bootstrap of the means along a curve: what they would have been with other trials."""

import numpy as np

MOST_TRIALS = 5000  # up to here trials are drawn again one by one; beyond, the means' normal law is as good


def resampled_means(study, metric, index, x_order, statistics, amount, generator):
    """[amount, points]: means of resampled trials at the points of one line, in the order `x_order`.

    `index` gives the line's place in the study's grid, with a slice for the axis that it follows. Points are independent unless the study
    was run with common random numbers: then a trial is drawn for the whole line at once.
    """
    paired = study.option("common_random_numbers") is True
    mean, count = statistics.mean, statistics.count
    if metric.kind == "indicator" and not paired:
        return generator.binomial(count.astype(np.int64), np.clip(mean, 0, 1), size=(amount, len(mean))) / count
    if not paired and study.trials > MOST_TRIALS:
        return mean + generator.standard_normal((amount, len(mean))) * statistics.standard_error
    values = study.values(metric.name, index)[x_order]
    seen = np.isfinite(values)
    values = np.where(seen, values, 0.0)
    if study.trials > MOST_TRIALS:
        return _normal_law(values, seen, mean, amount, generator)
    if paired:
        trials = values.shape[1]
        draws = generator.multinomial(trials, np.full(trials, 1 / trials), size=amount).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = (draws @ values.T) / (draws @ seen.T)
        return np.where(np.isfinite(means), means, mean)
    columns = []
    for row, mask in zip(values, seen):
        row = row[mask]
        draws = generator.integers(0, len(row), size=(amount, len(row)))
        columns.append(row[draws].mean(axis=1))
    return np.stack(columns, axis=1)


def _normal_law(values, seen, mean, amount, generator):
    """Joint normal law of means over trials that belong together."""
    deviations = np.where(seen, values - mean[:, None], 0.0)
    counts = seen.sum(axis=1)
    covariance = deviations @ deviations.T / np.outer(counts, counts)
    spectrum, basis = np.linalg.eigh(covariance)
    root = basis * np.sqrt(np.maximum(spectrum, 0))
    return mean + generator.standard_normal((amount, len(mean))) @ root.T
