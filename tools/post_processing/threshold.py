"""Where a recovery curve crosses a level, with a bootstrap confidence interval, against the predicted crossing.

One row per line of the grid. The fit is monotone (isotonic) and straight between the points, unless --fit says
otherwise; the predicted crossing is that of the theory's own curve on the same points. "> 2": not reached within the
values that were run; "<= 0.4": reached at the first one already. What follows from neither is "not known".
"""

import csv
import sys
from dataclasses import dataclass

import numpy as np

from . import layout
from .arguments import add_confidence, add_file, add_selection, positive_integer
from .crossings import FITS, crossing
from .derived_study import DerivedStudy
from .errors import InputError, unknown_name
from .expressions import evaluate
from .intervals import trials_are_equal
from .missing import missing
from .resampling import resampled_means
from .selection import View
from .study_file import Summary
from .text import coordinate, number, table

FORMATS = ("text", "csv", "markdown")
NOT_KNOWN = "not known"


class _Task:
    """What is the same for every line of the grid."""

    def __init__(self, study, metric, level, options, along, x, theory):
        self.study, self.metric, self.level, self.options = study, metric, level, options
        self.along, self.x, self.theory = along, x, theory
        self.summary = study.summary(metric.name)
        self.generator = np.random.default_rng(options.seed)


@dataclass(frozen=True)
class _Crossing:
    estimate: float
    low: float  # NaN where the trials leave no interval
    high: float
    predicted: float  # NaN without a prediction
    in_a_gap: bool  # no point inside the transition: low and high are at least the neighbouring values
    x_range: tuple

    def compared(self):
        """(predicted, difference, within): what an infinite crossing, or none, leaves open is said to be so."""
        known = np.isfinite([self.estimate, self.predicted]).all()
        return _Place(self.predicted, self.x_range), self.estimate - self.predicted if known else NOT_KNOWN, self._within()

    def _within(self):
        if np.isnan([self.low, self.high, self.predicted]).any():
            return NOT_KNOWN
        if np.isinf(self.predicted):  # beyond an end of the values run, where the interval may end or not
            return NOT_KNOWN if self.predicted in (self.low, self.high) else "no"
        return "yes" if self.low <= self.predicted <= self.high else "no"


