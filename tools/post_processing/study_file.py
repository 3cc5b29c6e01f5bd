"""The result file as the tools see it: axes, coordinates, metrics, predictions, progress.

Every array that leaves this module is over the grid: one dimension per axis of the study, in the file's order.
"""

import os
import pathlib
import tomllib
from dataclasses import dataclass, field

import numpy as np

# The files are replaced, never edited in place, so a reader needs no lock (and many file systems have none).
os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py  # noqa: E402

from .errors import InputError, unknown_name  # noqa: E402
from .text import coordinate, number  # noqa: E402

TRIAL = "trial"
NOT_RUN, OK, FAILED, NOT_CONVERGED, INVALID = range(5)
STATUS_NAMES = ("not_run", "ok", "failed", "not_converged", "invalid")
UNFINISHED, CROSSED, BELOW, ABOVE, OUTSIDE = range(5)  # states of a level search
KINDS = ("indicator", "value", "count", "timing")
SLAB_BYTES = 64 << 20


@dataclass(frozen=True)
class Axis:
    """A dimension of the grid: its values, and the variables that advance with it (zipped parameters)."""

    name: str
    values: np.ndarray
    meaning: str = ""
    units: str = "1"
    companions: dict = field(default_factory=dict)

    def __len__(self):
        return len(self.values)

    @property
    def is_numeric(self):
        return is_numeric(self.values)

    def part(self, positions):
        """The axis with only the values at these positions."""
        companions = {name: values[positions] for name, values in self.companions.items()}
        return Axis(self.name, self.values[positions], self.meaning, self.units, companions)


@dataclass(frozen=True)
class Metric:
    """What the file says of a metric."""

    name: str
    kind: str
    meaning: str
    units: str
    valid_range: tuple
    predictions: tuple
    of_means: bool = False  # a function of means over trials: no trial has a value of it

    @property
    def is_probability(self):
        """Whether a mean of it lies in [0, 1]."""
        return self.kind == "indicator" or self.valid_range == (0.0, 1.0)

    @property
    def is_bounded(self):
        return bool(np.isfinite(self.valid_range).all()) and self.valid_range[0] < self.valid_range[1]


@dataclass(frozen=True)
class Search:
    """A level search: for each line of the grid, the value of one parameter at which a metric's mean crosses a level."""

    parameter: str
    metric: str
    level: float
    lower: float  # ends of the search
    upper: float
    axis: int | None  # of the parameter, where several values were visited
    crossing: np.ndarray  # over the grid, the same along the parameter's own axis; NaN but where the level was crossed
    state: np.ndarray  # over the grid: UNFINISHED, CROSSED, BELOW, ABOVE or OUTSIDE

    @property
    def condition(self):
        return f"{self.metric} = {number(self.level)}"

    def censored(self, state):
        """What is known where the level was not crossed: '<= 9', '> 2000', 'not in 9:2000'."""
        lower, upper = coordinate(self.lower), coordinate(self.upper)
        return {BELOW: f"<= {lower}", ABOVE: f"> {upper}", OUTSIDE: f"not in {lower}:{upper}"}[state]


@dataclass(frozen=True)
class TrialCounts:
    """How many trials of each point came back, and what became of them; a metric counts those with a value."""

    ran: np.ndarray
    failed: np.ndarray
    not_converged: np.ndarray


@dataclass(frozen=True)
class Summary:
    """Statistics over the finite values of the trials that ended (ok or not converged), one per point."""

    mean: np.ndarray
    standard_error: np.ndarray
    median: np.ndarray
    count: np.ndarray


def is_numeric(values):
    return np.asarray(values).dtype.kind in "iufb"


