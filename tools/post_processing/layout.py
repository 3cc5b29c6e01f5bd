"""Decides what a figure shows: which axis runs along x, which ones tell lines and panels apart, curves or heat map."""

from dataclasses import dataclass

import numpy as np

from .errors import InputError
from .expressions import evaluate, names_in
from .text import coordinates, in_figure, literal, symbol

MOST_LINES = 8
MOST_PANELS = 16
HEAT_MAP_SIDE = 7  # two axes with at least this many numbers are shown as a map


@dataclass(frozen=True)
class Layout:
    """Positions of the view's axes by their role in the figure."""

    kind: str  # "curves" or "heat_map"
    along: int | None  # the axis that a curve follows; the x axis of a map
    across: int | None  # the y axis of a map
    lines: int | None
    panels: tuple
    x: np.ndarray | None  # over the view's grid; None where x holds words
    x_label: str


def choose(view, options, quantities):
    """The layout that the options ask for, with the file's own habits for the quantities where they are silent."""
    study = view.study
    varying = view.varying()
    kind = options.kind
    numeric = [position for position in varying if view.axes[position].is_numeric]
    if kind == "auto":
        long = [position for position in numeric if len(view.axes[position]) >= HEAT_MAP_SIDE]
        kind = "heat_map" if len(long) >= 2 and not options.x and not options.lines else "curves"
        numeric = long if kind == "heat_map" else numeric
    if kind == "heat_map":
        return _heat_map(view, options, varying, numeric)

    x = evaluate(options.x, study) if options.x else None
    along = running_axis(view, options, varying, x, quantities)
    rest = [position for position in varying if position != along]
    lines = _lines(view, options, rest)
    panels = tuple(position for position in rest if position != lines)
    _check_panels(view, panels)
    if x is not None:
        values = view.take(x)
    elif along is not None and view.axes[along].is_numeric:
        values = view.take(study.along_axis(along, study.axes[along].values)).astype(float)
    else:
        values = None
    label = expression_label(options.x) if options.x else axis_label(view.axes[along]) if along is not None else ""
    return Layout("curves", along, None, lines, panels, values, label)


def _position(view, name):
    axis = view.study.axis(name)
    return view.study.axes.index(axis)


def running_axis(view, options, varying, x, quantities):
    if options.along:
        position = _position(view, options.along)
        if position not in varying:
            raise InputError(f"--along {options.along}: that axis has a single value here")
        return position
    candidates = varying
    if x is not None:
        values = view.take(x)
        candidates = [position for position in varying if varies(values, position)]
        if not candidates and varying:
            raise InputError(f"--x {options.x}: is the same at every point")
    for position in (_position(view, name) for name in view.study.default_axes(quantities)):
        if position in candidates:
            return position
    numeric = [position for position in candidates if view.axes[position].is_numeric]
    return max(numeric or candidates, key=lambda position: (len(view.axes[position]), position), default=None)


def varies(values, position):
    """Whether an array over the view's grid changes along one of its axes."""
    first = np.take(values, [0], axis=position)
    return bool(np.any((values != first) & ~(np.isnan(values) & np.isnan(first))))


def _lines(view, options, rest):
    if options.lines == "none":
        return None
    if options.lines:
        position = _position(view, options.lines)
        if position not in rest:
            raise InputError(f"--lines {options.lines}: that axis has a single value here, or runs along x")
        return position
    few = [position for position in rest if len(view.axes[position]) <= MOST_LINES]
    numeric = [position for position in few if view.axes[position].is_numeric]
    if numeric or few:
        return (numeric or few)[0]
    return min(rest, key=lambda position: len(view.axes[position]), default=None)


def _heat_map(view, options, varying, numeric):
    if options.x:
        raise InputError("--x takes an expression for curves; a heat map has an axis of the study on each side (--along)")
    if len(numeric) < 2:
        raise InputError("a heat map needs two axes of numbers with more than one value each")
    if options.lines and options.lines != "none":
        across = _position(view, options.lines)
        if across not in numeric:
            raise InputError(f"--lines {options.lines}: not an axis of several numbers here")
    else:
        across = None
    if options.along:
        along = _position(view, options.along)
        if along not in numeric or along == across:
            raise InputError(f"--along {options.along}: not an axis of several numbers here")
    else:
        free = [position for position in numeric if position != across]
        along = max(free, key=lambda position: (len(view.axes[position]), position))
    if across is None:
        free = [position for position in numeric if position != along]
        across = max(free, key=lambda position: (len(view.axes[position]), position))
    panels = tuple(position for position in varying if position not in (along, across))
    _check_panels(view, panels)
    return Layout("heat_map", along, across, None, panels, None, axis_label(view.axes[along]))


def _check_panels(view, panels):
    amount = int(np.prod([len(view.axes[position]) for position in panels], dtype=np.int64))
    if amount > MOST_PANELS:
        names = ", ".join(f"{view.axes[position].name} ({len(view.axes[position])})" for position in panels)
        raise InputError(f"{amount} panels would be needed for {names}: choose a part with --select")


def panel_points(view, panels):
    """Index tuples (None where an axis is free) and titles, one per panel."""
    sizes = [len(view.axes[position]) for position in panels]
    for values in np.ndindex(*sizes):
        fixed = dict(zip(panels, values))
        yield fixed, ", ".join(value_label(view.axes[position], value) for position, value in fixed.items())


def value_label(axis, index):
    """'p = 128, s = 4' for one value of an axis; words stand alone."""
    parts = []
    for name, values in [(axis.name, axis.values), *axis.companions.items()]:
        value, text = values[index], coordinates(values)[index]
        parts.append(literal(text.replace("_", " ")) if isinstance(value, str) else f"{symbol(name)} = {in_figure(value, text)}")
    return ", ".join(parts)


def axis_label(axis):
    units = "" if axis.units in ("", "1") else f" ({axis.units})"
    return symbol(axis.name) + units


def expression_label(text):
    """An expression with the symbols of a paper in it."""
    try:
        names = sorted(set(names_in(text)), key=len, reverse=True)
    except InputError:
        return text
    if names == [text.strip()]:
        return symbol(text.strip())
    pieces, rest = [], text
    while rest:
        name = next((name for name in names if rest.startswith(name)), None)
        if name and not (pieces and (pieces[-1][-1:].isalnum() or pieces[-1][-1:] == "_")):
            pieces.append(symbol(name))
            rest = rest[len(name) :]
        else:
            pieces.append(rest[0])
            rest = rest[1:]
    return "".join(pieces).replace("**", "^").replace("*", " ")
