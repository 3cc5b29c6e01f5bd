"""Writes result files as the drivers do, with chosen contents: what the tools are tested on.

The layout is that of a result file: dimension scales in the root, hard links to them in /theory and /summary, scalar
coordinates, status, one data set per metric [axes..., trial].
"""

import os
from dataclasses import dataclass, field
from statistics import NormalDist

os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")

import h5py
import numpy as np

NOT_RUN, OK, FAILED, NOT_CONVERGED, INVALID = range(5)
STATUS = ("not_run", "ok", "failed", "not_converged", "invalid")


@dataclass
class Metric:
    values: np.ndarray  # [axes..., trial]
    kind: str = "value"
    meaning: str = ""
    units: str = "1"
    valid_range: tuple = (-np.inf, np.inf)
    prediction: str = ""


@dataclass
class Study:
    """What goes into the file; arrays over the grid in the order of `axes`."""

    axes: dict  # name -> values, in order
    metrics: dict
    trials: int
    zipped: dict = field(default_factory=dict)  # name -> (axis, values)
    scalars: dict = field(default_factory=dict)
    theory: dict = field(default_factory=dict)
    theory_status: dict = field(default_factory=dict)
    status: np.ndarray = None
    attributes: dict = field(default_factory=dict)
    with_summary: bool = True
    failures: list = field(default_factory=list)  # (index..., trial, reason)

    @property
    def shape(self):
        return tuple(len(values) for values in self.axes.values())


def write(path, study):
    text = h5py.string_dtype()
    with h5py.File(path, "w", libver=("earliest", "v108")) as file:
        scales = []
        for name, values in study.axes.items():
            scales.append(_coordinate(file, name, values))
            scales[-1].make_scale(name)
        trial = file.create_dataset("trial", data=np.arange(study.trials))
        trial.make_scale("trial")
        for name, (axis, values) in study.zipped.items():
            _coordinate(file, name, values).dims[0].attach_scale(file[axis])
        for name, value in study.scalars.items():
            file.create_dataset(name, data=value, dtype=text if isinstance(value, str) else None)
        full = study.shape + (study.trials,)
        status = np.full(full, OK, dtype=np.int8) if study.status is None else study.status.astype(np.int8)
        item = _dataset(file, "status", status, [*scales, trial])
        item.attrs["flag_values"] = np.arange(len(STATUS), dtype=np.int8)
        item.attrs["flag_meanings"] = " ".join(STATUS)
        ran = (status != NOT_RUN) & (status != INVALID)
        seconds = _dataset(file, "trial_seconds", np.where(ran, 1e-3, np.nan), [*scales, trial])
        seconds.attrs["units"] = "s"
        _dataset(file, "team_size", np.ones(study.shape, dtype=np.int32), scales)
        summary, theory = file.create_group("summary"), file.create_group("theory")
        for name in [*study.axes, *study.zipped]:
            summary[name] = file[name]
            theory[name] = file[name]
        counted = (status == OK) | (status == NOT_CONVERGED)
        if study.with_summary:
            for name, which in (("ran", ran), ("failed", status == FAILED), ("not_converged", status == NOT_CONVERGED)):
                _dataset(summary, f"trials_{name}", which.sum(axis=-1, dtype=np.int32), scales)
        for name, metric in study.metrics.items():
            item = _dataset(file, name, np.where(ran, metric.values, np.nan), [*scales, trial])
            item.attrs["long_name"] = metric.meaning or name.replace("_", " ")
            item.attrs["units"] = metric.units
            item.attrs["kind"] = metric.kind
            item.attrs["valid_range"] = np.array(metric.valid_range, dtype=float)
            if metric.prediction:
                item.attrs["prediction"] = metric.prediction
            if study.with_summary:
                for part, values in statistics(metric.values, counted).items():
                    _dataset(summary, f"{name}_{part}", values, scales)
        for name, values in study.theory.items():
            _dataset(theory, name, np.broadcast_to(values, study.shape).astype(float), scales)
        states = file.create_group("theory_status")
        for name in [*study.axes, *study.zipped]:
            states[name] = file[name]
        for name, values in study.theory_status.items():
            _dataset(states, name, np.broadcast_to(values, study.shape).astype(np.int8), scales)
        failures = file.create_group("failures")
        for column, name in enumerate([*(f"{axis}_index" for axis in study.axes), "trial"]):
            failures[name] = np.array([failure[column] for failure in study.failures], dtype=np.int64)
        reasons = [failure[-1] for failure in study.failures]
        failures.create_dataset("reason", data=np.array(reasons, dtype=object), shape=(len(reasons),), dtype=text)
        defaults = {
            "title": "Synthetic recovery", "experiment": "synthetic", "data_version": 1, "seed": 7,
            "citation": "nobody, 2024", "Conventions": "CF-1.8", "command_line": "synthetic --seed 7", "toml": "seed = 7\n",
            "coordinates": " ".join([*study.zipped, *study.scalars]), "version": "0.1.0",
        }  # fmt: skip
        for name, value in {**defaults, **study.attributes}.items():
            file.attrs[name] = value


