"""Bitwise comparison of two result files, data set by data set and attribute by attribute."""

import h5py
import numpy as np

from .study_file import SLAB_BYTES, attribute, own_name, to_text
from .text import coordinate, number

# Root attributes that tell how, where and when a file was made; a file may name more in `provenance_attributes`.
PROVENANCE = {
    "_NCProperties", "blas", "command_line", "git_commit", "hosts", "petsc_options", "processors", "provenance_attributes", "ranks",
    "runs", "starts_without_progress", "toml", "version",
}  # fmt: skip
# Bookkeeping of HDF5 and netCDF-4: the dimensions are compared by name instead.
BOOKKEEPING = {"CLASS", "NAME", "DIMENSION_LIST", "REFERENCE_LIST", "DIMENSION_LABELS", "_Netcdf4Dimid", "_Netcdf4Coordinates"}
TIMING_DATASET = "trial_seconds"


def differences_of(first, second):
    """Texts, one per difference, and how much was compared and left out."""
    counts = {"data sets": 0, "attributes": 0, "timings": 0, "provenance": 0}
    found = []
    items = [_items(study.file) for study in (first, second)]
    timings = _timings(first) | _timings(second)
    skipped = _provenance(first) | _provenance(second)
    found += _attributes("", first.file, second.file, skipped, counts)
    for name in list(items[0]) + [name for name in items[1] if name not in items[0]]:
        if name in timings:
            counts["timings"] += 1
            continue
        pair = [items[side].get(name) for side in (0, 1)]
        if pair[0] is None or pair[1] is None:
            found.append(f"/{name}: only in the {'first' if pair[1] is None else 'second'} file")
            continue
        if isinstance(pair[0], h5py.Dataset) != isinstance(pair[1], h5py.Dataset):
            found.append(f"/{name}: a data set in one file, a group in the other")
            continue
        found += _attributes("/" + name, *pair, BOOKKEEPING, counts)
        if isinstance(pair[0], h5py.Dataset):
            counts["data sets"] += 1
            found += _dataset(name, *pair, first)
    return found, counts


def _items(file):
    """Every group and data set by its path; the scales that /theory and /summary share with the root count once."""
    items = {}

    def visit(group, path):
        for name, item in group.items():
            place = f"{path}{name}"
            if isinstance(item, h5py.Group):
                items[place] = item
                visit(item, place + "/")
            elif not path or not (name in file and isinstance(file[name], h5py.Dataset) and file[name] == item):
                items[place] = item

    visit(file, "")
    return items


def _timings(study):
    names = {name for name, metric in study.metrics.items() if metric.kind == "timing"}
    summaries = {f"summary/{name}_{part}" for name in names for part in ("mean", "se", "median", "count")}
    return names | summaries | {TIMING_DATASET}


def _provenance(study):
    named = set(attribute(study.file, "provenance_attributes").split())
    return PROVENANCE | named | {name for name in study.file.attrs if name.endswith("_version") and name != "data_version"}


def _attributes(place, first, second, skipped, counts):
    found = []
    names = list(first.attrs) + [name for name in second.attrs if name not in first.attrs]
    for name in names:
        if name in skipped:
            counts["provenance"] += name not in BOOKKEEPING
            continue
        counts["attributes"] += 1
        label = f"{place or '/'}, attribute {name}"
        if name not in first.attrs or name not in second.attrs:
            found.append(f"{label}: only in the {'first' if name in first.attrs else 'second'} file")
            continue
        a, b = first.attrs[name], second.attrs[name]
        if not _same_attribute(a, b):
            found.append(f"{label}: '{_short(a)}' and '{_short(b)}'")
    return found


def _same_attribute(a, b):
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    if a.dtype.kind in "OSU" or b.dtype.kind in "OSU":
        return to_text(a) == to_text(b)
    return a.dtype == b.dtype and a.tobytes() == b.tobytes()


def _short(value):
    text = to_text(np.asarray(value)).replace("\n", " ")
    return text if len(text) <= 60 else text[:57] + "..."


def _dataset(name, a, b, study):
    if a.dtype != b.dtype:
        return [f"/{name}: type {a.dtype} and {b.dtype}"]
    dimensions = [_dimensions(item) for item in (a, b)]
    if dimensions[0] != dimensions[1]:
        return [f"/{name}: dimensions {dimensions[0]} and {dimensions[1]}"]
    if a.shape != b.shape:
        return [f"/{name}: shape {list(a.shape)} and {list(b.shape)}"]
    unequal, where, values = 0, None, None
    for index in _pieces(a):
        x, y = np.asarray(a[index]), np.asarray(b[index])
        differs = np.reshape(_unequal(x, y), x.shape)
        amount = int(np.count_nonzero(differs))
        if amount and where is None:
            place = np.unravel_index(int(np.argmax(differs)), differs.shape) if differs.ndim else ()
            start = index[0].start if index else 0
            where = tuple(int(position) + (start if k == 0 else 0) for k, position in enumerate(place))
            values = (x[place], y[place])
        unequal += amount
    if not unequal:
        return []
    shown = " and ".join(_value(value) for value in values)
    at = f", first at {_place(study, dimensions[0], where)}" if where else ""
    return [f"/{name}: {unequal} of {max(a.size, 1)} values differ{at}: {shown}"]


def _dimensions(item):
    return [own_name(item.dims[k][0]) if len(item.dims[k]) else "-" for k in range(item.ndim)]


def _pieces(item):
    if item.ndim == 0 or item.size == 0:
        return [()] if item.size else []
    row = max(1, item.size // item.shape[0]) * max(item.dtype.itemsize, 1)
    step = max(1, SLAB_BYTES // row)
    return [(slice(start, min(start + step, item.shape[0])),) for start in range(0, item.shape[0], step)]


def _unequal(x, y):
    """Where two arrays of one type and shape differ in their bits."""
    x, y = np.asarray(x), np.asarray(y)
    if x.dtype.names:
        return np.logical_or.reduce([_unequal(x[field], y[field]) for field in x.dtype.names])
    if x.dtype.kind == "O":
        flat = [not _same_object(left, right) for left, right in zip(x.ravel(), y.ravel())]
        return np.array(flat, dtype=bool).reshape(x.shape)
    if x.dtype.kind == "f" and x.dtype.itemsize in (4, 8):
        bits = np.dtype(f"u{x.dtype.itemsize}")
        return np.ascontiguousarray(x).view(bits) != np.ascontiguousarray(y).view(bits)
    return x != y


def _same_object(left, right):
    if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
        return np.array_equal(left, right)
    return left == right


def _value(value):
    if isinstance(value, np.void):
        return "(" + ", ".join(_value(part) for part in value) + ")"
    if isinstance(value, (bytes, str)):
        return f"'{_short(value)}'"
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return number(value)


def _place(study, dimensions, where):
    """An index in words: the coordinate of the first file along each dimension."""
    parts = []
    for name, position in zip(dimensions, where):
        axis = next((axis for axis in study.axes if axis.name == name), None)
        parts.append(f"{name}={coordinate(axis.values[position])}" if axis and position < len(axis) else f"{name if name != '-' else 'index'}={position}")
    return ", ".join(parts)
