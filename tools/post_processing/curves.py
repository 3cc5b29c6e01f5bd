"""Curves: simulation as markers with a band, theory as lines, one panel per remaining axis value."""

import numpy as np
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from . import style
from .errors import InputError
from .missing import MANY
from .layout import panel_points, value_label
from .style import plt
from .text import literal, number, symbol

LOSSY_COLOUR = "#B00000"
MOST_BANDS = 4  # more lines than this get error bars: bands over each other hide the curves


def draw(view, layout, measured, predictions, settings):
    """A figure with the panels of one quantity, or a row of panels per quantity.

    `measured`: list of quantities; `predictions`: for each of them, a list of (name, values).
    """
    panels = list(panel_points(view, layout.panels))
    abreast = len(panels) == 1  # then several quantities stand side by side, each with a y axis of its own
    rows, columns = _arrange(len(measured), len(panels))
    size = settings.size or ((4.6, 3.3) if rows * columns == 1 else (max(2.9 * columns + 0.5, 4.4), 2.45 * rows + 0.5))
    x, ticks = _with_infinity(layout.x)
    style.check_drawable(x, *(entry.mean for entry in measured), *(values for theory in predictions for _, values in theory))
    with plt.rc_context(style.SETTINGS):
        figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=x is not None,
                                    sharey=False if abreast else "row" if len(measured) > 1 else True, layout="constrained")
        used, coloured = [], set()
        for quantity, (entry, theory) in enumerate(zip(measured, predictions)):
            for place, (fixed, title) in enumerate(panels):
                axes = grid.flat[quantity] if abreast else grid[quantity, place] if len(measured) > 1 else grid.flat[place]
                coloured |= _panel(axes, view, layout, x, fixed, entry, theory)
                axes.set_title(title if quantity == 0 else "")
                used.append(axes)
        for axes in grid.flat:
            axes.set_visible(axes in used)
        _scales(used, x, ticks, measured, predictions, settings.y_scale)
        _labels(figure, grid, layout, measured, used, abreast, settings)
        handles, labels = _legend_entries(view, layout, measured, predictions, coloured, settings)
        if settings.title:
            figure.suptitle(style.words(settings.title), fontsize=9.5)
        alone = len(used) == 1 and len(handles) <= 7
        style.add_legend(figure, used[0] if alone else None, handles, labels, handler_map={tuple: HandlerTuple(ndivide=1)})
        return figure


