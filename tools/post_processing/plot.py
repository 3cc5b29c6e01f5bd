"""Draws a figure: curves with confidence bands, or a heat map, the theory over it; PNG, SVG or PDF.

Without options the figure follows from the file: the metrics that the experiment names, its parameter along x, a few values as
lines, the rest as panels; two long axes make a heat map; a level search shows its crossings. Finite-size overlays: --lines p;
rescaled axes: --x "n/n_alg".
"""

import argparse
import pathlib
from dataclasses import dataclass

import numpy as np

from .arguments import add_confidence, add_file, add_selection, names
from .derived_study import DerivedStudy
from .errors import InputError
from .intervals import mean_interval
from .missing import missing
from .quantity import Quantity
from .selection import View
from .study_file import ABOVE, BELOW, OUTSIDE
from .summary import wanted_predictions
from .text import number, spaced, symbol

FORMATS = (".png", ".svg", ".pdf")


@dataclass(frozen=True)
class Settings:
    """What the drawing needs to know of the options."""

    confidence: float
    title: str
    x_label: str
    y_label: str
    size: tuple | None
    y_scale: str


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--output", metavar="path", help="figure to write: .png, .svg or .pdf (default: beside the file, .png)")
    parser.add_argument("--kind", choices=("auto", "curves", "heat_map"), default="auto", help="default auto")
    parser.add_argument("--metric", type=names, metavar="a,b", help="metrics or expressions of them, a row of panels each (default: the experiment's own)")
    parser.add_argument("--prediction", type=names, metavar="a,b",
                        help="theory to draw over it, or 'none' (default: what belongs to the metric)")
    parser.add_argument("--statistic", choices=("mean", "median"), default="mean", help="default mean")
    parser.add_argument("--x", metavar="expression", help="x values: an expression of coordinates and predictions")
    parser.add_argument("--along", metavar="axis", help="axis that runs along x")
    parser.add_argument("--lines", metavar="axis", help="axis told by lines, or 'none' (of a heat map: the one along y)")
    parser.add_argument("--contour", nargs="+", default=[], type=_contour, metavar="prediction=level",
                        help="contour lines over a heat map")
    add_selection(parser)
    add_confidence(parser)
    parser.add_argument("--title", default=None, help="text above the figure")
    parser.add_argument("--x_label", default=None)
    parser.add_argument("--y_label", default=None)
    parser.add_argument("--y_scale", choices=("auto", "linear", "log"), default="auto",
                        help="of curves; auto: log for positive quantities that span decades (default auto)")
    parser.add_argument("--size", type=_size, metavar="WxH", help="in inches, for example 5x3.5")


def _contour(text):
    name, separator, level = text.partition("=")
    try:
        if not separator:
            raise ValueError
        return name, float(level)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not prediction=level") from None


