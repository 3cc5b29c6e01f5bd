"""Looks of the figures: fit for a paper in colour, and still readable when printed in grey."""

import io
import os
import re
import tempfile

# matplotlib keeps a cache in the home folder; where that cannot be written it gets a folder that can.
if "MPLCONFIGDIR" not in os.environ and not os.access(os.path.expanduser("~"), os.W_OK):
    os.environ["MPLCONFIGDIR"] = os.path.join(tempfile.gettempdir(), f"thresher-matplotlib-{os.getuid()}")

import matplotlib  # noqa: E402

matplotlib.use("Agg")

import matplotlib.mathtext as mathtext  # noqa: E402
import matplotlib.pyplot as plt  # noqa: E402
import matplotlib.ticker as ticker  # noqa: E402
import numpy as np  # noqa: E402

from .errors import InputError  # noqa: E402
from .text import literal  # noqa: E402

# Okabe and Ito's colours, dark ones first: told apart by readers with any colour vision.
WORDS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9", "#8C6D31")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
DASHES = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.5, 1.2, 1.5)), (0, (3, 1, 1, 1, 1, 1)), (0, (9, 2)),
          (0, (2.5, 1)), (0, (1, 2.5)))
GREY = "0.35"
MOST_LINEAR = 100  # a larger ratio of the largest to the smallest positive value is shown on a logarithmic scale
MAP_COLOURS = "viridis"
LARGEST = 1e300

SETTINGS = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9.5,
    "legend.fontsize": 8,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "axes.grid": True,
    "grid.color": "0.9",
    "grid.linewidth": 0.6,
    "axes.axisbelow": True,
    "lines.linewidth": 1.3,
    "lines.markersize": 4,
    "legend.frameon": False,
    "savefig.dpi": 220,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "thresher",
    "mathtext.fontset": "dejavusans",
}


def colours(axis):
    """One colour per value of an axis: a ramp from light to dark for numbers, distinct hues for words."""
    amount = 1 if axis is None else len(axis)
    if axis is not None and axis.is_numeric and amount > 1:
        return [plt.get_cmap("viridis_r")(0.28 + 0.7 * k / (amount - 1)) for k in range(amount)]
    return [WORDS[k % len(WORDS)] for k in range(amount)]


def marker(index):
    return MARKERS[index % len(MARKERS)]


def dashes(index):
    return DASHES[index % len(DASHES)]


def is_logarithmic(values):
    """Whether numbers from 0 on are spread so that a logarithmic scale shows them better."""
    values = np.unique(np.asarray(values, dtype=float))
    values = values[np.isfinite(values)]
    positive = values[values > 0]
    if positive.size < 3 or values[0] < 0 or positive[-1] / positive[0] < 20:
        return False
    steps, ratios = np.diff(positive), np.diff(np.log(positive))
    return np.std(ratios) / np.mean(ratios) < np.std(steps) / np.mean(steps)


def spans_decades(values):
    """Whether quantities from 0 on differ so much that a logarithmic scale shows them better."""
    positive = values[values > 0]
    return positive.size > 2 and values.min() >= 0 and positive.max() / positive.min() > MOST_LINEAR


def scale_logarithmic(axis, values, most=9):
    """A logarithmic axis, with room for 0 where the values have one, and `most` ticks with numbers.

    Its ticks are plain numbers (1, 2, 5, 10, ...) where powers of ten alone would be too few.
    """
    positive = np.unique(values[(values > 0) & np.isfinite(values)])
    if positive.size == 0:
        return
    low, high = positive[0], positive[-1]
    if np.any(values == 0):
        axis._set_axes_scale("symlog", linthresh=low, linscale=0.5)
        axis._set_lim(-0.2 * low, 1.3 * high, auto=None)
    else:
        axis._set_axes_scale("log")
    subs = (1, 2, 5) if high / low < 500 else (1,)
    places = [sub * 10.0**power for power in range(int(np.floor(np.log10(low))), int(np.log10(high)) + 2) for sub in subs]
    shown = [place for place in places if low * 0.999 <= place <= high * 1.001]
    if len(shown) < 2:
        return
    if len(shown) > most:
        decades = [place for place in shown if f"{place:e}".startswith("1.0")]
        shown = decades if len(decades) > 2 else shown
        shown = shown[:: -(-len(shown) // most)]
    axis.set_major_locator(ticker.FixedLocator(([0] if np.any(values == 0) else []) + shown))
    axis.set_major_formatter(ticker.FuncFormatter(lambda value, _: _tick(value)))
    axis.set_minor_formatter(ticker.NullFormatter())
    if np.any(values == 0):
        axis.set_minor_locator(ticker.NullLocator())


def _tick(value):
    return f"{value:g}" if value == 0 or 1e-3 <= value < 1e4 else f"$10^{{{int(np.floor(np.log10(value) + 0.5))}}}$"


def check_drawable(*arrays):
    """Refuses numbers of which matplotlib cannot add or subtract two."""
    for values in arrays:
        if values is not None and np.any(np.abs(values[np.isfinite(values)]) > LARGEST):
            raise InputError(f"numbers beyond {LARGEST:g} cannot be drawn")


def words(text):
    """Text of the user's for a figure: a formula where it is one, else as it stands."""
    if text and "$" in text:
        try:
            mathtext.MathTextParser("agg").parse(text)
        except (ValueError, RuntimeError):
            return literal(text)
    return text


def add_legend(figure, axes, handles, labels, **settings):
    """A legend inside `axes` where it covers nothing, else (or where `axes` is None) below the figure."""
    if not handles:
        return
    settings.setdefault("handlelength", 2.6)
    if axes is not None:
        legend = axes.legend(handles, labels, loc="best", **settings)
        figure.draw_without_rendering()
        if not _covers_something(legend, axes):
            return
        legend.remove()
    longest = max(len(re.sub(r"\\mathrm|[${}\\]", "", label)) for label in labels)
    columns = max(1, int(figure.get_size_inches()[0] / (0.6 + 0.065 * longest)))
    figure.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, 0), ncols=min(len(handles), columns), **settings)


def _covers_something(legend, axes):
    box = legend.get_window_extent()
    for line in axes.get_lines():
        points = axes.transData.transform(np.column_stack([line.get_xdata(), line.get_ydata()]).astype(float))
        if line.get_linestyle() != "None" and len(points) > 1:
            along = np.linspace(0, len(points) - 1, 20 * len(points))
            points = np.column_stack([np.interp(along, np.arange(len(points)), points[:, k]) for k in (0, 1)])
        points = points[np.isfinite(points).all(axis=1)]
        if np.any((points[:, 0] > box.x0) & (points[:, 0] < box.x1) & (points[:, 1] > box.y0) & (points[:, 1] < box.y1)):
            return True
    return False


def svg_text(figure):
    """The figure as the text of an SVG document; the same figure gives the same text."""
    stream = io.StringIO()
    with plt.rc_context(SETTINGS):
        figure.savefig(stream, format="svg", bbox_inches="tight", pad_inches=0.05, metadata={"Date": None})
    plt.close(figure)
    return stream.getvalue()


def save(figure, path):
    """Writes the figure in the format of its suffix; the same figure gives the same bytes."""
    metadata = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {"Software": None}}
    suffix = path.suffix.lower().lstrip(".")
    with plt.rc_context(SETTINGS):
        figure.savefig(path, bbox_inches="tight", pad_inches=0.05, metadata=metadata.get(suffix))
    plt.close(figure)
