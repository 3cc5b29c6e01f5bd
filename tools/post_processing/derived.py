"""Quantities derived from metrics: per trial ("mse_clair/mse_local"), or functions of means ("mean(fdp)/mean(overlap)").

A function of means is estimated by the jackknife over trials (Efron 1982): with theta of all n trials and theta_k without trial k,
the values n theta - (n - 1) theta_k have a mean without the bias of order 1/n, and the standard error of that mean is the
jackknife's. Trial k leaves all means that it belongs to at once; means over other data are other samples, whose corrections and
variances add.
"""

import ast
import functools

import numpy as np

from . import ranges, units
from .errors import InputError, unknown_name
from .expressions import at_points
from .formula import MEAN, Formula, is_mean
from .selection import pins_of
from .study_file import FAILED, INVALID, NOT_CONVERGED, NOT_RUN, OK, Metric, Summary, TrialCounts, summarise
from .text import coordinate, symbol

SEVERITY = (NOT_RUN, INVALID, FAILED, NOT_CONVERGED, OK)  # a trial that needs several is as good as the worst of them


class Derived:
    """One expression over the trials of a study."""

    def __init__(self, study, text):
        self.study, self.text = study, text
        self.formula = Formula(text)
        self.means = self.formula.means()
        self.held = {}  # by reference: axis positions held, and where
        for reference in self.formula.references.values():
            known = [*study.metrics, *study.names_at_points()]
            if reference.name not in known:
                raise unknown_name("metric, coordinate or prediction", reference.name, known)
            self.held[reference] = pins_of(reference, study)
        measured = [reference for reference in self.held if reference.name in study.metrics]
        if not measured:
            raise InputError(f"'{text}': names no metric (there are: {', '.join(study.metrics)})")
        self._check_means()
        for part in self.means or [self.formula.tree]:
            self._check_pairs(self._metrics_in(part))
        self.samples = self._samples()
        self.metric = self._described()
        self._summary = None

    # ---- what is asked -----------------------------------------------------------------------------------------------

    def _metrics_in(self, node):
        return [reference for reference in self.formula.references_in(node) if reference.name in self.study.metrics]

    def _check_means(self):
        if not self.means:
            return
        inside = [reference for mean in self.means for reference in self._metrics_in(mean)]
        for mean in self.means:
            if any(part is not mean and is_mean(part) for part in ast.walk(mean)):
                raise InputError(f"'{self.text}': {MEAN}(...) is over trials, and stands in no other {MEAN}(...)")
            if not self._metrics_in(mean):
                raise InputError(f"'{self.text}': a {MEAN}(...) is over the trials of a metric, and there is none in it")
        everywhere = self._metrics_in(self.formula.tree)
        loose = next((reference for reference in everywhere if everywhere.count(reference) > inside.count(reference)), None)
        if loose:
            raise InputError(f"'{self.text}': '{loose.name}' has a value per trial and stands beside a mean over trials: write {MEAN}({loose.name})")

    def _data_of(self, reference):
        """Where the data of a reference are held: points that agree in it have the same data in the same trial."""
        shaping = self.study.data_axes()
        held = self.held[reference]
        if shaping is None:  # not known: only the very same point is the same data for certain
            return tuple(sorted(held.items()))
        return tuple(sorted((axis, where) for axis, where in held.items() if axis in shaping))

    def _check_pairs(self, references):
        for other in references[1:]:
            first, second = self._data_of(references[0]), self._data_of(other)
            if first == second:
                continue
            if self.study.data_axes() is None:
                raise InputError(f"'{self.text}': this file does not say which parameters shape the data, so trials of other points cannot be paired "
                                 f"(the driver's --resume writes it anew; or compare means: {MEAN}(...) - {MEAN}(...))")
            axis = next(axis for axis, _ in set(first) ^ set(second))
            name = self.study.axes[axis].name
            places = [self._where(axis, dict(data)) for data in (first, second)]
            raise InputError(f"'{self.text}': cannot be paired: {name} shapes the data, so trial k {places[0]} and {places[1]} is not the same "
                             f"(compare means, {MEAN}(...) - {MEAN}(...), or run with --common_random_numbers)")

    def _where(self, axis, data):
        name, values = self.study.axes[axis].name, self.study.axes[axis].values
        return f"at {name} = {coordinate(values[data[axis]])}" if axis in data else f"of each {name}"

    def _samples(self):
        """Numbers of the means that belong to one sample of trials, a list each."""
        samples = {}
        for position, mean in enumerate(self.means):
            samples.setdefault(self._data_of(self._metrics_in(mean)[0]), []).append(position)
        return list(samples.values())

    def _described(self):
        study = self.study
        measured = self._metrics_in(self.formula.tree)
        unit = units.of(self.formula, lambda name: study.units(name))
        if len(self.formula.parts) == 1:  # a metric, at another place
            plain = study.metrics[measured[0].name]
            return Metric(self.text, plain.kind, f"{plain.meaning} ({self.text})", plain.units, plain.valid_range, self._predictions())
        bounds = (-np.inf, np.inf) if self.means else ranges.of(self.formula, self._range_of)
        meaning = f"{self.text}, {'a function of means: jackknife over trials, bias removed' if self.means else 'trial by trial'}"
        return Metric(self.text, "value", meaning, unit, bounds, self._predictions(), bool(self.means))

    def _range_of(self, reference):
        if reference.name in self.study.metrics:
            return self.study.metrics[reference.name].valid_range
        values = at_points(reference, self.study, self.text)
        values = values[~np.isnan(values)]
        return (float(values.min()), float(values.max())) if values.size else (-np.inf, np.inf)

    def _predictions(self):
        """The same expression of what theory predicts of each mean; none where a mean of the expression is not that of the means."""
        parts = self.means or [self.formula.tree]
        if any(units.degree(self.formula, part, lambda reference: reference.name in self.study.metrics) > 1 for part in parts):
            return ()
        words = []
        for text, reference in self.formula.parts:
            if reference and reference.name in self.study.metrics:
                known = self.study.default_predictions(reference.name)
                if not known:
                    return ()
                text = known[0] + text[len(reference.name):]
            words.append("" if text == MEAN and reference is None else text)
        return ("".join(words),)

    def fixed_axes(self):
        """Axes along which the quantity does not change: every name that does is held there."""
        varying = set()
        for reference, held in self.held.items():
            if reference.name in self.study.metrics:
                varying |= set(range(len(self.study.shape))) - set(held)
                continue
            values = at_points(reference, self.study, self.text)
            varying |= {axis for axis in range(values.ndim) if values.shape[axis] > 1 and np.any(values != np.take(values, [0], axis=axis))}
        return [axis for axis in range(len(self.study.shape)) if axis not in varying]

    def names(self):
        """Names of the file that stand in it."""
        return [reference.name for reference in self.held]

    def label(self, statistic="mean"):
        """What an axis of a figure says."""
        words = []
        for text, reference in self.formula.parts:
            if reference:
                text = symbol(reference.name) + (f" [{', '.join(value.replace('_', ' ') for _, value in reference.pins)}]" if reference.pins else "")
            words.append({"*": "\u00b7", "-": "\u2212"}.get(text, text))
        text = "".join(words).replace("\u00b7\u00b7", "^")
        unit = f" ({self.metric.units})" if self.metric.units not in ("", "1") else ""
        return (text if self.means else f"{statistic} {text}" if len(self.formula.parts) == 1 else f"{statistic} of {text}") + unit

    # ---- trials ------------------------------------------------------------------------------------------------------

    def status(self, index=()):
        """What became of each trial: of several that it needs, the worst."""
        places = {str(self.held[reference]): self._index(index, self.held[reference]) for reference in self._metrics_in(self.formula.tree)}
        return np.broadcast_to(worst_of([self.study.file["status"][place] for place in places.values()]), self._shape(index))

    def values(self, index=()):
        """Values per trial; of a function of means those whose mean is the estimate. NaN where a trial does not count."""
        if self.means:
            estimate, deviations, _ = self._jackknife(index)
            with np.errstate(all="ignore"):
                return estimate[..., None] + sum(deviations)
        found = np.broadcast_to(self.formula.value(self.formula.tree, lambda reference: self._trials_of(reference, index)), self._shape(index))
        return np.where(_counts(self.status(index)), found, np.nan)

    def finite_values(self, index=()):
        values = self.values(index)
        return np.where(np.isfinite(values), values, np.nan)

    def ended(self, index=()):
        """(values, status) over a part of the grid; NaN and 0 where a trial has not ended with numbers of its own."""
        status = self.status(index)
        return self.values(index), np.where(_counts(status), status, 0)

    def summary(self):
        """Statistics over the trials, of a function of means the estimate and its error; computed once."""
        if self._summary is None:
            self._summary = self._summarised()
        return self._summary

    def _summarised(self):
        study = self.study
        parts = [np.full(study.shape, np.nan) for _ in range(4)]
        for index in study.slabs():
            for part, computed in zip(parts, self._statistics(index)):
                part[index] = computed
        return Summary(*parts)

    def _statistics(self, index):
        if not self.means:
            return summarise(self.finite_values(index))
        estimate, deviations, counts = self._jackknife(index)
        mean, spread = estimate.copy(), np.zeros(estimate.shape)
        count = np.minimum.reduce(counts)
        for part, n in zip(deviations, counts):
            shift, error, _, _ = summarise(part)
            mean += np.where(np.isfinite(error), shift, 0.0)
            spread = np.hypot(spread, error)
        known = np.isfinite(estimate)
        nothing = np.full(estimate.shape, np.nan)
        return np.where(known, mean, np.nan), np.where(known, spread, np.nan), nothing, np.where(known, count, 0).astype(float)

    def _jackknife(self, index):
        """The estimate of all trials; per sample, (n - 1)(theta - theta_k) for each trial; and how many trials each has."""
        trials = []
        for mean in self.means:
            found = np.asarray(self.formula.value(mean.args[0], lambda reference: self._trials_of(reference, index)), dtype=float)
            trials.append(np.broadcast_to(found, self._shape(index)))
        seen = [np.isfinite(values) for values in trials]
        counts = [part.sum(axis=-1) for part in seen]
        with np.errstate(all="ignore"):
            means = [np.where(part, values, 0.0).sum(axis=-1) / n for values, part, n in zip(trials, seen, counts)]
            means = [mean[..., None] for mean in means]
            theta = np.array(np.broadcast_to(self._of(means, index), (*self._shape(index)[:-1], 1)), dtype=float)
            deviations, sizes = [], []
            for sample in self.samples:
                inside = np.logical_or.reduce([seen[k] for k in sample])
                size = inside.sum(axis=-1)
                left = list(means)
                for k in sample:
                    step = np.where(seen[k], means[k] - trials[k], 0.0)
                    left[k] = means[k] + step / (counts[k] - 1)[..., None]
                without = np.broadcast_to(self._of(left, index), self._shape(index))
                part = np.where(inside, (size - 1)[..., None] * (theta - without), np.nan)
                broken = (inside & ~np.isfinite(part)).any(axis=-1) | (size < 2)
                deviations.append(np.where(broken[..., None], np.nan, part))
                sizes.append(size)
        return theta[..., 0], deviations, sizes

    def _of(self, means, index):
        """The function at these means, [points..., without which trial]."""
        by_node = {id(node): values for node, values in zip(self.means, means)}
        return self.formula.value(self.formula.tree, lambda reference: self._points_of(reference, index)[..., None], lambda node: by_node[id(node)])

    def _trials_of(self, reference, index):
        held = self.held[reference]
        if reference.name not in self.study.metrics:
            return self._points_of(reference, index)[..., None]
        where = self._index(index, held)
        values, status = self.study.file[reference.name][where], self.study.file["status"][where]
        return np.where(_counts(status), values, np.nan)

    def _points_of(self, reference, index):
        values = at_points(reference, self.study, self.text)  # held already
        held = {axis: 0 for axis in self.held[reference]}
        return values[self._index(index, held)]

    def _index(self, index, held):
        """The place of a reference: the index over the axes, the held ones at their value (as a dimension of 1 where the index is a slice)."""
        whole = [*index, *[slice(None)] * (len(self.study.shape) - len(index))]
        for axis, where in held.items():
            whole[axis] = slice(where, where + 1) if isinstance(whole[axis], slice) else where
        return tuple(whole)

    def _shape(self, index):
        whole = self._index(index, {})
        lengths = [len(range(*part.indices(size))) for part, size in zip(whole, self.study.shape) if isinstance(part, slice)]
        return (*lengths, self.study.trials)

    def trial_counts(self):
        study = self.study
        ran, failed, not_converged = (np.zeros(study.shape, dtype=np.int64) for _ in range(3))
        for index in study.slabs() if study.trials else ():
            status = self.status(index)
            failed[index] = np.count_nonzero(status == FAILED, axis=-1)
            not_converged[index] = np.count_nonzero(status == NOT_CONVERGED, axis=-1)
            ran[index] = np.count_nonzero(status == OK, axis=-1) + failed[index] + not_converged[index]
        return TrialCounts(ran, failed, not_converged)


def worst_of(statuses):
    """Trial by trial the status of what needs all of them."""
    rank = np.argsort(SEVERITY)
    return np.asarray(SEVERITY, dtype=np.int8)[functools.reduce(np.minimum, (rank[status] for status in statuses))]


def _counts(status):
    return (status == OK) | (status == NOT_CONVERGED)
