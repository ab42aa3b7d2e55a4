"""What an all-reduce costs: over the bytes, over the workers, and beside what was measured."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator

from scalelab.figures.encoding import SMALL, TITLE, Style, in_bytes, plain_log
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.costs import FORMS, halving_doubling_seconds, ring_seconds

SIZES = np.geomspace(1e3, 1e9, 200)
BYTE_TICKS = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]
LINES: dict[str, Style] = {
    "tree": {"color": "#009e73", "linestyle": "-."},
    "recursive doubling": {"color": "#cc79a7", "linestyle": ":", "linewidth": 2.2},
    "ring": {"color": "#0072b2", "linestyle": "-", "linewidth": 2},
    "halving and doubling": {"color": "#d55e00", "linestyle": "--", "linewidth": 2},
}


def draw_forms(cost: MessageCost, workers: int, prediction: str = "") -> Figure:
    """Milliseconds of each form among so many workers, over the bytes of the vector."""
    figure, axes = new_figure(width=7.5, height=4)
    for name, style in LINES.items():
        axes.plot(SIZES, 1e3 * FORMS[name](cost, SIZES, workers), label=name, **style)
    _byte_axis(axes)
    axes.set(xlim=(SIZES[0], SIZES[-1]), yscale="log", ylabel="milliseconds")
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}")
    if prediction:
        draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def draw_ring_beside_halving(latencies: Sequence[float], bandwidth: float, workers: int) -> Figure:
    """How many times as long as halving and doubling the ring takes, over bytes; a line for each latency in seconds."""
    figure, axes = new_figure(width=6.5, height=3.4)
    styles: list[Style] = [{"linestyle": style} for style in (":", "--", "-")]
    for latency, style in zip(latencies, styles, strict=False):
        cost = MessageCost(latency, bandwidth)
        ratio = ring_seconds(cost, SIZES, workers) / halving_doubling_seconds(cost, SIZES, workers)
        axes.plot(SIZES, ratio, color="black", label=f"{1e6 * latency:g} µs a message", **style)
    axes.axhline(1, color="0.6", linewidth=0.8)
    axes.axvspan(1e6, 1e7, color="#d55e00", alpha=0.12, linewidth=0)
    axes.annotate("1 to 10 MB", (10**6.5, 0.99), xycoords=("data", "axes fraction"), ha="center", va="top", size=SMALL)
    _byte_axis(axes)
    axes.set(xlim=(SIZES[0], SIZES[-1]), ylim=(0.8, None), ylabel="the ring takes so many times as long")
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def draw_workers(cost: MessageCost, sizes: Sequence[float], workers: Sequence[int]) -> Figure:
    """Milliseconds over the number of workers, a panel for each size of the vector."""
    figure, panels = new_figure(1, len(sizes), width=4.6 * len(sizes), height=3.4)
    for axes, size in zip(np.atleast_1d(panels), sizes, strict=True):
        for name, style in LINES.items():
            axes.plot(workers, 1e3 * FORMS[name](cost, size, np.asarray(workers)), label=name, **style)
        axes.set(xlabel="workers", ylabel="milliseconds")
        axes.set_xscale("log", base=2)
        axes.xaxis.set_major_locator(FixedLocator(list(workers)[::2]))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        plain_log(axes)
        axes.set_title(f"a vector of {in_bytes(size)}", **TITLE)
    np.atleast_1d(panels)[0].legend(frameon=False, fontsize=SMALL)
    return figure


def draw_fit(
    seconds: Mapping[int, float],
    cost: MessageCost,
    workers: int,
    held_back: Sequence[int],
    latency: float | None = None,
) -> Figure:
    """Measured milliseconds over bytes, {bytes: seconds}; the line was fitted to all but those that were held back."""
    figure, axes = new_figure(width=6.5, height=3.6)
    sizes = np.array(sorted(seconds))
    measured = 1e3 * np.array([seconds[size] for size in sizes])
    hollow = np.isin(sizes, held_back)
    fine = np.geomspace(sizes[0], sizes[-1], 200)
    axes.plot(
        fine, 1e3 * np.asarray(cost.seconds(fine, workers)), color="#0072b2", label="the model, fitted to the dots"
    )
    axes.plot(sizes[~hollow], measured[~hollow], "o", color="black", label="measured, used for the fit")
    axes.plot(sizes[hollow], measured[hollow], "o", color="black", fillstyle="none", markersize=8,
              label="measured, held back")  # fmt: skip
    axes.set_xscale("log")
    plain_log(axes)
    axes.xaxis.set_major_locator(FixedLocator(list(sizes)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: in_bytes(value))
    axes.tick_params(axis="x", labelsize=SMALL)
    axes.set(xlabel="bytes of the vector", ylabel="milliseconds of an all-reduce")
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def _byte_axis(axes: Axes) -> None:
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(BYTE_TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: in_bytes(value))
    axes.set_xlabel("bytes of the vector")