def _size(text):
    try:
        width, height = (float(part) for part in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a width and a height such as 5x3.5") from None
    if not (0.5 <= width <= 100 and 0.5 <= height <= 100):
        raise argparse.ArgumentTypeError(f"'{text}': width and height must be between 0.5 and 100 inches")
    return width, height


def run(options):
    output = pathlib.Path(options.output) if options.output else pathlib.Path(options.file).with_suffix(".png")
    if output.suffix.lower() not in FORMATS:
        raise InputError(f"--output {output}: the name must end in {', '.join(FORMATS)}")
    if not output.parent.is_dir():
        raise InputError(f"--output {output}: there is no folder {output.parent}")
    from .style import save

    # matplotlib warns of bars that leave the range of doubles.
    with DerivedStudy(options.file) as study, np.errstate(over="ignore", invalid="ignore"):
        save(make_figure(study, options), output)
    print(output)


def make_figure(study, options):
    """The matplotlib figure that the options ask for."""
    from . import curves, heat_map, layout

    view = View(study, options.select)
    settings = Settings(options.confidence, options.title, options.x_label, options.y_label, options.size, options.y_scale)
    search = study.search()
    if search and not options.metric and options.kind != "heat_map" and not options.contour:
        return _crossings(study, view, search, options, settings)
    metrics = _metrics(study, view, options)
    view = view.without_axes(study.fixed_axes(metrics))
    if metrics:
        filled = np.logical_or.reduce([np.isfinite(view.take(study.summary(name).mean)) for name in metrics])
        if not filled.any():
            raise InputError(f"{study.path}: {_nothing(study, view, metrics)}")
        filled |= np.logical_or.reduce([view.take(missing(study, name).are_many) for name in metrics])
        view = view.without_empty(filled)
    predictions = [] if metrics else _theory_alone(study, view, options)
    plan = layout.choose(view, options, metrics or predictions)
    if options.contour and plan.kind != "heat_map":
        raise InputError("--contour is for heat maps (--kind heat_map)")
    if plan.kind == "heat_map":
        return _heat_map(heat_map, study, view, plan, metrics if options.metric else metrics[:1], options, settings)
    if metrics:
        measured = [_measured(study, view, name, options) for name in metrics]
        theory = [_theory_of(study, view, name, options) for name in metrics]
    else:
        measured = [Quantity(symbol(predictions[0]) if len(predictions) == 1 else "prediction")]
        theory = [[(name, view.take(study.at_points(name))) for name in predictions]]
    return curves.draw(view, plan, measured, theory, settings)


def _crossings(study, view, search, options, settings):
    """What a level search found, over the axes other than the parameter that it varied."""
    from . import curves, layout

    if search.axis is not None:
        view = view.at_one_value(search.axis)
    crossing = view.take(search.crossing)
    state = view.take(search.state)
    censored = [("v", search.lower, BELOW), ("^", search.upper, ABOVE), ("D", (search.lower + search.upper) / 2, OUTSIDE)]
    censored = [(mark, place, search.censored(code), state == code) for mark, place, code in censored]
    if not np.isfinite(crossing).any() and not any(mask.any() for *_, mask in censored):
        raise InputError(f"{study.path}: the search has found no crossing yet (--metric {search.metric} shows what was visited)")
    plan = layout.choose(view, options, [])
    unknown = np.full(crossing.shape, np.nan)
    label = f"{symbol(search.parameter)} at {symbol(search.metric)} = {number(search.level)}"
    theory = wanted_predictions(study, search.metric, options.prediction) if options.prediction else []
    theory = [(name, view.take(study.at_points(name))) for name in theory]
    return curves.draw(view, plan, [Quantity(label, False, crossing, unknown, unknown, None, censored)], [theory], settings)


def _nothing(study, view, metrics):
    """Why there is nothing to draw."""
    lost = [missing(study, name) for name in metrics]
    ran = int(lost[0].ran[view.mask()].sum())
    names = f"'{', '.join(metrics)}'"
    if not ran:
        return f"no trial of {names} there yet"
    if any((one.applies & view.mask()).any() for one in lost):
        return f"none of the {ran} trials there has a value of {names} (summary tells why)"
    return f"{names} does not apply there ({ran} trials ran)"


def _theory_of(study, view, metric, options):
    """(name, values) of the predictions to draw over a metric, as far as they are defined here."""
    if options.statistic != "mean" and options.prediction is None:
        return []  # theory predicts means; over medians it is drawn only when asked for
    theory = [(name, view.take(study.at_points(name))) for name in wanted_predictions(study, metric, options.prediction)]
    return [(name, values) for name, values in theory if np.isfinite(values).any()]


def _metrics(study, view, options):
    """The metrics to draw; none where the file holds theory only."""
    if options.metric:
        for name in options.metric:
            study.metric(name)
        return options.metric
    if study.trials == 0 or not study.metrics:
        return []
    wanted = study.default_metrics()
    return [name for name in wanted if study.summary(name).count.sum() > 0] or wanted * bool(study.trial_counts().ran.any())


def _theory_alone(study, view, options):
    if options.prediction and options.prediction != ["none"]:
        return wanted_predictions(study, None, options.prediction)
    for wanted in (study.default_theory(), *([name] for name in study.predictions)):
        varying = [name for name in wanted if _varies(view.take(study.at_points(name)))]
        if varying:
            return varying
    raise InputError(f"{study.path}: holds neither trials nor a prediction that varies")


def _varies(values):
    return bool(np.isfinite(values).any() and np.nanmax(values) > np.nanmin(values))


def _measured(study, view, name, options):
    metric = study.metric(name)
    summary = study.summary(name)
    if options.statistic == "median" and metric.of_means:
        raise InputError(f"--statistic median: '{name}' is a function of means, and has no median")
    if options.statistic == "median":
        values, low, high = summary.median, np.full(study.shape, np.nan), np.full(study.shape, np.nan)
    else:
        values = summary.mean
        low, high = mean_interval(metric, summary, options.confidence)
    lossy = missing(study, name).are_many
    return Quantity(study.label_of(name, options.statistic) or quantity_label(metric, options.statistic), metric.is_probability, *(view.take(part) for part in (values, low, high, lossy)))


def quantity_label(metric, statistic="mean"):
    """What the y axis says: 'probability of sign recovery', 'mean mse'."""
    name, units = metric.name, ""
    if metric.units not in ("", "1"):
        name = name.removesuffix(f"_{metric.units}s").removesuffix(f"_{metric.units}")
        units = f" ({metric.units})"
    if metric.kind == "indicator" and statistic == "mean":
        return f"probability of {spaced(name)}"
    return f"{statistic} {symbol(name)}{units}"


def _heat_map(heat_map, study, view, plan, metrics, options, settings):
    if len(metrics) > 1:
        raise InputError("a heat map shows one metric (--metric)")
    if metrics:
        entry = _measured(study, view, metrics[0], options)
        wanted = wanted_predictions(study, metrics[0], options.prediction)
    else:
        name = _theory_alone(study, view, options)[0]
        values = view.take(study.at_points(name))
        entry, wanted = Quantity(symbol(name), False, values), []
    levels = (0.1, 0.5, 0.9) if entry.is_probability else None
    contours = []
    if options.contour:
        for name in dict.fromkeys(name for name, _ in options.contour):
            wanted_predictions(study, None, [name])
            contours.append((name, view.take(study.at_points(name)), tuple(sorted(l for n, l in options.contour if n == name))))
    else:
        for name in wanted:
            values = view.take(study.at_points(name))
            finite = values[np.isfinite(values)]
            if finite.size:
                contours.append((name, values, levels or tuple(np.unique(np.quantile(finite, (0.25, 0.5, 0.75))))))
    return heat_map.draw(view, plan, entry, contours, settings)
