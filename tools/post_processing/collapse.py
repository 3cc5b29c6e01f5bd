"""Finite-size scaling: for which x_c and 1/nu curves of several sizes L fall on one, A_L(x) = f(L^(1/nu) (x - x_c)).

One row per collapse, and one per size with the place where its curve crosses the level. Intervals are by bootstrap over trials
(whole trials at once where the study was run with common random numbers). The predicted numbers are those of the theory's own
curves on the same points. chi2/dof is that of the common curve, a cubic spline; chi2/neighbours compares each point with its
neighbours on the curves of the other sizes. --output draws the collapsed curves and the residuals.
"""

import pathlib
from dataclasses import dataclass

import numpy as np

from . import layout, scaling_collapse
from .arguments import add_confidence, add_file, add_selection, positive_integer
from .collapse_tables import print_table, tables
from .crossings import crossing
from .derived_study import DerivedStudy
from .errors import InputError
from .expressions import evaluate
from .intervals import honest_error
from .missing import missing
from .resampling import resampled_means
from .selection import View
from .study_file import Summary
from .text import coordinate
from .threshold import falls, has_middle, level_of, line_places, prediction_of

FORMATS = ("text", "csv", "markdown")
TAIL = 0.02  # beyond, a curve is flat: one point of a flat part on each side belongs to the collapse
FLAT = 0.02  # exponents not above this: the curves do not sharpen


@dataclass(frozen=True)
class Curve:
    """The curve of one size: what was measured in ascending x, resampled means (a row each), the theory."""

    size: float
    label: str
    x: np.ndarray
    part: Summary
    error: np.ndarray
    resampled: np.ndarray
    theory: np.ndarray | None
    inside: np.ndarray  # of the points: those that the collapse takes


@dataclass(frozen=True)
class Estimate:
    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Result:
    fixed: dict  # place on the axes that tell collapses apart
    labels: list
    curves: list
    points: scaling_collapse.Points
    found: scaling_collapse.Collapse
    critical: Estimate
    exponent: Estimate
    limit: Estimate  # of the crossings as L grows
    neighbours: float
    crossings: list  # per curve: Estimate
    predicted: scaling_collapse.Collapse | None
    predicted_crossings: list


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--size", metavar="expression", help="L: an axis, or an expression of coordinates (default: the only other axis of numbers)")
    parser.add_argument("--metric", metavar="name", help="or an expression of metrics (default: the experiment's own)")
    parser.add_argument("--level", type=float, help="level of the crossings of single sizes (default: the middle of the metric's range)")
    parser.add_argument("--prediction", metavar="name", help="theory to compare with, or 'none'")
    parser.add_argument("--x", metavar="expression", help="x: an expression of coordinates and predictions, such as n/(s*log(p))")
    parser.add_argument("--along", metavar="axis", help="axis that the curves follow")
    parser.add_argument("--resamples", type=positive_integer, default=400, metavar="n", help="of the bootstrap (default 400)")
    parser.add_argument("--seed", type=int, default=1, help="of the bootstrap (default 1)")
    add_selection(parser)
    add_confidence(parser)
    parser.add_argument("--format", choices=FORMATS, default="text", help="default text")
    parser.add_argument("--output", metavar="path", help="figure to write: .png, .svg or .pdf")


def run(options):
    output = pathlib.Path(options.output) if options.output else None
    if output and output.suffix.lower() not in (".png", ".svg", ".pdf"):
        raise InputError(f"--output {output}: the name must end in .png, .svg, .pdf")
    if output and not output.parent.is_dir():
        raise InputError(f"--output {output}: there is no folder {output.parent}")
    options.fit = "isotonic"
    with DerivedStudy(options.file) as study:
        task = _Task(study, options)
        results = task.results()
        for position, (headings, rows) in enumerate(tables(task, results)):
            print_table(headings, rows, options.format, position)
        if options.format != "csv":
            for note in task.notes(results):
                print(f"note: {note}")
        if output:
            from . import collapse_figure, style

            style.save(collapse_figure.draw(task, results), output)
            if options.format != "csv":
                print(output)


