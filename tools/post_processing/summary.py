"""A table: every point with mean, confidence interval, standard error, and the theory beside it.

`ran` is how many trials came back, `counted` how many have a finite value: the statistics are over these, and `left out`
tells why the others do not count. Indicators get Wilson's interval, other metrics the normal one; where all trials are equal
the interval is that of a rare event, or none where the range of the metric sets no bound to one.
"""

import csv
import re
import sys

import numpy as np

from .arguments import add_confidence, add_file, add_selection, names
from .errors import InputError, unknown_name
from .intervals import deviation, honest_error, mean_interval, trials_are_equal
from .missing import missing
from .selection import View
from .derived_study import DerivedStudy
from .text import coordinate, number, table

FORMATS = ("text", "csv", "markdown")
OUR_OWN = re.compile(r"^((low|high) \S+ %|std\. error|left out)$")  # headings that are not names


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--metric", type=names, metavar="a,b", help="metrics or expressions of them, or 'all' (default: the experiment's own)")
    parser.add_argument("--prediction", type=names, metavar="a,b",
                        help="predictions to set beside them, or 'none' (default: those that belong to the metric)")
    add_selection(parser)
    add_confidence(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default text")


def run(options):
    with DerivedStudy(options.file) as study:
        view = View(study, options.select)
        if options.metric is None and study.trials == 0:
            headings, rows = _theory_table(study, view, options)
            _write_csv(headings, rows, True) if options.format == "csv" else _print(headings, rows, options.format)
            return
        metrics = options.metric or study.default_metrics()[:1]
        if metrics == ["all"]:
            metrics = list(study.metrics)
        for position, name in enumerate(metrics):
            headings, rows, notes = metric_table(study, view, name, options)
            if options.format == "csv":
                _write_csv(headings, rows, position == 0)
            else:
                if position:
                    print()
                _print(headings, rows, options.format)
                for note in notes:
                    print(f"note: {note}")


def wanted_predictions(study, metric, given):
    """The predictions that the user asked for, or those that belong to the metric."""
    if given is None:
        return study.default_predictions(metric)
    if given == ["none"]:
        return []
    for name in given:
        if not study.has_prediction(name):
            raise unknown_name("prediction", name, study.predictions)
        study.check_beside(name, [metric])
    return given


def metric_table(study, view, name, options):
    """(headings, rows, notes) of one metric in a view."""
    metric = study.metric(name)
    view = view.without_axes(study.fixed_axes([name]))
    statistics = study.summary(name)
    lost = missing(study, name)
    predictions = wanted_predictions(study, name, options.prediction)
    theory = [study.at_points(prediction) for prediction in predictions]
    shown = [lost.applies] + [np.isfinite(values) for values in theory if options.prediction is not None]
    kept = view.mask()
    points = np.argwhere(np.logical_or.reduce(shown) & kept)
    if len(points) == 0:
        ran = int(lost.ran[kept].sum())
        raise InputError(f"{study.path}: '{name}' does not apply there ({ran} trials ran)" if ran
                         else f"{study.path}: no trial of '{name}' there yet")

    is_csv = options.format == "csv"
    low, high = mean_interval(metric, statistics, options.confidence)
    with_reasons = is_csv or any(lost.why(tuple(point)) for point in points)
    percent = number(100 * options.confidence)
    headings = _coordinate_headings(view) + ["ran", "counted", name, f"low {percent} %", f"high {percent} %", "std. error"]
    if metric.kind != "indicator" and not metric.of_means:
        headings.append("median")
    for prediction in predictions:
        headings += [prediction, "deviation/se"]
    headings += ["left out"] * with_reasons
    deviations = [deviation(statistics.mean, values, honest_error(metric, statistics)) for values in theory]
    rows = []
    for point in map(tuple, points):
        row = _coordinates(view, point, exact=is_csv)
        row += [int(lost.ran[point]), int(lost.counted[point]), statistics.mean[point], low[point], high[point], statistics.standard_error[point]]
        if metric.kind != "indicator" and not metric.of_means:
            row.append(statistics.median[point])
        for values, deviations_here in zip(theory, deviations):
            row += [values[point], deviations_here[point]]
        row += [lost.why(point)] * with_reasons
        rows.append(row)
    notes = [lost.note(kept)]
    equal = trials_are_equal(metric, statistics) & kept & lost.applies
    if np.any(equal & np.isnan(low)):
        notes.append("no interval where a point has one trial, or equal ones: they do not tell how trials differ")
    return headings, rows, [note for note in notes if note]


def _theory_table(study, view, options):
    """The predictions alone, of a file without trials."""
    if options.prediction == ["none"] or not study.predictions:
        raise InputError(f"{study.path}: holds no trials, and no predictions to show")
    predictions = wanted_predictions(study, None, options.prediction or study.predictions)
    values = [view.take(study.at_points(name)) for name in predictions]
    places = view.places()
    rows = [_coordinates(view, places[point], options.format == "csv") + [part[point] for part in values] for point in np.ndindex(*view.shape)]
    return _coordinate_headings(view) + list(predictions), rows


def _coordinate_headings(view):
    return [name for axis in view.axes if len(axis) > 1 for name in (axis.name, *axis.companions)]


def _coordinates(view, point, exact):
    """Coordinates that vary, at one point of the study: numbers as they are, or (not exact) as text to the last digit."""
    found = [
        values[index]
        for axis, whole, index in zip(view.axes, view.study.axes, point)
        if len(axis) > 1
        for values in (whole.values, *whole.companions.values())
    ]
    return found if exact else [coordinate(value) for value in found]


def _print(headings, rows, style):
    cells = [[cell(heading, value) for heading, value in zip(headings, row)] for row in rows]
    if style == "markdown":
        print("| " + " | ".join(headings) + " |")
        print("|" + "---|" * len(headings))
        for row in cells:
            print("| " + " | ".join(row) + " |")
    else:
        print("\n".join(table(headings, cells)))


def cell(heading, value):
    if heading == "deviation/se" and not np.isnan(value):
        return f"{value:+.1f}" if abs(value) < 1e4 or np.isinf(value) else f"{value:+.1e}"
    return number(value, 4)


def _write_csv(headings, rows, first):
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if not first:
        print()
    writer.writerow(OUR_OWN.sub(lambda found: found[0].replace(" %", "").replace(" ", "_"), heading) for heading in headings)
    for row in rows:
        writer.writerow(value if isinstance(value, str) else _exact(value) for value in row)


def _exact(value):
    """A number that reads back as the same one; empty where there is none."""
    if isinstance(value, (int, np.integer)):
        return int(value)  # a boolean coordinate too
    return "" if np.isnan(value) else repr(float(value))
