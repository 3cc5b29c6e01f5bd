"""Where a recovery curve crosses a level, with a bootstrap confidence interval, against the predicted crossing.

One row per line of the grid. The fit is monotone (isotonic) and straight between the points, unless --fit says
otherwise; the predicted crossing is that of the theory's own curve on the same points. "> 2": not reached within the
values that were run; "< 0.4": crossed before the first one.
"""

import csv
import sys
from dataclasses import dataclass

import numpy as np

from . import layout
from .arguments import add_confidence, add_file, add_selection, positive_integer
from .crossings import FITS, crossing
from .errors import InputError, unknown_name
from .expressions import evaluate
from .resampling import resampled_means
from .selection import View
from .study_file import StudyFile, Summary
from .text import number, table

FORMATS = ("text", "csv", "markdown")


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
    low: float
    high: float
    predicted: float  # NaN without a prediction
    in_a_gap: bool  # no point inside the transition: low and high are the neighbouring values
    x_range: list


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--metric", metavar="name", help="default: the experiment's own")
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
    with StudyFile(options.file) as study:
        headings, rows, notes = find(study, options)
    if options.format == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows([value if isinstance(value, str) else repr(float(value)) for value in row] for row in rows)
        return
    x_low, x_high = notes.pop("range")
    cells = [[_cell(value, x_low, x_high) for value in row] for row in rows]
    if options.format == "markdown":
        print("| " + " | ".join(headings) + " |\n|" + "---|" * len(headings))
        print("\n".join("| " + " | ".join(row) + " |" for row in cells))
    else:
        print("\n".join([notes["heading"], *table(headings, cells)]))
    if notes["gaps"]:
        print("* no point lies inside the transition: the interval is the gap between the neighbouring values")


def find(study, options):
    """Headings, rows and notes of the table of crossings."""
    view = View(study, options.select)
    metric = study.metric(options.metric or study.default_metrics(*([_has_middle] if options.level is None else []))[0])
    level = _level(metric, options)
    prediction = _prediction(study, metric, options)
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
    rows, marks, seen_x = [], [], []
    for place in np.ndindex(*[len(view.axes[position]) for position in others]):
        crossed = _crossing_of_line(task, _line(view, along, dict(zip(others, place))))
        if crossed is None:
            continue
        seen_x += crossed.x_range
        row = []
        for position, index in zip(others, place):
            axis = view.axes[position]
            row += [_coordinate(values[index]) for values in (axis.values, *axis.companions.values())]
        row += [crossed.estimate, crossed.low, crossed.high]
        if prediction:
            within = "yes" if crossed.low <= crossed.predicted <= crossed.high else "no"
            row += [crossed.predicted, crossed.estimate - crossed.predicted, within]
        rows.append(row)
        marks.append("*" if crossed.in_a_gap else "")
    if not rows:
        raise InputError(f"{study.path}: no line of '{metric.name}' has two points with trials")
    headings = [name for position in others for name in (view.axes[position].name, *view.axes[position].companions)]
    percent = number(100 * options.confidence)
    headings += [options.x or view.axes[along].name, f"low {percent} %", f"high {percent} %"]
    if prediction:
        headings += ["predicted", "difference", "within"]
    if any(marks) and options.format != "csv":
        headings.append("")
        rows = [[*row, mark] for row, mark in zip(rows, marks)]
    heading = f"{metric.name} = {number(level)}, {options.fit} fit" + (f", against {prediction}" if prediction else "")
    return headings, rows, {"heading": heading, "gaps": any(marks), "range": (min(seen_x), max(seen_x))}


def _has_middle(metric):
    return metric.kind == "indicator" or bool(np.isfinite(metric.valid_range).all())


def _level(metric, options):
    low, high = metric.valid_range
    level = options.level
    if level is None:
        if metric.kind == "indicator":
            level = 0.5
        elif _has_middle(metric):
            level = (low + high) / 2
        else:
            raise InputError(f"'{metric.name}' has no natural middle: give --level")
    if not low <= level <= high:
        raise InputError(f"--level {number(level)}: '{metric.name}' lies in [{number(low)}, {number(high)}]")
    if options.fit == "logistic" and not (metric.is_probability and 0 < level < 1):
        raise InputError("--fit logistic is for probabilities, and levels strictly between 0 and 1")
    return level


def _prediction(study, metric, options):
    if options.prediction == "none":
        return None
    if options.prediction:
        if options.prediction not in study.predictions:
            raise unknown_name("prediction", options.prediction, study.predictions)
        return options.prediction
    return next(iter(study.default_predictions(metric.name)), None)


def _line(view, along, fixed):
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
    mirror = (lambda curve: 1 - curve if task.metric.is_probability else -curve) if _falls(x, part) else (lambda curve: curve)
    estimate = crossing(fit, x, mirror(part.mean), part.count, mirror(level))[0]
    crossings = crossing(fit, x, mirror(resampled), part.count, mirror(level))
    tail = (1 - task.options.confidence) / 2
    low, high = np.quantile(crossings, (tail, 1 - tail), method="nearest")
    in_a_gap = bool(np.isfinite(estimate) and low == high)
    if in_a_gap:
        after = int(np.searchsorted(x, estimate))
        low, high = x[max(after - 1, 0)], x[min(after, len(x) - 1)]

    predicted = np.nan
    if task.theory is not None:
        curve = task.theory[place][order]
        known = np.isfinite(curve)
        if np.count_nonzero(known) >= 2:
            plain = "isotonic" if fit == "logistic" else fit  # the theory needs no smoothing
            predicted = crossing(plain, x[known], mirror(curve[known]), np.ones(np.count_nonzero(known)), mirror(level))[0]
    return _Crossing(estimate, low, high, predicted, in_a_gap, [float(x[0]), float(x[-1])])


def _falls(x, part):
    """Whether the curve goes down along x."""
    weights = part.count / part.count.sum()
    return bool(np.sum(weights * (x - np.sum(weights * x)) * (part.mean - np.sum(weights * part.mean))) < 0)


def _coordinate(value):
    return value if isinstance(value, str) else number(value, 12)


def _cell(value, x_low, x_high):
    if isinstance(value, str):
        return value
    if value == np.inf:
        return f"> {number(x_high, 4)}"
    if value == -np.inf:
        return f"< {number(x_low, 4)}"
    return number(value, 4)
