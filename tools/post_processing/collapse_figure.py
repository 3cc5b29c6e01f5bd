"""Collapsed curves with the common one through them, and the residuals below; a column per collapse."""

import numpy as np

from . import scaling_collapse, style
from .layout import expression_label, value_label
from .plot import quantity_label
from .style import plt
from .text import number, symbol

MOST = 6  # collapses side by side


def draw(task, results):
    shown = results[:MOST]
    with plt.rc_context(style.SETTINGS):
        figure, grid = plt.subplots(2, len(shown), figsize=(max(3.4 * len(shown), 4.6), 4.6), squeeze=False, sharex="col", sharey="row",
                                    height_ratios=(3, 1), layout="constrained")
        axis = task.view.axes[task.size_axis]
        colours = dict(zip(map(float, np.unique(task.view.take(task.size))), style.colours(axis)))
        handles, labels = [], []
        for column, result in enumerate(shown):
            above, below = grid[0, column], grid[1, column]
            critical, exponent = result.found.critical, result.found.exponent
            u, values, residuals = scaling_collapse.common_curve(result.points, critical, exponent)
            order = np.argsort(u)
            above.plot(u[order], values[order], color=style.GREY, linewidth=1.0, zorder=2)
            for k, curve in enumerate(result.curves):
                size = np.full(len(curve.x), curve.size)
                place = (size / result.points.reference) ** exponent * (curve.x - critical)
                inside = curve.inside
                bars = above.errorbar(place[inside], curve.part.mean[inside], yerr=curve.error[inside], fmt=style.marker(k),
                                      color=colours[curve.size], markerfacecolor="white", markersize=4, elinewidth=0.9, zorder=3)
                mine = result.points.size == curve.size
                below.plot(u[mine], residuals[mine], marker=style.marker(k), color=colours[curve.size], linestyle="none",
                           markerfacecolor="white", markersize=4)
                text = f"{symbol(task.options.size or axis.name)} = {curve.label}"
                if text not in labels:
                    handles.append(bars)
                    labels.append(text)
            below.axhspan(-2, 2, color="0.93", zorder=0)
            below.axhline(0, color=style.GREY, linewidth=0.8)
            words = [value_label(task.view.axes[position], index) for position, index in result.fixed.items()]
            scaled = f"$x_c$ = {number(critical, 4)}, $1/\\nu$ = {number(exponent, 3)}"
            above.set_title(", ".join([*words, scaled]))
            below.set_xlabel(f"$(L/L_0)^{{1/\\nu}}$ ({expression_label(task.x_name)} \u2212 $x_c$), $L_0$ = {number(result.points.reference, 3)}")
        grid[0, 0].set_ylabel(task.study.label_of(task.metric.name, "mean") or quantity_label(task.metric))
        grid[1, 0].set_ylabel("residual / error")
        style.add_legend(figure, grid[0, 0] if len(shown) == 1 else None, handles, labels)
        return figure

