"""Figures of descent on a loss with a narrow and a wide minimum: what noise leaves, and what it finds."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.analysis.descent.two_minima import TwoMinima
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_axis, batch_colour, draw_spread
from scalelab.figures.figure import new_figure

FROM_NARROW: Style = {"color": "#d55e00", "marker": "o"}
FROM_WIDE: Style = {"color": "#0072b2", "marker": "s", "markerfacecolor": "white"}


def draw_two_minima(minima: TwoMinima, shown: int = 8) -> Figure:
    """Left some examples' own losses in grey with their mean in black; right the mean alone, its minima named."""
    figure, (left, right) = new_figure(1, 2, width=9, height=3.4)
    w = np.linspace(-14, 14, 1400)
    for pull in minima.pull[:shown]:
        own = minima.loss(w) - pull * w + pull * pull / 2
        left.plot(w, own, color="0.7", linewidth=0.9)
    left.plot(w, minima.loss(w) + minima.spread**2 / 2, color="black", linewidth=2)
    left.set(xlabel="w", ylabel="loss", ylim=(0, 3 * minima.spread**2))
    left.set_title(f"{shown} of the {minima.pulls} examples (grey), the mean of all (black)", **TITLE)
    _draw_mean(right, minima, np.linspace(-4, 3, 700))
    right.set_ylabel("loss less the wide minimum's")
    return figure


def _draw_mean(axes: Axes, minima: TwoMinima, w: np.ndarray) -> None:
    axes.plot(w, minima.loss(w), color="black", linewidth=2)
    bottom = min(0.0, float(minima.loss(minima.narrow)))
    for name, place, style in (("narrow", minima.narrow, FROM_NARROW), ("wide", minima.wide, FROM_WIDE)):
        height = float(minima.loss(place))
        axes.plot(place, height, linestyle="none", markersize=8, **style)
        words = f"{name}: {round(height, 2) + 0.0:.2f}"  # adding 0 turns -0 into 0
        axes.annotate(words, (place, height), (0, -14), textcoords="offset points", ha="center", size=SMALL)
    axes.set(xlabel="w", ylim=(bottom - 1.0, 4.0))
    axes.set_title("the mean of all, near its two minima", **TITLE)


def draw_wandering(minima: TwoMinima, path: np.ndarray, batch_sizes: Sequence[int], shown: Sequence[int]) -> Figure:
    """w against updates, six runs a panel, for the `shown` ones of the batch sizes of `path` (updates, runs, sizes)."""
    figure, axes = new_figure(1, len(shown), width=10, height=3.2, sharex=True, sharey=True)
    for one, size in zip(axes, shown, strict=True):
        runs = path[:, :6, list(batch_sizes).index(size)]
        one.plot(runs, color=batch_colour(size, batch_sizes), linewidth=0.7, alpha=0.8)
        for place in (minima.narrow, minima.wide):
            one.axhline(place, color="black", linewidth=0.8)
        one.set_title(f"all {size} examples" if size == minima.pulls else f"batch size {size}", **TITLE)
        one.set(xlabel="updates", ylim=(-4, 3))
    axes[0].set_ylabel("w")
    for name, place in (("narrow", minima.narrow), ("wide", minima.wide)):
        axes[-1].annotate(name, (1, place), xycoords=("axes fraction", "data"), ha="right", va="bottom", size=SMALL)
    return figure


def draw_escape(batch_sizes: Sequence[int], fractions: Mapping[str, np.ndarray], losses: np.ndarray,
                minima: TwoMinima) -> Figure:  # fmt: skip
    """Left the time spent in the wide minimum by start, each (groups, sizes); right the mean loss from the narrow."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.6)
    _draw_fractions(left, batch_sizes, fractions, "time spent on the wide minimum's side")
    draw_spread(right, batch_sizes, losses, **FROM_NARROW)
    poor = float(minima.loss(minima.narrow))
    right.axhline(poor, color="black", linewidth=0.8, zorder=1)
    right.annotate(
        "loss at the narrow minimum",
        (0.18, poor),
        xycoords=("axes fraction", "data"),
        ha="left",
        va="bottom",
        size=SMALL,
    )
    right.set(ylabel="mean loss of the last quarter", ylim=(0, None))
    right.set_title("started in the narrow minimum", **TITLE)
    batch_axis(right, batch_sizes, "batch size (examples)")
    return figure


def draw_turned_round(minima: TwoMinima, batch_sizes: Sequence[int], fractions: Mapping[str, np.ndarray]) -> Figure:
    """Left a loss whose narrow minimum is the better one; right the time spent there by start, each (groups, sizes)."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.6)
    _draw_mean(left, minima, np.linspace(-4, 3, 700))
    left.set_ylabel("loss less the wide minimum's")
    _draw_fractions(right, batch_sizes, fractions, "time spent on the narrow minimum's side")
    return figure


def _draw_fractions(axes: Axes, batch_sizes: Sequence[int], fractions: Mapping[str, np.ndarray], what: str) -> None:
    for (start, samples), style in zip(fractions.items(), (FROM_NARROW, FROM_WIDE), strict=True):
        draw_spread(axes, batch_sizes, samples, label=f"started in the {start}", **style)
    axes.set(ylabel="fraction of the last quarter", ylim=(-0.08, 1.16))
    axes.set_title(what, **TITLE)
    axes.legend(frameon=False, fontsize=SMALL)
    batch_axis(axes, batch_sizes, "batch size (examples)")