def statistics(values, counted):
    kept = np.where(counted & np.isfinite(values), values, np.nan)
    count = np.isfinite(kept).sum(axis=-1)
    with np.errstate(all="ignore"):
        mean = np.nansum(kept, axis=-1) / count
        error = np.sqrt(np.nansum((kept - mean[..., None]) ** 2, axis=-1) / (count - 1) / count)
        ordered = np.sort(kept, axis=-1)
        last = max(kept.shape[-1] - 1, 0)
        ends = [np.clip(index, 0, last)[..., None] for index in ((count - 1) // 2, count // 2)]
        median = sum(np.take_along_axis(ordered, end, axis=-1)[..., 0] for end in ends) / 2 if kept.shape[-1] else mean
    return {"mean": mean, "se": error, "median": median, "count": count.astype(np.int64)}


def _coordinate(place, name, values):
    words = isinstance(values[0], str)
    item = place.create_dataset(name, data=np.array(values, dtype=object) if words else np.asarray(values),
                                dtype=h5py.string_dtype() if words else None)
    item.attrs["long_name"] = f"meaning of {name}"
    item.attrs["units"] = "1"
    return item


def _dataset(place, name, values, scales):
    chunks = None
    if values.ndim and values.size:
        chunks = tuple(max(1, min(size, 1024 if k == values.ndim - 1 else 16)) for k, size in enumerate(values.shape))
    item = place.create_dataset(name, data=values, chunks=chunks, fletcher32=chunks is not None)
    for k, scale in enumerate(scales):
        item.dims[k].attach_scale(scale)
    return item


def probit(x):
    return np.vectorize(NormalDist().cdf)(x)


def transition(trials=200, dimensions=(128, 512, 2048), sparsities=(4, 8, 16), thetas=tuple(np.round(np.arange(0.4, 2.05, 0.1), 12)),
               fractions=(0.2, 0.8), seed=1, centre=0.9, **settings):
    """A phase transition in theta, steeper with p, on the axes p (zipped with s), theta, hq_fraction; at `centre` exactly one half."""
    axes = {"p": list(dimensions), "theta": list(thetas), "hq_fraction": list(fractions)}
    width = 0.5 / np.sqrt(np.log2(np.asarray(dimensions, dtype=float)) - 5)
    theta = np.asarray(thetas)
    success = probit((theta[None, :] - centre) / width[:, None])
    success = np.repeat(success[:, :, None], len(fractions), axis=2)
    generator = np.random.default_rng(seed)
    draws = (generator.random(success.shape + (trials,)) < success[..., None]).astype(float)
    error = np.exp(generator.normal(-3 * theta[None, :, None, None], 0.4, size=success.shape + (trials,)))
    n_alg = 2 * np.asarray(sparsities) * np.log(np.asarray(dimensions)) + 1
    metrics = {
        "sign_recovery": Metric(draws, "indicator", "signs agree in every coordinate", valid_range=(0, 1), prediction="lasso_success"),
        "mse": Metric(error, "value", "relative squared error", valid_range=(0, np.inf)),
        "solve_seconds": Metric(generator.random(draws.shape), "timing", "time of the solver", "s", (0, np.inf)),
    }
    theory = {
        "lasso_success": success,
        "n_alg": n_alg[:, None, None],
        "n": np.rint(n_alg[:, None, None] * theta[None, :, None]),
    }
    return Study(axes, metrics, trials, zipped={"s": ("p", list(sparsities))},
                 scalars={"sigma1": 0.1, "estimator": "lasso"}, theory=theory, **settings)


def phase_diagram(trials=100, weightings=("agnostic", "interference"), seed=2, **settings):
    """Recovery over (n1, n2) for several weightings: two long axes and one of words."""
    n1, n2 = np.arange(50, 701, 50), np.arange(0, 1201, 100)
    axes = {"n1": n1, "n2": n2, "weighting": list(weightings)}
    price = np.linspace(1.6, 3, len(weightings))
    effective = n1[:, None, None] + n2[None, :, None] / price
    success = probit((effective - 550) / 90)
    generator = np.random.default_rng(seed)
    draws = generator.random(success.shape + (trials,)) < success[..., None]
    metrics = {"sign_recovery": Metric(draws.astype(float), "indicator", valid_range=(0, 1), prediction="lasso_success")}
    return Study(axes, metrics, trials, theory={"lasso_success": success}, scalars={"p": 1000000}, **settings)
