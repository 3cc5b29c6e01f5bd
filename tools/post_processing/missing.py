"""Trials that ran and do not count in a mean: how many, and why. Survivors are never shown as the whole."""

from dataclasses import dataclass

import numpy as np

from .study_file import NOT_CONVERGED

MANY = 0.05  # a larger share of missing trials is marked


@dataclass(frozen=True)
class Missing:
    """Over the grid, one per point."""

    ran: np.ndarray
    counted: np.ndarray
    reasons: dict  # text -> number of trials

    @property
    def applies(self):
        """Where the metric was measured, or would have been had the trials not failed or not converged."""
        lost = sum(amount for reason, amount in self.reasons.items() if reason != UNDEFINED)
        return (self.counted > 0) | (lost > 0)

    @property
    def are_many(self):
        """Where more than a few percent of the trials are missing."""
        return self.applies & (self.ran - self.counted > MANY * self.ran)

    def why(self, point):
        """'19 not converged, 2 failed', for one point; empty where all count."""
        return ", ".join(f"{int(amount[point])} {reason}" for reason, amount in self.reasons.items() if amount[point] > 0)

    def note(self, kept):
        """A line on the points where many are missing, among those `kept` (a mask); empty without any."""
        many = self.are_many & kept
        if not many.any():
            return ""
        worst = np.max((self.ran - self.counted)[many] / self.ran[many])
        return (f"at {int(many.sum())} of {int((self.applies & kept).sum())} points more than {100 * MANY:g} % of the trials do not count "
                f"(at worst {100 * worst:.0f} %: failed, not converged, undefined or infinite)")


FAILED, WITHOUT_VALUE, UNDEFINED, INFINITE = "failed", "not converged, no value", "undefined", "infinite"


def missing(study, name):
    """What does not count in the mean of a metric. The trials are read only where counts alone do not tell why."""
    counts = study.trial_counts(name)
    counted = study.summary(name).count.astype(np.int64)
    reasons = {WITHOUT_VALUE: np.zeros(study.shape, dtype=np.int64), FAILED: counts.failed,
               INFINITE: np.zeros(study.shape, dtype=np.int64), UNDEFINED: np.zeros(study.shape, dtype=np.int64)}
    untold = counts.ran - counts.failed - counted
    if np.any(untold > 0):
        for index in study.slabs():
            if np.any(untold[index] > 0):
                values, status = study.ended(name, index)
                none = np.isnan(values) & (status != 0)
                reasons[WITHOUT_VALUE][index] = np.count_nonzero(none & (status == NOT_CONVERGED), axis=-1)
                reasons[UNDEFINED][index] = np.count_nonzero(none & (status != NOT_CONVERGED), axis=-1)
                reasons[INFINITE][index] = np.count_nonzero(np.isinf(values), axis=-1)
    return Missing(counts.ran, counted, reasons)
