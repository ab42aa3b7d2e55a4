"""What messages between workers cost, measured, and as a model of two numbers says."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator

from scalelab.figures.encoding import SMALL, in_bytes
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction
from scalelab.parallel.collectives.cost_model import MessageCost, undisturbed

BAND = (0.1, 0.9)  # a line shows the middle 80 %


def draw_message_cost(
    seconds: Mapping[int, Sequence[float]], cost: MessageCost, workers: int, prediction: str = ""
) -> Figure:
    """Milliseconds of a message against its bytes, {bytes: seconds of each}: lower quartiles, and the model's line."""
    figure, axes = new_figure(width=6.5, height=3.6)
    sizes = np.array(list(seconds))
    _, low, high = _band([seconds[size] for size in sizes])
    quiet = np.array([1e3 * undisturbed(seconds[size]) for size in sizes])
    axes.errorbar(sizes, quiet, yerr=[quiet - low, high - quiet], fmt="o", color="black", capsize=3, linewidth=1)
    fine = np.geomspace(sizes[0], sizes[-1])
    axes.plot(fine, 1e3 * cost.seconds(fine, workers), color="black", linewidth=1.2, label="both together")
    alone, even = 1e3 * float(cost.seconds(0, workers)), cost.crossover_bytes(workers)
    axes.axhline(alone, color="0.5", linewidth=0.8, linestyle=":", label="for being a message")
    bytes_only = 1e3 * cost.seconds(fine, workers) - alone
    axes.plot(fine, bytes_only, color="0.5", linewidth=0.8, linestyle="-.", label="for its bytes")
    axes.axvline(even, color="black", linewidth=0.8)
    place = {"xycoords": ("data", "axes fraction"), "ha": "right", "va": "top", "size": SMALL}
    axes.annotate(f"equal at {in_bytes(even)} ", (even, 0.98), **place)
    axes.set(xscale="log", yscale="log", xlabel="bytes of the message", ylabel="milliseconds")
    axes.set_ylim(0.3 * alone, 5 * max(high))
    _byte_axis(axes, list(seconds))
    _plain_log(axes.yaxis)
    if prediction:
        draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def draw_model_check(measured: Mapping[str, Sequence[float]], modelled: Mapping[str, float]) -> Figure:
    """For each run what the messages of a step took, {name: seconds of each step}, and what the model said."""
    figure, axes = new_figure(width=7.5, height=1.4 + 0.45 * len(measured))
    medians, low, high = _band(list(measured.values()))
    rows = np.arange(len(measured))
    axes.errorbar(medians, rows, xerr=[medians - low, high - medians], fmt="o", color="black", capsize=3, linewidth=1)
    axes.plot([], [], "o", color="black", label="measured")
    predicted = [1e3 * modelled[name] for name in measured]
    axes.plot(predicted, rows, "D", color="black", fillstyle="none", markersize=9, label="from the model")
    axes.set_yticks(rows, list(measured))
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set(xscale="log", xlabel="milliseconds in which something travels, in a step")
    _plain_log(axes.xaxis)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
    return figure


def _band(samples: Sequence[Sequence[float]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Medians and the ends of the middle 80 %, in milliseconds."""
    quantiles = [np.quantile(1e3 * np.asarray(one), (0.5, *BAND)) for one in samples]
    return tuple(np.transpose(quantiles))


def _byte_axis(axes: Axes, sizes: Sequence[int]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: in_bytes(value))
    axes.tick_params(axis="x", labelsize=SMALL)


def _plain_log(axis: Axis) -> None:
    """Plain numbers at 1, 2 and 5 on a logarithmic axis."""
    axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(lambda value, _: f"{value:,g}")