def _arrange(quantities, panels):
    if quantities > 1 and panels > 1:
        return quantities, panels
    panels *= quantities
    columns = 2 if panels == 4 else min(panels, 4 if panels > 6 else 3)
    return -(-panels // columns), columns


def _with_infinity(x):
    """Infinite values of x moved one step beyond the largest finite one, and (place, label) of their tick."""
    if x is None or not np.isposinf(x).any():
        return x, None
    finite = np.unique(x[np.isfinite(x)])
    if finite.size < 2:
        return x, None
    beyond = finite[-1] ** 2 / finite[-2] if style.is_logarithmic(finite) else 2 * finite[-1] - finite[-2]
    return np.where(np.isposinf(x), beyond, x), (beyond, "\u221e")


def _line_points(view, layout, fixed):
    """(number of the line, index tuple with the running axis free), one per line of a panel."""
    amount = len(view.axes[layout.lines]) if layout.lines is not None else 1
    for line in range(amount):
        index = [fixed.get(position, 0) for position in range(len(view.axes))]
        if layout.lines is not None:
            index[layout.lines] = line
        if layout.along is not None:
            index[layout.along] = slice(None)
        yield line, tuple(index)


def _panel(axes, view, layout, x_all, fixed, entry, theory):
    """Draws one panel; returns the numbers of the lines that left more than markers in their colour."""
    lines = list(_line_points(view, layout, fixed))
    colours = style.colours(view.axes[layout.lines] if layout.lines is not None else None)
    words = x_all is None
    shared = [_is_shared(x_all, values, lines) for _, values in theory]
    drawn, coloured = set(), set()
    for line, index in lines:
        x, shift = _x_of_line(view, layout, x_all, line, len(lines), index)
        order = np.argsort(x, kind="stable")
        has_theory = False
        for k, (_, values) in enumerate(theory):
            y = np.atleast_1d(values[index])
            if not np.isfinite(y).any():
                continue
            has_theory = True
            if shared[k] and k in drawn:
                continue
            drawn.add(k)
            if not shared[k]:
                coloured.add(line)
            _theory_line(axes, x[order] + shift, y[order], words, "black" if shared[k] else colours[line],
                         style.dashes(line if len(theory) == 1 and not shared[k] else k))
        if entry.mean is not None:
            parts = (np.atleast_1d(part[index])[order] for part in (entry.mean, entry.low, entry.high))
            joined = not has_theory and not words
            if joined:
                coloured.add(line)
            _measured_line(axes, x[order] + shift, *parts, colours[line], line, len(lines) <= MOST_BANDS and not words, joined)
            _lossy_points(axes, x + shift, entry, index)
            for mark, place, _, mask in entry.censored:
                there = x[np.atleast_1d(mask[index])] + shift
                axes.plot(there, np.full(len(there), place), color=colours[line], marker=mark, linestyle="none", markersize=6, zorder=6)
    if words:
        _word_ticks(axes, view, layout)
    return coloured


def _x_of_line(view, layout, x_all, line, amount, index):
    """Values along x, and the shift that keeps lines apart where x holds words."""
    if x_all is not None:
        return np.atleast_1d(x_all[index]).astype(float), 0.0
    places = len(view.axes[layout.along]) if layout.along is not None else 1
    return np.arange(places, dtype=float), (line - (amount - 1) / 2) * 0.6 / amount


def _is_shared(x_all, values, lines):
    """Whether a prediction is one and the same curve for all lines of the panel that have it."""
    curves = [(x_all[index] if x_all is not None else 0, values[index]) for _, index in lines]
    curves = [curve for curve in curves if np.isfinite(curve[1]).any()]
    return len(curves) > 1 and all(
        np.allclose(x, curves[0][0], rtol=1e-9, equal_nan=True)
        and np.allclose(y, curves[0][1], rtol=1e-9, atol=1e-12, equal_nan=True)
        for x, y in curves[1:]
    )


def _theory_line(axes, x, y, words, colour, dashes):
    if words:
        axes.hlines(y, x - 0.14, x + 0.14, colors=[colour], linestyles=[dashes], zorder=3)
    else:
        axes.plot(x, y, color=colour, linestyle=dashes, zorder=3)


def _measured_line(axes, x, mean, low, high, colour, line, with_band, joined):
    seen = np.isfinite(mean) & np.isfinite(x)
    x, mean, low, high = x[seen], mean[seen], *(np.clip(end[seen], -style.LARGEST, style.LARGEST) for end in (low, high))
    if x.size == 0:
        return
    if with_band and x.size > 3:
        axes.fill_between(x, low, high, color=colour, alpha=0.22, linewidth=0, zorder=2)
    else:
        bars = np.maximum(np.nan_to_num(np.array([mean - low, high - mean])), 0)
        axes.errorbar(x, mean, yerr=bars, fmt="none", ecolor=colour, elinewidth=0.9, capsize=1.8, zorder=4)
    axes.plot(x, mean, color=colour, marker=style.marker(line), linestyle=style.dashes(line) if joined else "none",
              linewidth=0.9, markerfacecolor="white", markeredgewidth=1.1, zorder=5, markersize=4 if x.size <= 40 else 2.5)


def _lossy_points(axes, x, entry, index):
    """A cross over each point at which many trials are missing; at the foot of the panel where none is left."""
    if entry.lossy is None:
        return
    mean, lossy = np.atleast_1d(entry.mean[index]), np.atleast_1d(entry.lossy[index])
    left = lossy & np.isfinite(mean)
    axes.plot(x[left], mean[left], color=LOSSY_COLOUR, marker="x", linestyle="none", markersize=6.5, markeredgewidth=1.4, zorder=7)
    gone = lossy & ~np.isfinite(mean) & np.isfinite(x)
    axes.plot(x[gone], np.full(np.count_nonzero(gone), 0.02), color=LOSSY_COLOUR, marker="x", linestyle="none", markersize=6.5,
              markeredgewidth=1.4, zorder=7, transform=axes.get_xaxis_transform())


def _word_ticks(axes, view, layout):
    labels = [literal(number(value).replace("_", " ")) for value in view.axes[layout.along].values] if layout.along is not None else []
    long = max(map(len, labels), default=0) > 8
    axes.set_xticks(range(len(labels)), labels, rotation=30 if long else 0, ha="right" if long else "center")


def _scales(used, x, ticks, measured, predictions, y_scale):
    per_quantity = len(used) // len(measured)
    for place, axes in enumerate(used):
        entry = measured[place // per_quantity]
        drawn = [entry.mean] if entry.mean is not None else [values for _, values in predictions[place // per_quantity]]
        finite = np.concatenate([values[np.isfinite(values)] for values in drawn])
        if y_scale == "log" and (np.any(finite < 0) or not np.any(finite > 0)):
            raise InputError(f"--y_scale log: {'negative values have no logarithm' if np.any(finite < 0) else 'no value is above 0'}")
        if y_scale == "log" or (y_scale == "auto" and not entry.is_probability and style.spans_decades(finite)):
            style.scale_logarithmic(axes.yaxis, finite)
        elif entry.is_probability and finite.size and np.ptp(finite) > 0.4:
            axes.set_ylim(-0.03, 1.03)
    finite = x[np.isfinite(x)] if x is not None else np.array([])
    if finite.size and style.is_logarithmic(finite):
        for axes in used:
            style.scale_logarithmic(axes.xaxis, finite[finite != (ticks[0] if ticks else None)], 9 if len(used) == 1 else 6)
    elif finite.size and np.all(finite == np.round(finite)):
        for axes in used:
            axes.xaxis.get_major_locator().set_params(integer=True)
    if ticks:
        for axes in used:
            axes.axvline(ticks[0], color="0.8", linewidth=0.6, zorder=1)
            axes.annotate(ticks[1], (ticks[0], 0), xycoords=("data", "axes fraction"), xytext=(0, -3.5), ha="center",
                          textcoords="offset points", va="top", fontsize=9, annotation_clip=False)


def _labels(figure, grid, layout, measured, used, abreast, settings):
    rows, columns = grid.shape
    for axes, entry in zip(used, measured if abreast else ()):
        axes.set_ylabel(style.words(settings.y_label) or entry.label)
    for row in range(0 if abreast else rows):
        grid[row, 0].set_ylabel(style.words(settings.y_label) or measured[row if len(measured) > 1 else 0].label)
    for column in range(columns):
        shown = [grid[row, column] for row in range(rows) if grid[row, column] in used]
        shown[-1].set_xlabel(style.words(settings.x_label or layout.x_label))
        shown[-1].tick_params(labelbottom=True)
    figure.align_ylabels(grid[:, 0])


def _legend_entries(view, layout, measured, predictions, coloured, settings):
    """What tells the lines apart, then what markers and lines mean."""
    names = list(dict.fromkeys(name for theory in predictions for name, _ in theory))
    one_each = max(map(len, predictions)) <= 1  # then dashes tell lines apart, not predictions
    has_data = any(entry.mean is not None for entry in measured)
    handles, labels = [], []
    if layout.lines is not None:
        axis = view.axes[layout.lines]
        for line, colour in enumerate(style.colours(axis)):
            by_line = one_each and line in coloured
            plain = "none" if has_data else "-"
            handles.append(Line2D([], [], color=colour, marker=style.marker(line) if has_data else "none",
                                  linestyle=style.dashes(line) if by_line else plain, markerfacecolor="white",
                                  markeredgewidth=1.1))
            labels.append(value_label(axis, line))
    if has_data and names:
        handles.append((Patch(color=style.GREY, alpha=0.25, linewidth=0),
                        Line2D([], [], color=style.GREY, marker="o", linestyle="none", markerfacecolor="white")))
        labels.append(f"simulation, {number(100 * settings.confidence)} % interval")
    if has_data and one_each and len(names) > 1:
        names = [""]  # each panel has its own, named like what it predicts
    for k, name in enumerate(names):
        if not has_data and len(names) == 1:
            break  # the y axis says it
        handles.append(Line2D([], [], color=style.GREY if layout.lines is not None else style.WORDS[0],
                              linestyle=style.dashes(k)))
        labels.append(f"theory: {symbol(name)}".removesuffix(": ") if has_data else symbol(name))
    for mark, _, label, mask in (censored for entry in measured for censored in entry.censored):
        if mask.any():
            handles.append(Line2D([], [], color=style.GREY, marker=mark, linestyle="none", markersize=6))
            labels.append(label)
    if any(entry.lossy is not None and entry.lossy.any() for entry in measured):
        handles.append(Line2D([], [], color=LOSSY_COLOUR, marker="x", linestyle="none", markersize=6.5, markeredgewidth=1.4))
        all_gone = any(np.any(entry.lossy & ~np.isfinite(entry.mean)) for entry in measured if entry.lossy is not None)
        labels.append(f"more than {100 * MANY:g} % of the trials missing" + (" (at the foot: all)" if all_gone else ""))
    return handles, labels
