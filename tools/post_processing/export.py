"""Writes trials or summaries as a table (CSV, or Parquet where pyarrow or fastparquet is installed) or as classic netCDF.

One row per trial that was run (or per point, with --what summary): coordinates, status, metrics, and on request
predictions. Numbers in CSV read back as the same bits. A name that ends in .nc gives a classic netCDF-3 file without groups,
for tools that know nothing else: trials (unless --what summary), summaries and predictions in one, words as numbered flags.
"""

import importlib.util
import os
import pathlib
import sys

import numpy as np

from . import classic_netcdf
from .arguments import add_file, add_selection, names
from .derived_study import DerivedStudy
from .errors import InputError
from .selection import View
from .study_file import INVALID, NOT_RUN, STATUS_NAMES
from .summary import wanted_predictions

FORMATS = (".csv", ".parquet", ".nc")
ROWS_AT_ONCE = 200_000


def add_arguments(parser):
    add_file(parser)
    parser.add_argument("--output", metavar="path", help="file to write, .csv, .parquet or .nc, or '-' for CSV to the terminal "
                                                         "(default: beside the file, .csv)")
    parser.add_argument("--what", choices=("trials", "summary"), default="trials", help="default trials")
    parser.add_argument("--metric", type=names, metavar="a,b", help="metrics or expressions of them (default: all)")
    parser.add_argument("--prediction", type=names, metavar="a,b", help="predictions to add (default: all of them to a summary, none to trials)")
    add_selection(parser)


def run(options):
    output = options.output or str(pathlib.Path(options.file).with_suffix(".csv"))
    suffix = ".csv" if output == "-" else pathlib.Path(output).suffix.lower()
    if suffix not in FORMATS:
        raise InputError(f"--output {output}: the name must end in {', '.join(FORMATS[:-1])} or {FORMATS[-1]}")
    if suffix == ".parquet" and not any(importlib.util.find_spec(name) for name in ("pyarrow", "fastparquet")):
        raise InputError("Parquet needs the Python package pyarrow or fastparquet, and neither is installed; .csv works")
    with DerivedStudy(options.file) as study:
        if suffix == ".nc":
            if options.select:
                raise InputError("--select: a classic netCDF file holds the whole grid; tables (.csv, .parquet) take a part")
            frames = None
        else:
            frames = _frames(study, options)
        if output == "-":
            _write_csv(frames, sys.stdout)
            return
        path = pathlib.Path(output)
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            if suffix == ".csv":
                with open(beside, "w", newline="", encoding="utf-8") as stream:
                    _write_csv(frames, stream)
            elif suffix == ".nc":
                metrics = options.metric or list(study.metrics)
                for name in metrics:
                    study.metric(name)
                predictions = study.predictions if options.prediction is None else wanted_predictions(study, None, options.prediction)
                classic_netcdf.write(study, beside, metrics, predictions, options.what == "trials")
            else:
                import pandas

                pandas.concat(list(frames), ignore_index=True).to_parquet(beside, index=False)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
    print(path)


def _write_csv(frames, stream):
    for number, frame in enumerate(frames):
        frame.to_csv(stream, index=False, header=number == 0, lineterminator="\n")


def _frames(study, options):
    view = View(study, options.select)
    metrics = options.metric or list(study.metrics)
    for name in metrics:
        study.metric(name)
    view = view.without_axes(study.fixed_axes(metrics))
    predictions = options.prediction
    if options.what == "summary" and predictions is None:
        held = study.fixed_axes(metrics)
        predictions = list(dict.fromkeys(each for name in metrics for each in study.default_predictions(name))) if held else study.predictions
    predictions = wanted_predictions(study, None, predictions or ["none"])
    for name in predictions:
        study.check_beside(name, metrics)
    if options.what == "summary":
        return _summary_frames(study, view, metrics, predictions)
    return _trial_frames(study, view, metrics, predictions)


def _coordinates(study, view, fixed):
    """Coordinates that vary over the study, over the view's grid."""
    columns = {}
    for axis in (axis for position, axis in enumerate(study.axes) if position not in fixed):
        for name in (axis.name, *axis.companions):
            columns[name] = view.take(study.at_points(name))
    return columns


def _summary_frames(study, view, metrics, predictions):
    import pandas

    fixed = study.fixed_axes(metrics)
    columns = {name: values.ravel() for name, values in _coordinates(study, view, fixed).items()}
    counts = study.trial_counts(metrics[0] if fixed else None)
    for part in ("ran", "failed", "not_converged") if not fixed or len(metrics) == 1 else ():
        columns[f"trials_{part}"] = view.take(getattr(counts, part)).ravel()
    for name in metrics:
        summary = study.summary(name)
        for part, values in (("mean", summary.mean), ("se", summary.standard_error), ("median", summary.median)):
            if part == "median" and study.metric(name).of_means:
                continue
            columns[f"{name}_{part}"] = view.take(values).ravel()
        columns[f"{name}_count"] = view.take(summary.count).ravel().astype(np.int64)
    for name in predictions:
        columns[name if name not in columns else f"theory_{name}"] = view.take(study.at_points(name)).ravel()
    yield pandas.DataFrame(columns)


def _trial_frames(study, view, metrics, predictions):
    import pandas

    at_points = _coordinates(study, view, study.fixed_axes(metrics))
    for name in predictions:
        at_points[name if name not in at_points else f"theory_{name}"] = view.take(study.at_points(name))
    words = np.array(STATUS_NAMES)
    points = int(np.prod(view.shape, dtype=np.int64))
    step = max(1, ROWS_AT_ONCE // max(study.trials, 1))
    empty = True
    for start, index, block in _point_blocks(view, step):
        status = _status(study, metrics, index, block) if study.trials else np.zeros((len(block) if block is not None else 1, 0), np.int8)
        ran = (status != NOT_RUN) & (status != INVALID)
        if not ran.any() and not (empty and start + step >= points):
            continue
        empty = False
        rows, trials = np.nonzero(ran)
        columns = {name: values.ravel()[start : start + len(status)][rows] for name, values in at_points.items()}
        columns["trial"] = trials
        columns["status"] = words[status[ran]]
        for name in metrics:
            columns[name] = _read(study, name, index, block)[ran]
        if "trial_seconds" in study.file and not study.fixed_axes(metrics):
            columns["trial_seconds"] = _read(study, "trial_seconds", index, block)[ran]
        yield pandas.DataFrame(columns)


def _point_blocks(view, step):
    """(first point, positions on all axes but the last, positions on the last) over the view's grid in order.

    A block never crosses a line of the last axis, so that it is one piece of the file.
    """
    if not view.shape:
        yield 0, (), None
        return
    last = view.kept[-1]
    for line, place in enumerate(np.ndindex(*view.shape[:-1])):
        outer = tuple(int(view.kept[k][position]) for k, position in enumerate(place))
        for first in range(0, len(last), step):
            yield line * len(last) + first, outer, last[first : first + step]


def _read(study, name, outer, block):
    """[points, trials] of a data set or expression."""
    return _piece(outer, block, lambda index: study.of_every_trial(name, index))


def _status(study, metrics, outer, block):
    return _piece(outer, block, lambda index: study.status_of(metrics, index))


def _piece(outer, block, read):
    if block is None:
        return read(())[None, :]
    low, high = int(block.min()), int(block.max()) + 1
    return read(outer + (slice(low, high),))[block - low]
