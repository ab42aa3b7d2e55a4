"""One encoding for every figure of the course, so that what is learned from one is read in the next.

Batch size runs from light to dark, the number of workers is the line style, a prediction is dashed grey,
a target is a thin horizontal line with its value, spread is two standard deviations.
"""

import math
from collections.abc import Collection
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

Style = dict[str, Any]  # keywords of a drawing function of matplotlib

PREDICTION: Style = {"color": "0.5", "linestyle": "--", "linewidth": 1.6}
SMALL = 8
TITLE: Style = {"fontsize": 10}
_COLOURS = colormaps["cividis_r"]  # made for readers with and without colour vision (Nunez et al. 2018)
_STYLES = ("-", "--", "-.", ":")


def batch_colour(batch_size: int, batch_sizes: Collection[int]) -> tuple[float, ...]:
    """The colour of a batch size among those of the figure: the smallest is light, the largest dark, by their log."""
    low, high = math.log2(min(batch_sizes)), math.log2(max(batch_sizes))
    place = (math.log2(batch_size) - low) / (high - low) if high > low else 1.0
    return _COLOURS(0.18 + 0.82 * place)  # the very lightest would vanish on white


def worker_style(workers: int) -> str:
    """The line style of a number of workers: 1 solid, 2 dashed, 4 dash-dotted, 8 and more dotted."""
    return _STYLES[min(int(math.log2(workers)), len(_STYLES) - 1)]


def batch_axis(axes: Axes, batch_sizes: Collection[int], label: str = "batch size (images)") -> None:
    """Make x a log-2 axis with the batch sizes themselves as ticks, every second one where they would collide."""
    sizes = sorted(set(batch_sizes))
    every = 1 if len(sizes) <= 8 else 2
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(sizes[::every]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set_xlabel(label)


def plain_log(axes: Axes) -> None:
    """A logarithmic y axis with plain numbers at 1, 2 and 5."""
    axes.set_yscale("log")
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,g}" if value < 1e5 else f"{value:,.0f}")


def draw_target(axes: Axes, value: float, name: str = "target") -> None:
    """A thin horizontal line with its name and value written on it."""
    axes.axhline(value, color="black", linewidth=0.8, zorder=1)
    place = (1, value)
    axes.annotate(f"{name} {value:g}", place, xycoords=("axes fraction", "data"), ha="right", va="bottom", size=SMALL)


def draw_spread(axes: Axes, x: npt.ArrayLike, samples: npt.ArrayLike, **style: Any) -> None:
    """The mean over seeds with error bars of two standard deviations; `samples` has shape (seeds, len(x)).

    A missing run is NaN and is left out; one seed alone gets no bar.
    """
    values = np.asarray(samples, dtype=float)
    spread = 2 * np.nanstd(values, axis=0, ddof=1) if len(values) > 1 else None
    axes.errorbar(x, np.nanmean(values, axis=0), yerr=spread, **{"marker": "o", "capsize": 3, **style})


def in_bytes(number: float) -> str:
    """1.2 MB: bytes in words, in powers of 1,000."""
    units = ["B", "kB", "MB", "GB", "TB"]
    power = min(int(math.log10(max(number, 1)) // 3), len(units) - 1)
    return f"{number / 1000**power:.3g} {units[power]}"