@dataclass(frozen=True)
class _Place:
    """A place along the curve: infinite where it lies beyond the values run."""

    value: float
    x_range: tuple

    def __str__(self):
        low, high = self.x_range
        return f"> {number(high, 4)}" if self.value == np.inf else f"<= {number(low, 4)}" if self.value == -np.inf else number(self.value, 4)


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--metric", metavar="name", help="or an expression of metrics (default: the experiment's own)")
    parser.add_argument("--level", type=float, help="level to cross (default: the middle of the metric's range)")
    parser.add_argument("--prediction", metavar="name", help="theory to compare with, or 'none'")
    parser.add_argument("--x", metavar="expression", help="where crossings are measured: an expression of coordinates and predictions")
    parser.add_argument("--along", metavar="axis", help="axis that the curves follow")
    parser.add_argument("--fit", choices=FITS, default="isotonic", help="default isotonic")
    parser.add_argument("--resamples", type=positive_integer, default=2000, metavar="n", help="of the bootstrap (default 2000)")
    parser.add_argument("--seed", type=int, default=1, help="of the bootstrap (default 1)")
    add_selection(parser)
    add_confidence(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default text")


def run(options):
    with DerivedStudy(options.file) as study:
        headings, rows, notes = find(study, options)
    if options.format == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows([[_exact(value) for value in row] for row in rows])
        return
    cells = [[value if isinstance(value, str) else number(value, 4) if isinstance(value, float) else str(value) for value in row] for row in rows]
    if options.format == "markdown":
        print("| " + " | ".join(headings) + " |\n|" + "---|" * len(headings))
        print("\n".join("| " + " | ".join(row) + " |" for row in cells))
    else:
        print("\n".join([notes.pop(0), *table(headings, cells)]))
    for note in notes[options.format == "markdown" :]:
        print(note)


def _exact(value):
    """Cells of CSV: numbers that read back as the same, infinite where a crossing lies beyond the values run, empty where there is none."""
    if isinstance(value, str):
        return value
    value = value.value if isinstance(value, _Place) else value
    return "" if np.isnan(value) else repr(float(value))


def find(study, options):
    """Headings, rows and notes of the table of crossings."""
    view = View(study, options.select)
    metric = study.metric(options.metric or study.default_metrics(*([has_middle] if options.level is None else []))[0])
    view = view.without_axes(study.fixed_axes([metric.name]))
    level = level_of(metric, options)
    prediction = prediction_of(study, metric, options)
    x_all = evaluate(options.x, study) if options.x else None
    along = layout.running_axis(view, options, view.varying(), x_all, [metric.name])
    if along is None:
        raise InputError(f"{study.path}: has no axis with several values to look for a crossing along")
    if x_all is None:
        if not view.axes[along].is_numeric:
            raise InputError(f"axis '{view.axes[along].name}' holds words; choose another with --along")
        x_all = study.along_axis(along, study.axes[along].values).astype(float)
    others = [position for position in view.varying() if position != along]
    task = _Task(study, metric, level, options, along, x_all, study.at_points(prediction) if prediction else None)
    rows, crossings = [], []
    for place in np.ndindex(*[len(view.axes[position]) for position in others]):
        crossed = _crossing_of_line(task, line_places(view, along, dict(zip(others, place))))
        if crossed is None:
            continue
        row = []
        for position, index in zip(others, place):
            axis = view.axes[position]
            row += [coordinate(values[index]) for values in (axis.values, *axis.companions.values())]
        row += [_Place(value, crossed.x_range) for value in (crossed.estimate, crossed.low, crossed.high)]
        rows.append(row + (list(crossed.compared()) if prediction else []))
        crossings.append(crossed)
    if not rows:
        raise InputError(f"{study.path}: no line of '{metric.name}' has two points with trials")
    headings = [name for position in others for name in (view.axes[position].name, *view.axes[position].companions)]
    percent = number(100 * options.confidence)
    headings += [options.x or view.axes[along].name, f"low {percent} %", f"high {percent} %"]
    if prediction:
        headings += ["predicted", "difference", "within"]
    notes = [f"{metric.name} = {number(level)}, {options.fit} fit" + (f", against {prediction}" if prediction else "")]
    if any(crossed.in_a_gap for crossed in crossings):
        if options.format != "csv":
            headings.append("")
            rows = [[*row, "*" * crossed.in_a_gap] for row, crossed in zip(rows, crossings)]
        notes.append("* no point lies inside the transition: the interval holds the gap between the neighbouring values")
    if any(np.isnan(crossed.low) for crossed in crossings):
        notes.append("note: no interval where points have one trial each: it does not tell how trials differ")
    lost = missing(study, metric.name).note(view.mask())
    return headings, rows, notes + ([f"note: {lost}"] if lost else [])


def has_middle(metric):
    return metric.kind == "indicator" or bool(np.isfinite(metric.valid_range).all())


def level_of(metric, options):
    low, high = metric.valid_range
    level = options.level
    if level is None:
        if metric.kind == "indicator":
            level = 0.5
        elif has_middle(metric):
            level = (low + high) / 2
        else:
            raise InputError(f"'{metric.name}' has no natural middle: give --level")
    if not low <= level <= high:
        raise InputError(f"--level {number(level)}: '{metric.name}' lies in [{number(low)}, {number(high)}]")
    if options.fit == "logistic" and not (metric.is_probability and 0 < level < 1):
        raise InputError("--fit logistic is for probabilities, and levels strictly between 0 and 1")
    return level


def prediction_of(study, metric, options):
    if options.prediction == "none":
        return None
    if options.prediction:
        if not study.has_prediction(options.prediction):
            raise unknown_name("prediction", options.prediction, study.predictions)
        return options.prediction
    return next(iter(study.default_predictions(metric.name)), None)


def line_places(view, along, fixed):
    """Place of a line in the study's grid: one position per axis, all kept positions at `along`."""
    return [view.kept[position] if position == along else int(view.kept[position][fixed.get(position, 0)])
            for position in range(len(view.axes))]


def _crossing_of_line(task, line):
    """The crossing along one line of the grid; None where fewer than two of its points have trials."""
    place = tuple(line)
    whole = task.summary
    x, counts = task.x[place], whole.count[place]
    good = (counts > 0) & np.isfinite(x)
    if np.count_nonzero(good) < 2 or np.ptp(x[good]) == 0:
        return None
    order = np.flatnonzero(good)[np.argsort(x[good], kind="stable")]
    x = x[order]
    part = Summary(*(getattr(whole, name)[place][order] for name in ("mean", "standard_error", "median", "count")))
    index = tuple(slice(None) if position == task.along else value for position, value in enumerate(line))
    resampled = resampled_means(task.study, task.metric, index, line[task.along][order], part, task.options.resamples, task.generator)

    # Curves that fall are mirrored, so that all rise.
    fit, level = task.options.fit, task.level
    mirror = (lambda curve: 1 - curve if task.metric.is_probability else -curve) if falls(x, part) else (lambda curve: curve)
    estimate = crossing(fit, x, mirror(part.mean), part.count, mirror(level))[0]
    crossings = crossing(fit, x, mirror(resampled), part.count, mirror(level))
    tail = (1 - task.options.confidence) / 2
    unknown = np.isnan(resampled).any()
    low, high = (np.nan, np.nan) if unknown else np.quantile(crossings, (tail, 1 - tail), method="nearest")
    in_a_gap = False
    if np.isfinite(estimate) and not unknown:
        after = int(np.searchsorted(x, estimate))
        neighbours = [max(after - 1, 0), min(after, len(x) - 1)]
        in_a_gap = bool(trials_are_equal(task.metric, part)[neighbours].all())
        if in_a_gap:
            low, high = min(low, x[neighbours[0]]), max(high, x[neighbours[1]])

    predicted = np.nan
    if task.theory is not None:
        curve = task.theory[place][order]
        known = np.isfinite(curve)
        if np.count_nonzero(known) >= 2:
            plain = "isotonic" if fit == "logistic" else fit  # the theory needs no smoothing
            predicted = crossing(plain, x[known], mirror(curve[known]), np.ones(np.count_nonzero(known)), mirror(level))[0]
    return _Crossing(float(estimate), float(low), float(high), float(predicted), in_a_gap, (float(x[0]), float(x[-1])))


def falls(x, part):
    """Whether the curve goes down along x."""
    weights = part.count / part.count.sum()
    return bool(np.sum(weights * (x - np.sum(weights * x)) * (part.mean - np.sum(weights * part.mean))) < 0)

