"""Phase diagrams: the mean of a metric over two axes, the theory as contour lines over it."""

import numpy as np
from matplotlib import patheffects
from matplotlib.colors import LogNorm, Normalize
from matplotlib.lines import Line2D

from . import style
from .layout import axis_label, panel_points
from .style import plt
from .missing import MANY
from .text import number, symbol

MOST_DECADES = 1e6  # of a logarithmic colour scale
CONTOUR_STYLES = ("dashed", "solid", "dotted")


def draw(view, layout, entry, contours, settings):
    """`entry`: the quantity; `contours`: list of (name, values, levels) over the grid."""
    mean = entry.mean
    style.check_drawable(mean, *(values for _, values, _ in contours))
    panels = list(panel_points(view, layout.panels))
    columns = min(len(panels), 2 if len(panels) == 4 else 3)
    rows = -(-len(panels) // columns)
    size = settings.size or ((4.8, 3.7) if len(panels) == 1 else (2.8 * columns + 0.9, 2.5 * rows + 0.5))
    finite = mean[np.isfinite(mean)]
    norm, ends = _colour_scale(finite, entry.is_probability)
    # A logarithm of 0 would look like a point without data.
    shown = np.where(mean < norm.vmin, norm.vmin / 2, mean) if ends == "min" else mean
    with plt.rc_context({**style.SETTINGS, "axes.grid": False}):
        figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False, sharex=True, sharey=True, layout="constrained")
        x, y = (view.axes[position].values.astype(float) for position in (layout.along, layout.across))
        x_log, y_log = (style.is_logarithmic(values) and values[0] > 0 for values in (x, y))
        for place, (fixed, title) in enumerate(panels):
            axes = grid.flat[place]
            picture = axes.pcolormesh(_edges(x, x_log), _edges(y, y_log), _plane(shown, layout, fixed), norm=norm, rasterized=True,
                                      cmap=plt.get_cmap(style.MAP_COLOURS).with_extremes(under="white"))
            for name, values, levels in contours:
                _contour(axes, x, y, _plane(values, layout, fixed), levels)
            if entry.lossy is not None:
                _crosses(axes, x, y, _plane(entry.lossy, layout, fixed))
            axes.set_title(title)
            axes.set_facecolor("0.85")
        for axes in grid.flat[len(panels) :]:
            axes.set_visible(False)
        for axes in grid.flat[: len(panels)]:
            for axis, values, is_log in ((axes.xaxis, x, x_log), (axes.yaxis, y, y_log)):
                if is_log:
                    style.scale_logarithmic(axis, values)
        for row in range(rows):
            grid[row, 0].set_ylabel(style.words(settings.y_label) or axis_label(view.axes[layout.across]))
        for column in range(columns):
            shown = [grid[row, column] for row in range(rows) if row * columns + column < len(panels)]
            shown[-1].set_xlabel(style.words(settings.x_label) or layout.x_label)
            shown[-1].tick_params(labelbottom=True)
        bar = figure.colorbar(picture, ax=grid.ravel().tolist(), shrink=0.9 if rows == 1 else 0.6, extend=ends)
        bar.set_label(entry.label + (f"; white: below {norm.vmin:.0e}" if ends == "min" else ""))
        _legend(figure, contours, entry)
        if settings.title:
            figure.suptitle(style.words(settings.title), fontsize=9.5)
        return figure


def _colour_scale(finite, is_probability):
    """Norm of the colours, and which end of it is open: logarithmic where positive values span decades, 0 is white then."""
    if is_probability or finite.size == 0:
        return Normalize(0, 1), "neither"
    if finite.min() == finite.max():
        return Normalize(finite.min() - 0.5, finite.max() + 0.5), "neither"
    if style.spans_decades(finite):
        low = max(finite[finite > 0].min(), finite.max() / MOST_DECADES)
        return LogNorm(low, finite.max()), "min" if finite.min() < low else "neither"
    return Normalize(finite.min(), finite.max()), "neither"


def _plane(values, layout, fixed):
    """The two axes of the map, rows along y."""
    index = [slice(None) if position in (layout.along, layout.across) else fixed.get(position, 0)
             for position in range(values.ndim)]
    plane = values[tuple(index)]
    return plane.T if layout.along < layout.across else plane


def _edges(centres, logarithmic):
    """Borders of the cells around sorted centres."""
    centres = np.log(centres) if logarithmic else centres
    middle = (centres[1:] + centres[:-1]) / 2
    edges = np.concatenate(([2 * centres[0] - middle[0]], middle, [2 * centres[-1] - middle[-1]]))
    return np.exp(edges) if logarithmic else edges


def _contour(axes, x, y, plane, levels):
    finite = plane[np.isfinite(plane)]
    for k, level in enumerate(levels):
        if finite.size == 0 or not finite.min() < level < finite.max():
            continue
        lines = axes.contour(x, y, plane, levels=[level], colors="white", linewidths=1.4, linestyles=_style(levels, k))
        for collection in lines.collections:
            collection.set_path_effects([patheffects.Stroke(linewidth=2.6, foreground="black"), patheffects.Normal()])


def _style(levels, k):
    return CONTOUR_STYLES[k] if len(levels) == len(CONTOUR_STYLES) else ("solid", "dashed", "dashdot", "dotted")[k % 4]


def _crosses(axes, x, y, plane):
    rows, columns = np.nonzero(plane)
    axes.plot(x[columns], y[rows], color="#B00000", marker="x", linestyle="none", markersize=4.5, markeredgewidth=1.2)


def _legend(figure, contours, entry):
    handles, labels = [], []
    for name, _, levels in contours:
        for k, level in enumerate(levels):
            line = Line2D([], [], color="white", linewidth=1.4, linestyle=_style(levels, k))
            line.set_path_effects([patheffects.Stroke(linewidth=2.6, foreground="black"), patheffects.Normal()])
            handles.append(line)
            labels.append(f"theory: {symbol(name)} = {number(level)}")
    if entry.lossy is not None and entry.lossy.any():
        handles.append(Line2D([], [], color="#B00000", marker="x", linestyle="none", markersize=4.5, markeredgewidth=1.2))
        labels.append(f"more than {100 * MANY:g} % of the trials missing")
    style.add_legend(figure, None, handles, labels, handlelength=2.8)
