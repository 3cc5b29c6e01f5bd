"""Where a recovery curve crosses a level, with a bootstrap confidence interval, against the predicted crossing.

One row per line of the grid. The fit is monotone (isotonic) and straight between the points, unless --fit says
otherwise; the predicted crossing is that of the theory's own curve on the same points. "> 2": not reached within the
values that were run; "< 0.4": crossed before the first one.
"""

import csv
import sys

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


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--metric", metavar="name", help="default: the file's first")
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
    metric = study.metric(options.metric or study.default_metric())
    level = _level(metric, options)
    prediction = _prediction(study, metric, options)
    x_all = evaluate(options.x, study) if options.x else None
    along = layout.running_axis(view, options, view.varying(), x_all)
    if along is None:
        raise InputError(f"{study.path}: has no axis with several values to look for a crossing along")
    if x_all is None:
        if not view.axes[along].is_numeric:
            raise InputError(f"axis '{view.axes[along].name}' holds words; choose another with --along")
        x_all = study.along_axis(along, study.axes[along].values).astype(float)
    others = [position for position in view.varying() if position != along]
    summary = study.summary(metric.name)
    generator = np.random.default_rng(options.seed)
    headings = []
    for position in others:
        headings += [view.axes[position].name, *view.axes[position].companions]
    percent = number(100 * options.confidence)
    headings += [options.x or view.axes[along].name, f"low {percent} %", f"high {percent} %"]
    if prediction:
        headings += ["predicted", "difference", "within"]
    theory = study.at_points(prediction) if prediction else None
    rows, gaps, seen_x = [], False, []
    for place in np.ndindex(*[len(view.axes[position]) for position in others]):
        line = _line(view, along, dict(zip(others, place)))
        result = _crossing_of_line(study, metric, line, along, x_all, summary, theory, level, options, generator)
        if result is None:
            continue
        values, gap, x_range = result
        seen_x += x_range
        row = []
        for position, index in zip(others, place):
            axis = view.axes[position]
            row += [_coordinate(values[index]) for values in (axis.values, *axis.companions.values())]
        low_text = [*values[:3]]
        row += low_text
        gaps |= gap
        if prediction:
            predicted = values[3]
            within = "yes" if values[1] <= predicted <= values[2] else "no"
            row += [predicted, values[0] - predicted, within + ("*" if gap else "")]
        elif gap:
            row[-1] = values[2]
        rows.append(row)
    if not rows:
        raise InputError(f"{study.path}: no line of '{metric.name}' has two points with trials")
    heading = f"{metric.name} = {number(level)}, {options.fit} fit" + (f", against {prediction}" if prediction else "")
    return headings, rows, {"heading": heading, "gaps": gaps, "range": (min(seen_x), max(seen_x))}


def _level(metric, options):
    low, high = metric.valid_range
    level = options.level
    if level is None:
        if metric.kind == "indicator":
            level = 0.5
        elif np.isfinite(low) and np.isfinite(high):
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


def _crossing_of_line(study, metric, line, along, x_all, summary, theory, level, options, generator):
    place = tuple(line)
    part = Summary(*(getattr(summary, name)[place] for name in ("mean", "standard_error", "median", "count")))
    x = x_all[place]
    good = (part.count > 0) & np.isfinite(x)
    if np.count_nonzero(good) < 2 or np.ptp(x[good]) == 0:
        return None
    order = np.flatnonzero(good)[np.argsort(x[good], kind="stable")]
    part = Summary(*(getattr(part, name)[order] for name in ("mean", "standard_error", "median", "count")))
    x = x[order]
    positions = line[along][order]
    index = tuple(slice(None) if position == along else value for position, value in enumerate(line))
    resampled = resampled_means(study, metric, index, positions, part, options.resamples, generator)
    falls = _falls(x, part)
    sign = -1.0 if falls else 1.0
    target = sign * level
    flip = options.fit == "logistic" and falls
    shape = (lambda curve: 1 - curve) if flip else (lambda curve: sign * curve)
    target = 1 - level if flip else target
    estimate = crossing(options.fit, x, shape(part.mean), part.count, target)[0]
    crossings = crossing(options.fit, x, shape(resampled), part.count, target)
    tail = (1 - options.confidence) / 2
    low, high = np.quantile(crossings, (tail, 1 - tail), method="nearest")
    gap = bool(np.isfinite(estimate) and low == high)
    if gap:
        after = int(np.searchsorted(x, estimate))
        low, high = x[max(after - 1, 0)], x[min(after, len(x) - 1)]
    values = [estimate, low, high]
    if theory is not None:
        curve = theory[place][order]
        known = np.isfinite(curve)
        predicted = np.nan
        if known.sum() >= 2:
            fit = "isotonic" if options.fit == "logistic" else options.fit
            predicted = crossing(fit, x[known], sign * curve[known], np.ones(known.sum()), sign * level)[0]
        values.append(predicted)
    return values, gap, [float(x[0]), float(x[-1])]


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
