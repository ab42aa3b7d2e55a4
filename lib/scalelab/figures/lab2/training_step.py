"""What a step sends and how long its stages take, as pictures."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.figures.encoding import SMALL, TITLE, Style, batch_axis, batch_colour, in_bytes
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction
from scalelab.parallel.collectives.traffic import Part
from scalelab.train.stages import STAGES, StageTimes

WEIGHTS: Style = {"color": "black", "hatch": None}
ACTIVATIONS: Style = {"color": "white", "edgecolor": "black", "hatch": "///"}


def draw_parts(parts: Sequence[Part]) -> Figure:
    """For each part of a network its weights and the activations that it hands on for one image, on one log axis."""
    figure, axes = new_figure(width=7, height=0.9 + 0.5 * len(parts))
    rows = np.arange(len(parts))
    for offset, numbers, style, name in (
        (-0.2, [part.weights for part in parts], WEIGHTS, "weights (as many gradients)"),
        (0.2, [part.activations for part in parts], ACTIVATIONS, "activations handed on, for one image"),
    ):
        bars = axes.barh(rows + offset, numbers, 0.36, label=name, **style)
        axes.bar_label(bars, [f"{number:,}" for number in numbers], padding=3, fontsize=SMALL)
    axes.set_yticks(rows, [part.name for part in parts])
    axes.invert_yaxis()
    axes.set(xscale="log", xlabel="numbers (4 bytes each)")
    axes.set_xlim(1, 10 * max(max(part.weights, part.activations) for part in parts))
    axes.legend(frameon=False, fontsize=SMALL, loc="lower right")
    return figure


def draw_exchange(batch_sizes: Sequence[int], sent: Sequence[tuple[float, float]], prediction: str = "") -> Figure:
    """Bytes that a worker sends in a step, (data, model parallel) for each batch size, and where they cross."""
    figure, axes = new_figure(width=7, height=3.8)
    data, model = np.transpose(sent)
    axes.plot(batch_sizes, data, "o-", color="black", label="data parallel: gradients")
    axes.plot(batch_sizes, model, "s--", color="black", markerfacecolor="white", label="model parallel: activations")
    batch_axis(axes, batch_sizes, "batch size of all workers together (images)")
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(lambda value, _: in_bytes(value))
    axes.set_ylabel("bytes sent by a worker in a step")
    crossing = data[0] / model[0] * batch_sizes[0]
    axes.axvline(crossing, color="black", linewidth=0.8)
    place = (crossing, 0.02)
    axes.annotate(f" equal at {crossing:.3g} images", place, xycoords=("data", "axes fraction"), size=SMALL)
    if prediction:
        draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def draw_stages(times: Sequence[StageTimes]) -> Figure:
    """A panel for each batch size, in it the stages one after the other as they fill the time of a step.

    The time is per image, so that both panels have one axis. A line is the middle 80 % of the repeats.
    """
    figure, axes = new_figure(1, len(times), width=9, height=3.4, sharex=True, sharey=True, squeeze=False)
    sizes = [one.batch_size for one in times]
    for one, panel in zip(times, axes[0], strict=True):
        _draw_timeline(panel, one, batch_colour(one.batch_size, sizes))
    axes[0, 0].set_yticks(range(len(STAGES)), STAGES)
    axes[0, 0].invert_yaxis()
    axes[0, 0].set_xlim(0, 1.35 * max(one.medians.sum() / one.batch_size for one in times) * 1e6)
    return figure


def _draw_timeline(axes: Axes, times: StageTimes, colour: tuple[float, ...]) -> None:
    micro = 1e6 / times.batch_size
    length = times.medians * micro
    start = np.cumsum(length) - length
    spread = np.abs(np.quantile(times.seconds, (0.1, 0.9), axis=0) * micro - length)
    rows = np.arange(len(STAGES))
    axes.barh(rows, length, 0.6, left=start, color=colour)
    # Below its bar: on a dark one it could not be seen.
    axes.errorbar(start + length, rows + 0.4, xerr=spread, fmt="none", ecolor="black", elinewidth=0.8, capsize=2)
    for row, (left, own) in enumerate(zip(start, length, strict=True)):
        text = f"{own / length.sum():.1%}, {own * times.batch_size / 1000:.3g} ms"
        axes.annotate(text, (left + own, row), (4, 0), textcoords="offset points", va="center", size=SMALL)
    axes.set(xlabel="microseconds per image")
    axes.set_title(f"batch size {times.batch_size}: a step of {times.medians.sum() * 1000:.3g} ms", **TITLE)