def to_text(value):
    """Attributes and strings come as bytes, str or one-element arrays."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, np.ndarray):
        return " ".join(to_text(part) for part in value.ravel())
    return str(value)


def attribute(item, name, default=""):
    if name not in item.attrs:
        return default
    return to_text(item.attrs[name])


def dimension_names(dataset):
    """Names of the dimension scales attached to a data set, one per dimension."""
    names = []
    for position in range(dataset.ndim):
        scales = dataset.dims[position]
        if len(scales) == 0:
            if dataset.ndim == 1 and is_scale(dataset):
                return [own_name(dataset)]
            raise InputError(f"{dataset.file.filename}: {dataset.name} has no dimension scales, so its axes are unknown")
        names.append(own_name(scales[0]))
    return names


def is_scale(dataset):
    return h5py.h5ds.is_scale(dataset.id)


def own_name(dataset):
    """The last part of a data set's path; a scale reached through a reference may know only its scale's name."""
    path = dataset.name or h5py.h5ds.get_scale_name(dataset.id).decode()
    return path.rsplit("/", 1)[-1]


class StudyFile:
    """A result file, open for reading. Use it as a context manager."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        if not self.path.exists():
            raise InputError(f"{path}: no such file")
        if self.path.is_dir():
            raise InputError(f"{path}: is a folder, not a result file")
        try:
            self.file = h5py.File(self.path, "r")
        except OSError as error:
            raise InputError(f"{path}: cannot be read as HDF5 ({error})") from None
        try:
            self._read_layout()
        except BaseException:
            self.file.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()

    # ---- layout ------------------------------------------------------------------------------------------------------

    def _read_layout(self):
        root = self.file
        if "team_size" not in root or "experiment" not in root.attrs:
            raise InputError(f"{self.path}: not a Thresher result file (no /team_size, no attribute 'experiment')")
        self.axis_names = dimension_names(root["team_size"])
        self.shape = root["team_size"].shape
        self.trials = 0  # without trials there is nothing that is told of each
        if "status" in root:
            self.trials = root["status"].shape[-1]
            if dimension_names(root["status"]) != [*self.axis_names, TRIAL]:
                raise InputError(f"{self.path}: the dimensions of /status are not the axes and '{TRIAL}'")
        self.metrics = {}
        self.scalars = {}
        along = {name: {} for name in self.axis_names}
        coordinates = attribute(self.file, "coordinates").split()
        for name in members(root):
            item = root[name]
            if not isinstance(item, h5py.Dataset) or name in self.axis_names:
                continue
            if "kind" in item.attrs:
                self.metrics[name] = self._describe(name, item)
            elif name in coordinates and item.ndim == 0:
                self.scalars[name] = read_values(item)[()]
            elif name in coordinates and item.ndim == 1:
                axis = dimension_names(item)[0]
                if axis in along:
                    along[axis][name] = read_values(item)
        self.axes = [self._axis(name, along[name]) for name in self.axis_names]
        self.predictions = []
        if "theory" in root:
            # The group holds the coordinates of the axes too, linked from the root.
            theory = root["theory"]
            self.predictions = [name for name in members(theory) if name not in root or root[name] != theory[name]]

    def _axis(self, name, companions):
        item = self.file[name]
        return Axis(name, read_values(item), attribute(item, "long_name"), attribute(item, "units", "1"), companions)

    def _describe(self, name, item):
        bounds = item.attrs.get("valid_range")
        bounds = (-np.inf, np.inf) if bounds is None else tuple(float(bound) for bound in np.ravel(bounds))
        predictions = tuple(attribute(item, "prediction").split())
        return Metric(name, attribute(item, "kind", "value"), attribute(item, "long_name"),
                      attribute(item, "units", "1"), bounds, predictions)

    def option(self, name):
        """A value of the study's own TOML, None where it is not in it."""
        try:
            return tomllib.loads(attribute(self.file, "toml")).get(name)
        except tomllib.TOMLDecodeError:
            return None

    def search(self):
        """The level search that made this file, None where there was none."""
        wanted, level, found = self.option("search"), self.option("search_level"), self.file.get("search/search_crossing")
        if not wanted or not level or found is None:
            return None
        (parameter, _, ends), (metric, _, value) = wanted.partition("="), level.partition("=")
        try:
            lower, upper, value = (float(number) for number in (*ends.split(":"), value))
        except ValueError:
            return None
        axis = self.axis_names.index(parameter) if parameter in self.axis_names else None
        crossing = found[()]
        stored = self.file.get("search/search_state")
        if stored is not None:
            state = stored[()]
        else:  # files of before the states
            state = np.where(np.isfinite(crossing), CROSSED, np.where(np.isposinf(crossing), ABOVE, UNFINISHED))
            crossing = np.where(state == CROSSED, crossing, np.nan)
        crossing, state = (np.broadcast_to(part if axis is None else np.expand_dims(part, axis), self.shape) for part in (crossing, state))
        return Search(parameter, metric, value, lower, upper, axis, crossing, state)

    def describe(self, name):
        """The long name of a coordinate, metric or prediction."""
        for place in (self.file, self.file.get("theory", {})):
            if name in place:
                return attribute(place[name], "long_name")
        return ""

    # ---- coordinates and predictions ---------------------------------------------------------------------------------

    def axis(self, name):
        for axis in self.axes:
            if axis.name == name or name in axis.companions:
                return axis
        raise unknown_name("axis", name, self.axis_names)

    def along_axis(self, axis_position, values):
        """Values along one axis, spread over the grid."""
        shape = [1] * len(self.shape)
        shape[axis_position] = len(values)
        return np.broadcast_to(np.reshape(values, shape), self.shape)

    def names_at_points(self):
        """Every name with one number or word per point: coordinates, scalars, predictions."""
        names = list(self.axis_names)
        for axis in self.axes:
            names += list(axis.companions)
        names += list(self.scalars) + [name for name in self.predictions if name not in names]
        return names

    def at_points(self, name):
        """A coordinate, scalar parameter or prediction, one value per point."""
        for position, axis in enumerate(self.axes):
            if name == axis.name:
                return self.along_axis(position, axis.values)
            if name in axis.companions:
                return self.along_axis(position, axis.companions[name])
        if name in self.scalars:
            return np.broadcast_to(self.scalars[name], self.shape)
        if name in self.predictions:
            return np.reshape(self.file["theory"][name][()], self.shape)
        raise unknown_name("coordinate or prediction", name, self.names_at_points())

    # ---- trials ------------------------------------------------------------------------------------------------------

    def metric(self, name):
        if name not in self.metrics:
            raise unknown_name("metric", name, self.metrics)
        return self.metrics[name]

    def slabs(self):
        """Index tuples that cut the grid and its trials into pieces of bounded size, whole trials of a point each."""
        if not self.shape:
            yield ()
            return
        row = int(np.prod(self.shape[1:], dtype=np.int64)) * max(self.trials, 1) * 8
        step = max(1, SLAB_BYTES // max(row, 1))
        if step == 1 and row > SLAB_BYTES and len(self.shape) > 1:
            for first in range(self.shape[0]):
                for second in range(self.shape[1]):
                    yield (slice(first, first + 1), slice(second, second + 1))
            return
        for start in range(0, self.shape[0], step):
            yield (slice(start, start + step),)

    def summary(self, name):
        """Statistics of a metric: the file's own where it has them, else from the trials."""
        self.metric(name)
        stored = self.file.get("summary")
        if stored is not None and all(f"{name}_{part}" in stored for part in ("mean", "se", "median", "count")):
            parts = [np.reshape(stored[f"{name}_{part}"][()], self.shape) for part in ("mean", "se", "median", "count")]
            return Summary(*(part.astype(float) for part in parts))
        parts = [np.full(self.shape, np.nan) for _ in range(4)]
        for index in self.slabs():
            values = self.values(name, index)
            for part, computed in zip(parts, summarise(values)):
                part[index] = computed
        return Summary(*parts)

    def values(self, name, index=()):
        """The trials of a metric over a part of the grid, NaN where a trial does not count."""
        values = self.file[name][index] if index else self.file[name][()]
        status = self.file["status"][index] if index else self.file["status"][()]
        counts = (status == OK) | (status == NOT_CONVERGED)
        return np.where(counts & np.isfinite(values), values, np.nan)

    def ended(self, name, index=()):
        """(values of a metric, status) over a part of the grid; 0 and NaN where a trial has not ended with numbers of its own."""
        values = self.file[name][index] if index else self.file[name][()]
        status = self.file["status"][index] if index else self.file["status"][()]
        counts = (status == OK) | (status == NOT_CONVERGED)
        return np.where(counts, values, np.nan), np.where(counts, status, 0)

    def trial_counts(self, _metric=None):
        """How many trials of each point ran, failed and did not converge: the file's own counts where it has them."""
        stored = self.file.get("summary")
        names = ("trials_ran", "trials_failed", "trials_not_converged")
        if stored is not None and all(name in stored for name in names):
            return TrialCounts(*(np.reshape(stored[name][()], self.shape).astype(np.int64) for name in names))
        progress = self.progress((OK, FAILED, NOT_CONVERGED))
        failed, not_converged = progress[..., FAILED], progress[..., NOT_CONVERGED]
        return TrialCounts(progress[..., OK] + failed + not_converged, failed, not_converged)

    def progress(self, codes=range(len(STATUS_NAMES))):
        """Number of trials of each status, or of the ones asked for, one array [axes..., status]."""
        counts = np.zeros(self.shape + (len(STATUS_NAMES),), dtype=np.int64)
        for index in self.slabs() if self.trials else ():
            status = self.file["status"][index] if index else self.file["status"][()]
            for code in codes:
                counts[index + (Ellipsis, code)] = np.count_nonzero(status == code, axis=-1)
        return counts

    def theories(self):
        """States of every theory, [axes...]: codes like those of trials."""
        group = self.file.get("theory_status")
        if group is None:
            return {}
        theories = [name for name in members(group) if name not in self.file or self.file[name] != group[name]]
        return {name: np.reshape(group[name][()], self.shape) for name in theories}

    # ---- defaults that the file itself suggests ----------------------------------------------------------------------

    def headlines(self):
        """(quantities, parameter) of the figures that tell the result, those over an axis of this file first."""
        declared = []
        for entry in filter(None, attribute(self.file, "headlines").split(";")):
            quantities, _, over = entry.rpartition(" over ")
            declared.append((tuple(quantities.split()), over.strip()))
        return sorted(declared, key=lambda headline: not self.varies(headline[1]))

    def varies(self, name):
        """Whether a parameter has several values in this file."""
        return any(len(axis) > 1 for axis in self.axes if axis.name == name or name in axis.companions)

    def default_metrics(self, accepts=lambda metric: True):
        """The metrics to look at first, of those accepted: a headline's, else a probability (best: a predicted one)."""
        headlines = [[name for name in quantities if name in self.metrics] for quantities, _ in self.headlines()]
        ranked = [[name] for name in sorted(self.metrics, key=lambda name: _interest(self.metrics[name]))]
        candidates = [[name for name in names if accepts(self.metrics[name])] for names in headlines + ranked]
        for names in candidates:
            measured = [name for name in names if np.any(self.summary(name).count > 0)]
            if measured:
                return measured
        if not any(candidates):
            raise InputError(f"{self.path}: has no metrics" if not self.metrics else f"{self.path}: no metric suggests itself: give --metric")
        return next(names for names in candidates if names)

    def default_predictions(self, metric):
        """The predictions that belong beside a metric."""
        return [name for name in self.metric(metric).predictions if name in self.predictions]

    def default_theory(self):
        """The predictions to look at first where nothing was measured."""
        for quantities, _ in self.headlines():
            if set(quantities) <= set(self.predictions):
                return list(quantities)
        return []

    def default_axes(self, quantities):
        """Axes to run along x for these quantities, the preferred ones first."""
        return [over for names, over in self.headlines() if set(names) & set(quantities) and self.varies(over)]


def _interest(metric):
    """Rank of a metric among those to look at first; small is interesting."""
    predicted = not metric.predictions
    if metric.is_probability:
        return (predicted, metric.kind != "indicator")
    return (2 + KINDS.index(metric.kind), predicted)


def members(group):
    """Names in a group, as they were written where the file remembers that, else by alphabet."""
    tracked = h5py.h5p.CRT_ORDER_TRACKED & group.id.get_create_plist().get_link_creation_order()
    if not tracked:
        return list(group)
    names = []
    group.id.links.iterate(names.append, idx_type=h5py.h5.INDEX_CRT_ORDER)
    return [name.decode() for name in names]


def read_values(item):
    """A coordinate: numbers as they are, strings as Python strings."""
    if h5py.check_string_dtype(item.dtype) is not None:
        return np.asarray(item.asstr()[()], dtype=object)
    return np.asarray(item[()])


def _power_of_two(magnitudes):
    """Powers of two of about these magnitudes (1 for 0 and infinity): dividing by them rounds nothing."""
    none = (magnitudes == 0) | ~np.isfinite(magnitudes)
    return np.where(none, 1.0, np.exp2(np.floor(np.log2(np.where(none, 1.0, magnitudes)))))


def summarise(values):
    """Mean, standard error, median and count over the last dimension, NaN left out."""
    finite = np.isfinite(values)
    count = finite.sum(axis=-1)
    filled = np.where(finite, values, 0.0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = filled.sum(axis=-1) / count
        deviations = np.where(finite, values - mean[..., None], 0.0)
        squares = (deviations**2).sum(axis=-1)
        error = np.sqrt(squares / (count - 1) / count)
        odd = np.asarray((count > 1) & ~((squares > 1e-280) & (squares < 1e280)))
        if odd.any():  # squares that left the range of doubles, or are 0
            part, n = deviations[odd], count[odd]
            scale = _power_of_two(np.abs(part).max(axis=-1))
            error = np.array(error)
            error[odd] = scale * np.sqrt(((part / scale[:, None]) ** 2).sum(axis=-1) / (n - 1) / n)
    ordered = np.sort(values, axis=-1)  # NaN last
    median = np.full(count.shape, np.nan)
    some = count > 0
    if some.any():
        low = np.take_along_axis(ordered, np.maximum((count - 1) // 2, 0)[..., None], axis=-1)[..., 0]
        high = np.take_along_axis(ordered, (np.maximum(count, 1) // 2)[..., None], axis=-1)[..., 0]
        median = np.where(some, (low + high) / 2, np.nan)
    return np.where(some, mean, np.nan), np.where(count > 1, error, np.nan), median, count.astype(float)
