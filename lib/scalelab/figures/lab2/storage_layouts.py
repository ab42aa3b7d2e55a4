"""Figures of reading: how fast images come from each layout, here and where opening takes long."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from scalelab.analysis.throughput.storage_layouts import Layout, with_latency
from scalelab.figures.encoding import SMALL, TITLE, Style
from scalelab.figures.figure import new_figure

STYLES: tuple[Style, ...] = (
    {"color": "#d55e00", "marker": "o", "linestyle": "-"},
    {"color": "#0072b2", "marker": "s", "linestyle": "--"},
    {"color": "black", "marker": "^", "linestyle": ":"},
    {"color": "#009e73", "marker": "D", "linestyle": "-."},
)


def draw_reading(layouts: Sequence[Layout], places: Sequence[str], speeds: np.ndarray) -> Figure:
    """Images per second of each layout from each place; `speeds` is (rounds, places, layouts). Big: the median."""
    figure, panels = new_figure(1, len(places), width=9, height=2.4, sharex=True, sharey=True, squeeze=False)
    for number, (axes, place) in enumerate(zip(panels[0], places, strict=True)):
        for row, style in enumerate(STYLES[: len(layouts)]):
            own = speeds[:, number, row]
            axes.axhline(row, color="0.9", linewidth=0.8, zorder=0)
            axes.plot(own, np.full(len(own), row), "|", color="black", markersize=12)
            axes.plot(np.median(own), row, style["marker"], color=style["color"], markersize=9)
            text = {"xytext": (10, 0), "textcoords": "offset points", "va": "center", "size": SMALL}
            axes.annotate(f"{_rounded(np.median(own)):,.0f}", (own.max(), row), **text)
        axes.set(xscale="log", xlabel="images per second")
        axes.set_title(f"from {place}", **TITLE)
    panels[0, 0].set_yticks(range(len(layouts)), [layout.name for layout in layouts])
    panels[0, 0].set(ylim=(len(layouts) - 0.5, -0.5), xlim=(speeds.min() / 2, speeds.max() * 8))
    return figure


def draw_latency(layouts: Sequence[Layout], latencies: Sequence[float], speeds: np.ndarray) -> Figure:
    """Images per second against a pretended latency; `speeds` is (rounds, latencies, layouts), the first without.

    A short line for each round, a mark for their median.
    """
    figure, axes = new_figure(width=7.5, height=4)
    some, equal = np.asarray(latencies[1:]), crossing(layouts, np.median(speeds[:, 0], axis=0))
    fine = np.geomspace(min(some[0], equal if equal > 0 else some[0]) / 4, some[-1] * 2, 60)
    for column, layout in enumerate(layouts):
        style = STYLES[column]
        alone = np.median(speeds[:, 0, column])
        curve = with_latency(alone, len(layout.paths) / layout.count, fine)
        axes.plot(1000 * fine, curve, color=style["color"], linestyle=style["linestyle"], linewidth=1)
        opens = len(layout.paths)
        label = f"{layout.name}: {opens:,} opening{'s' * (opens > 1)}"
        own = speeds[:, 1:, column]
        axes.plot(1000 * some, own.T, "_", color=style["color"], markersize=11)
        axes.plot(1000 * some, np.median(own, axis=0), **style | {"linestyle": "none", "label": label})
    axes.set(xscale="log", yscale="log", xlabel="pretended latency of opening a file (ms)", ylabel="images per second")
    for axis in (axes.xaxis, axes.yaxis):
        _plain(axis)
    if fine[0] < equal < fine[-1]:
        axes.axvline(1000 * equal, color="black", linewidth=0.8)
        text = f" from {1000 * equal:.2g} ms on\n shards are faster"
        axes.annotate(text, (1000 * equal, 0.02), xycoords=("data", "axes fraction"), va="bottom", size=SMALL)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=1, frameon=False, fontsize=SMALL)
    return figure


def crossing(layouts: Sequence[Layout], speeds: Sequence[float] | np.ndarray) -> float:
    """The latency (s) at which the first two layouts are equally fast; below 0 where the second is faster without."""
    opens = [len(layout.paths) / layout.count for layout in layouts]
    return (1 / speeds[1] - 1 / speeds[0]) / (opens[0] - opens[1])


def _rounded(value: float) -> float:
    """Two significant digits: what the rounds agree on."""
    return float(f"{value:.2g}")


def _plain(axis: Axis) -> None:
    axis.set_major_locator(LogLocator())
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,g}" if value < 1e5 else f"{value:,.0f}")
