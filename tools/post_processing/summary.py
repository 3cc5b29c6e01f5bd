"""A table: every point with mean, confidence interval, standard error, and the theory beside it.

Indicators get Wilson's interval, other metrics the normal one. Statistics are over the finite values of the trials that
ended; points without any are left out.
"""

import csv
import sys

import numpy as np

from .arguments import add_confidence, add_file, add_selection, names
from .errors import InputError, unknown_name
from .intervals import mean_interval
from .selection import View
from .study_file import StudyFile
from .text import number, table

FORMATS = ("text", "csv", "markdown")


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--metric", type=names, metavar="a,b", help="metrics, or 'all' (default: the experiment's own)")
    parser.add_argument("--prediction", type=names, metavar="a,b",
                        help="predictions to set beside them, or 'none' (default: those that belong to the metric)")
    add_selection(parser)
    add_confidence(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default text")


def run(options):
    with StudyFile(options.file) as study:
        view = View(study, options.select)
        if options.metric is None and study.trials == 0:
            headings, rows = _theory_table(study, view, options)
            _write_csv(headings, rows, True) if options.format == "csv" else _print(headings, rows, options.format)
            return
        metrics = options.metric or study.default_metrics()[:1]
        if metrics == ["all"]:
            metrics = list(study.metrics)
        for position, name in enumerate(metrics):
            headings, rows = _table(study, view, name, options)
            if options.format == "csv":
                _write_csv(headings, rows, position == 0)
            else:
                if position:
                    print()
                _print(headings, rows, options.format)


def wanted_predictions(study, metric, given):
    """The predictions that the user asked for, or those that belong to the metric."""
    if given is None:
        return study.default_predictions(metric)
    if given == ["none"]:
        return []
    for name in given:
        if name not in study.predictions:
            raise unknown_name("prediction", name, study.predictions)
    return given


def _table(study, view, name, options):
    metric = study.metric(name)
    statistics = study.summary(name)
    low, high = mean_interval(metric, statistics, options.confidence)
    predictions = wanted_predictions(study, name, options.prediction)
    theory = [view.take(study.at_points(prediction)) for prediction in predictions]
    mean, error, median, count, low, high = (
        view.take(part)
        for part in (statistics.mean, statistics.standard_error, statistics.median, statistics.count, low, high)
    )
    shown = [count > 0] + [np.isfinite(values) for values in theory if options.prediction is not None]
    points = np.argwhere(np.logical_or.reduce(shown)) if view.shape else [()] if np.any(shown) else []
    if len(points) == 0:
        raise InputError(f"{study.path}: no trial of '{name}' there yet")

    headings = _coordinate_headings(view)
    percent = number(100 * options.confidence)
    headings += ["trials", name, f"low {percent} %", f"high {percent} %", "std. error"]
    if metric.kind != "indicator":
        headings.append("median")
    for prediction in predictions:
        headings += [prediction, "deviation/se"]
    rows = []
    for point in map(tuple, points):
        row = _coordinates(view, point)
        row += [int(count[point]), mean[point], low[point], high[point], error[point]]
        if metric.kind != "indicator":
            row.append(median[point])
        for values in theory:
            spread = error[point]
            deviation = (mean[point] - values[point]) / spread if spread > 0 else np.nan
            row += [values[point], deviation]
        rows.append(row)
    return headings, rows


def _theory_table(study, view, options):
    """The predictions alone, of a file without trials."""
    if options.prediction == ["none"] or not study.predictions:
        raise InputError(f"{study.path}: holds no trials, and no predictions to show")
    predictions = wanted_predictions(study, None, options.prediction or study.predictions)
    values = [view.take(study.at_points(name)) for name in predictions]
    rows = [_coordinates(view, point) + [part[point] for part in values] for point in np.ndindex(*view.shape)]
    return _coordinate_headings(view) + list(predictions), rows


def _coordinate_headings(view):
    return [name for axis in view.axes if len(axis) > 1 for name in (axis.name, *axis.companions)]


def _coordinates(view, point):
    """Coordinates that vary, at one point of the view, as text where they are reals so that no digit is cut."""
    return [
        _as_given(values[index])
        for axis, index in zip(view.axes, point)
        if len(axis) > 1
        for values in (axis.values, *axis.companions.values())
    ]


def _as_given(value):
    return value if isinstance(value, (str, int, np.integer)) else number(value, 12)


def _print(headings, rows, style):
    cells = [[_cell(heading, value) for heading, value in zip(headings, row)] for row in rows]
    if style == "markdown":
        print("| " + " | ".join(headings) + " |")
        print("|" + "---|" * len(headings))
        for row in cells:
            print("| " + " | ".join(row) + " |")
    else:
        print("\n".join(table(headings, cells)))


def _cell(heading, value):
    if heading == "deviation/se" and not np.isnan(value):
        return f"{value:+.1f}"
    return number(value, 4 if isinstance(value, float) else 6)


def _write_csv(headings, rows, first):
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not first:
        print()
    writer.writerow(heading.replace(" %", "").replace(" ", "_") for heading in headings)
    for row in rows:
        writer.writerow(value if isinstance(value, str) else _exact(value) for value in row)


def _exact(value):
    """A number that reads back as the same one; empty where there is none."""
    if isinstance(value, (int, np.integer)):
        return int(value)
    return "" if np.isnan(value) else repr(float(value))
