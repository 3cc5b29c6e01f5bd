"""Parts of a grid: `--select p=512,1024 theta=0.4:1.2 estimator=lasso`."""

import numpy as np

from .errors import InputError
from .study_file import is_numeric
from .text import DISPLAYED, coordinate, coordinates, number


def select(study, clauses):
    """One array of kept positions per axis of the study."""
    kept = [np.arange(len(axis)) for axis in study.axes]
    for clause in clauses or ():
        name, separator, wanted = clause.partition("=")
        if not separator or not wanted:
            raise InputError(f"--select {clause}: expected axis=value, axis=value,value or axis=low:high")
        if name in study.scalars:
            _check_fixed(f"--select {clause}", name, study.scalars[name], wanted)
            continue
        axis = study.axis(name)
        position = next(k for k, other in enumerate(study.axes) if other is axis)
        values = axis.values if name == axis.name else axis.companions[name]
        keep = np.zeros(len(values), dtype=bool)
        for item in wanted.split(","):
            match = _matches(name, values, item)
            if not match.any():
                raise InputError(f"--select {clause}: {name} has no value '{item}' (there are: {listing(values)})")
            keep |= match
        kept[position] = np.array([index for index in kept[position] if keep[index]], dtype=int)
        if kept[position].size == 0:
            raise InputError(f"--select {clause}: nothing is left of {name}")
    return kept


def pins_of(reference, study):
    """Of a name at another place (`mse@estimator=lasso`): the axes that are held, and where."""
    held = {}
    for name, wanted in reference.pins:
        clause = f"{name}={wanted}"
        if name in study.scalars:
            _check_fixed(clause, name, study.scalars[name], wanted)
            continue
        axis = study.axis(name)
        values = axis.values if name == axis.name else axis.companions[name]
        match = np.flatnonzero(_matches(name, values, wanted))
        if len(match) != 1:
            problem = f"no value '{wanted}'" if len(match) == 0 else f"several values '{wanted}'"
            raise InputError(f"{reference.name}@{clause}: {name} has {problem} (there are: {listing(values)})")
        held[study.axes.index(axis)] = int(match[0])
    return held


def at_place(values, held):
    """An array over the grid whose held axes have the value there, of length 1."""
    index = tuple(slice(held[k], held[k] + 1) if k in held else slice(None) for k in range(np.ndim(values)))
    return values[index] if held else values


def listing(values):
    return ", ".join(coordinates(values))


def _check_fixed(clause, name, value, wanted):
    """A parameter with a single value can be selected by that value."""
    values = np.array([value], dtype=object if isinstance(value, str) else None)
    if not any(_matches(name, values, item).any() for item in wanted.split(",")):
        raise InputError(f"{clause}: {name} is {coordinate(value)} throughout this file")


def _matches(name, values, item):
    if not is_numeric(values):
        return np.array([str(value) == item for value in values])
    low, colon, high = item.partition(":")
    try:
        if colon:
            first, last = float(low or "-inf"), float(high or "inf")
            slack = 1e-9 * np.abs(values.astype(float))
            inside = (values >= first - slack) & (values <= last + slack)
            return inside | _displays(values, first) | _displays(values, last)
        wanted = float({"true": 1, "false": 0}.get(item, item))
    except ValueError:
        raise InputError(f"{name} is a number, and '{item}' is not") from None
    if np.isnan(wanted):
        return np.zeros(len(values), dtype=bool)
    if is_integral(values):
        return values == wanted
    for match in (values == wanted, np.isclose(values.astype(float), wanted, rtol=1e-9, atol=0), _displays(values, wanted)):
        if match.any():
            break
    if np.count_nonzero(match) > 1:
        shown = ", ".join(coordinate(value) for value in values[match])
        raise InputError(f"several values of {name} look like {item} ({shown}): give more digits")
    return match


def is_integral(values):
    return values.dtype.kind in "iub"


def _displays(values, wanted):
    """Values that the tools show as this number, with fewer digits than they have."""
    if is_integral(values) or not np.isfinite(wanted):
        return np.zeros(len(values), dtype=bool)
    return np.array([any(float(number(value, digits)) == wanted for digits in DISPLAYED) if np.isfinite(value) else False for value in values])


class View:
    """A study seen through a selection. Arrays over the grid are cut to it with `take`."""

    def __init__(self, study, clauses=()):
        self.study = study
        self.kept = select(study, clauses)
        self.axes = [study.axes[k].part(positions) for k, positions in enumerate(self.kept)]
        self.shape = tuple(len(axis) for axis in self.axes)

    def take(self, array):
        return np.asarray(array)[np.ix_(*self.kept)] if self.kept else np.asarray(array)

    def mask(self):
        """Over the study's grid: whether a point is in the view."""
        inside = np.zeros(self.study.shape, dtype=bool)
        inside[np.ix_(*self.kept) if self.kept else ()] = True
        return inside

    def places(self):
        """Over the view's grid: the point's index tuple in the study's grid."""
        return {place: tuple(int(kept[k]) for kept, k in zip(self.kept, place)) for place in np.ndindex(*self.shape)}

    def varying(self):
        """Positions of the axes that have more than one value here."""
        return [position for position, axis in enumerate(self.axes) if len(axis) > 1]

    def at_one_value(self, position):
        """The view with a single value left on one axis, for what does not change along it."""
        smaller = View(self.study)
        smaller.kept = [kept[:1] if place == position else kept for place, kept in enumerate(self.kept)]
        smaller.axes = [axis.part(slice(1)) if place == position else axis for place, axis in enumerate(self.axes)]
        smaller.shape = tuple(len(axis) for axis in smaller.axes)
        return smaller

    def without_axes(self, positions):
        """The view with a single value left on each of these axes."""
        view = self
        for position in positions:
            view = view.at_one_value(position)
        return view

    def without_empty(self, filled):
        """The view less the axis values where `filled` (over the view's grid) holds nowhere."""
        smaller = View(self.study)
        smaller.kept = []
        for position, positions in enumerate(self.kept):
            others = tuple(other for other in range(filled.ndim) if other != position)
            keep = filled.any(axis=others)
            smaller.kept.append(positions[keep] if keep.any() else positions)
        smaller.axes = [self.study.axes[k].part(positions) for k, positions in enumerate(smaller.kept)]
        smaller.shape = tuple(len(axis) for axis in smaller.axes)
        return smaller
