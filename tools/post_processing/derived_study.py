"""A result file whose metrics and predictions may be expressions, too: wherever a name of one is taken, so is an expression."""

import numpy as np

from .derived import Derived, worst_of
from .errors import InputError
from .expressions import evaluate
from .formula import is_name
from .study_file import StudyFile, attribute


class DerivedStudy(StudyFile):
    """A StudyFile that knows expressions by their text."""

    def __init__(self, path):
        self.derived = {}  # by text
        super().__init__(path)

    def metric(self, name):
        if name in self.metrics or is_name(name):
            return super().metric(name)
        if self.trials == 0:
            raise InputError(f"{self.path}: holds no trials, so nothing to derive '{name}' from")
        if name not in self.derived:
            self.derived[name] = Derived(self, name)
        return self.derived[name].metric

    def has_prediction(self, name):
        """Whether a name or expression is one of predictions and coordinates. Raises InputError for an expression that is none."""
        if is_name(name):
            return name in self.predictions
        evaluate(name, self)
        return True

    def at_points(self, name):
        return super().at_points(name) if is_name(name) else evaluate(name, self)

    def units(self, name):
        """Of a metric; coordinates and predictions count as numbers."""
        return self.metrics[name].units if name in self.metrics else "1"

    def data_axes(self):
        """Positions of the axes whose values have other data; none with common random numbers; None where the file does not say."""
        if self.option("common_random_numbers") is True:
            return set()
        if "data_parameters" not in self.file.attrs:
            return None
        shaping = set(attribute(self.file, "data_parameters").split())
        return {k for k, axis in enumerate(self.axes) if shaping & {axis.name, *axis.companions}}

    def fixed_axes(self, metrics):
        """Axes along which none of the metrics changes: expressions that hold them at a value."""
        fixed = [set(self.derived[name].fixed_axes()) if name in self.derived else set() for name in metrics]
        return sorted(set.intersection(*fixed)) if fixed else []

    def check_beside(self, prediction, metrics):
        """Refuses a prediction that changes along an axis at which all of these expressions are held."""
        values = self.at_points(prediction)
        for axis in self.fixed_axes(metrics):
            first = np.take(values, [0], axis=axis)
            if np.any((values != first) & ~(np.isnan(values) & np.isnan(first))):
                name = self.axes[axis].name
                raise InputError(f"prediction '{prediction}' changes along {name}, at which '{metrics[0]}' is held: write {prediction}@{name}=...")

    def default_axes(self, quantities):
        names = [name for quantity in quantities for name in (self.derived[quantity].names() if quantity in self.derived else [quantity])]
        return super().default_axes(names)

    def default_predictions(self, metric):
        if metric in self.derived:
            return list(self.derived[metric].metric.predictions)
        return super().default_predictions(metric)

    # ---- trials ------------------------------------------------------------------------------------------------------

    def summary(self, name):
        return self.derived[name].summary() if name in self.derived else super().summary(name)

    def values(self, name, index=()):
        return self.derived[name].finite_values(index) if name in self.derived else super().values(name, index)

    def ended(self, name, index=()):
        return self.derived[name].ended(index) if name in self.derived else super().ended(name, index)

    def trial_counts(self, name=None):
        return self.derived[name].trial_counts() if name in self.derived else super().trial_counts()

    def of_every_trial(self, name, index=()):
        """A data set over axes and trials, or an expression, as it stands at a part of the grid."""
        if name not in self.derived:
            return self.file[name][index] if index else self.file[name][()]
        if self.derived[name].metric.of_means:
            raise InputError(f"'{name}' is a function of means, and no trial has a value of it: --what summary")
        return self.derived[name].values(index)

    def status_of(self, metrics, index=()):
        """What became of each trial at a part of the grid; where all metrics hold an axis at a value, of the trials that they need."""
        if not self.fixed_axes(metrics):
            return self.file["status"][index] if index else self.file["status"][()]
        return worst_of([self.derived[name].status(index) for name in metrics])

    def label_of(self, name, statistic):
        """What an axis of a figure says of an expression; None for a metric of the file."""
        return self.derived[name].label(statistic) if name in self.derived else None