class _Task:
    """What is the same for all collapses of a file."""

    def __init__(self, study, options):
        self.study, self.options = study, options
        self.view = View(study, options.select)
        self.metric = study.metric(options.metric or study.default_metrics(*([has_middle] if options.level is None else []))[0])
        self.view = self.view.without_axes(study.fixed_axes([self.metric.name]))
        self.level = level_of(self.metric, options)
        self.prediction = prediction_of(study, self.metric, options)
        self.summary = study.summary(self.metric.name)
        self.error = honest_error(self.metric, self.summary)
        x = evaluate(options.x, study) if options.x else None
        varying = self.view.varying()
        self.size, self.size_axis = self._size(varying, x)
        rest = [position for position in varying if position != self.size_axis]
        self.along = layout.running_axis(self.view, options, rest, x, [self.metric.name])
        if self.along is None or self.along == self.size_axis:
            raise InputError(f"{study.path}: has no axis with several values for curves of one size to follow")
        axis = self.view.axes[self.along]
        if x is None and not axis.is_numeric:
            raise InputError(f"axis '{axis.name}' holds words; choose another with --along")
        self.x = x if x is not None else study.along_axis(self.along, study.axes[self.along].values).astype(float)
        self.x_name = options.x or axis.name
        self.others = [position for position in rest if position != self.along]
        self.theory = study.at_points(self.prediction) if self.prediction else None

    def _size(self, varying, x):
        numeric = [position for position in varying if self.view.axes[position].is_numeric]
        if self.options.size:
            size = evaluate(self.options.size, self.study)
            changing = [position for position in varying if layout.varies(self.view.take(size), position)]
            if len(changing) != 1:
                raise InputError(f"--size {self.options.size}: must change along exactly one axis (it does along {len(changing)})")
            if not np.all(self.view.take(size) > 0):
                raise InputError(f"--size {self.options.size}: sizes must be positive")
            return size, changing[0]
        along = layout.running_axis(self.view, self.options, varying, x, [self.metric.name])
        sizes = [position for position in numeric if position != along]
        if along is None or len(sizes) != 1:
            names = ", ".join(self.view.axes[position].name for position in numeric) or "none"
            raise InputError(f"{self.study.path}: which axis is the size? Give --size (axes of numbers with several values: {names})")
        return self.study.along_axis(sizes[0], self.study.axes[sizes[0]].values).astype(float), sizes[0]

    def results(self):
        found = []
        for place in np.ndindex(*[len(self.view.axes[position]) for position in self.others]):
            fixed = dict(zip(self.others, place))
            curves = [self._curve({**fixed, self.size_axis: k}) for k in range(len(self.view.axes[self.size_axis]))]
            curves = sorted((curve for curve in curves if curve is not None), key=lambda curve: curve.size)
            if len({curve.size for curve in curves}) < 2:
                continue
            labels = [coordinate(self.view.axes[position].values[index]) for position, index in fixed.items()]
            found.append(self._collapse(fixed, labels, curves))
        if not found:
            raise InputError(f"{self.study.path}: no two sizes of '{self.metric.name}' have curves of at least three points with trials")
        return found

    def _curve(self, fixed):
        line = line_places(self.view, self.along, fixed)
        place = tuple(line)
        x, error = self.x[place], self.error[place]
        good = (self.summary.count[place] > 0) & np.isfinite(x) & np.isfinite(error) & (error > 0)
        if np.count_nonzero(good) < 3:
            return None
        order = np.flatnonzero(good)[np.argsort(x[good], kind="stable")]
        part = Summary(*(getattr(self.summary, name)[place][order] for name in ("mean", "standard_error", "median", "count")))
        index = tuple(slice(None) if position == self.along else value for position, value in enumerate(line))
        # One seed for all: where trials of several sizes share their random numbers, they are drawn together.
        shared = self.study.option("common_random_numbers") is True
        seed = [self.options.seed] if shared else [self.options.seed, *map(int, (fixed[key] for key in sorted(fixed)))]
        resampled = resampled_means(self.study, self.metric, index, line[self.along][order], part, self.options.resamples,
                                    np.random.default_rng(seed))
        size = float(self.size[tuple(value if np.isscalar(value) else value[0] for value in line)])
        label = coordinate(self.view.axes[self.size_axis].values[fixed[self.size_axis]])
        theory = self.theory[place][order] if self.theory is not None else None
        return Curve(size, label, x[order], part, error[order], resampled, theory, self._inside(part.mean))

    def _inside(self, mean):
        """Points of the transition and their neighbours; all where the metric has no ends."""
        if not self.metric.is_bounded:
            return np.ones(len(mean), dtype=bool)
        low, high = self.metric.valid_range
        share = (mean - low) / (high - low)
        moving = (share > TAIL) & (share < 1 - TAIL)
        # A step between two flat parts is a transition too.
        step = np.abs(np.diff(share)) > 0.5
        moving[:-1] |= step
        moving[1:] |= step
        near = moving.copy()
        near[1:] |= moving[:-1]
        near[:-1] |= moving[1:]
        return near

    def _collapse(self, fixed, labels, curves):
        pooled = [np.concatenate(part) for part in zip(*(
            (np.full(curve.inside.sum(), curve.size), curve.x[curve.inside], curve.part.mean[curve.inside], curve.error[curve.inside])
            for curve in curves))]
        points = scaling_collapse.Points(*pooled)
        if points.degrees_of_freedom < 1:
            raise InputError(f"{self.study.path}: {len(points.x)} points in the transition are too few for a collapse")
        found = scaling_collapse.fit(points)
        drawn = [scaling_collapse.refit(points.with_mean(np.concatenate([curve.resampled[k][curve.inside] for curve in curves])), found)
                 for k in range(self.options.resamples)]
        exponent = self._estimate(found.exponent, np.array([each.exponent for each in drawn]))
        critical = self._place(found.critical, np.array([each.critical for each in drawn]), exponent)
        estimates, resampled = zip(*(self._crossing(curve) for curve in curves))
        limit = self._limit(curves, estimates, np.array(resampled), exponent, drawn)
        predicted, predicted_crossings = self._predicted(curves, points)
        return Result(fixed, labels, curves, points, found, critical, exponent, limit, scaling_collapse.against_neighbours(points, found),
                      list(estimates), predicted, predicted_crossings)

    def _estimate(self, value, resampled):
        tail = (1 - self.options.confidence) / 2
        if np.isnan(resampled).any():
            return Estimate(value, np.nan, np.nan)
        low, high = np.quantile(resampled, (tail, 1 - tail), method="nearest")
        return Estimate(value, float(low), float(high))

    def _place(self, value, resampled, exponent):
        """An x_c: curves that do not sharpen have none, and where they may not sharpen it has no interval."""
        if exponent.value <= FLAT:
            return Estimate(np.nan, np.nan, np.nan)
        return self._estimate(value, resampled) if exponent.low > FLAT else Estimate(value, np.nan, np.nan)

    def _mirror(self, curve):
        """Curves that fall are mirrored, so that all rise."""
        if not falls(curve.x, curve.part):
            return lambda values: values
        return (lambda values: 1 - values) if self.metric.is_probability else (lambda values: -values)

    def _crossing(self, curve):
        mirror = self._mirror(curve)
        level = mirror(self.level)
        value = crossing("isotonic", curve.x, mirror(curve.part.mean), curve.part.count, level)[0]
        resampled = crossing("isotonic", curve.x, mirror(curve.resampled), curve.part.count, level)
        return self._estimate(float(value), resampled), resampled

    def _limit(self, curves, estimates, resampled, exponent, drawn):
        """Where crossings x_c(L) = x_c + b L^(-1/nu) go as L grows, each resample with its own exponent."""
        sizes = np.array([curve.size for curve in curves])
        values = np.array([estimate.value for estimate in estimates])
        if len(sizes) < 2 or not np.isfinite(values).all() or not np.isfinite(resampled).all():
            return Estimate(np.nan, np.nan, np.nan)
        spread = resampled.std(axis=1)
        spread = np.where(spread > 0, spread, np.max(spread) if np.max(spread) > 0 else 1.0)

        def intercept(at, exponent):
            design = np.column_stack([np.ones(len(sizes)), (sizes / sizes.max()) ** -exponent]) / spread[:, None]
            return np.linalg.lstsq(design, at / spread, rcond=None)[0][0]

        return self._place(float(intercept(values, max(exponent.value, FLAT))),
                           np.array([intercept(resampled[:, k], max(each.exponent, FLAT)) for k, each in enumerate(drawn)]), exponent)

    def _predicted(self, curves, points):
        """The collapse of the theory's own curves, and their crossings; None and NaN where it does not say enough."""
        crossings = []
        for curve in curves:
            known = np.isfinite(curve.theory) if curve.theory is not None else np.zeros(len(curve.x), dtype=bool)
            mirror = self._mirror(curve)
            crossings.append(float(crossing("isotonic", curve.x[known], mirror(curve.theory[known]), np.ones(known.sum()), mirror(self.level))[0])
                             if np.count_nonzero(known) >= 2 else np.nan)
        if self.theory is None:
            return None, crossings
        theory = np.concatenate([curve.theory[curve.inside] for curve in curves])
        if not np.isfinite(theory).all() or np.ptp(theory) < 1e-6 * max(np.abs(theory).max(), 1e-300):
            return None, crossings
        exact = scaling_collapse.Points(points.size, points.x, theory, np.full(len(theory), np.median(points.error)))
        return scaling_collapse.fit(exact), crossings

    def notes(self, results):
        lines = []
        if any(result.exponent.low <= FLAT for result in results):
            lines.append("an exponent that may be 0: the curves do not sharpen for certain, so x_c has no interval (and is not known where it is 0)")
        if any(np.isnan(result.exponent.low) for result in results):
            lines.append("no interval where points have one trial each: it does not tell how trials differ")
        if any(result.found.chi_squared > 2 * result.points.degrees_of_freedom for result in results):
            lines.append("chi2/dof above 2: the curves do not fall on one within their errors (small sizes? --select leaves them out)")
        lost = missing(self.study, self.metric.name).note(self.view.mask())
        return lines + ([lost] if lost else [])
