"""Figures of workers that wait, or do not: staleness, delay, momentum, stragglers, and what is reached when."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from scalelab.experiments.asynchrony import AsynchronyRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, draw_target
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction
from scalelab.parallel.asynchronous.laws import best_backups, delayed_descent, first_of, largest_lr

LINES: tuple[Style, ...] = (
    {"color": "#0072b2", "linestyle": "-"},
    {"color": "#d55e00", "linestyle": "--"},
    {"color": "#009e73", "linestyle": "-."},
    {"color": "#cc79a7", "linestyle": ":"},
    {"color": "black", "linestyle": (0, (6, 1))},
)


def draw_staleness(means: Mapping[str, Mapping[int, float]], ages: Mapping[str, npt.ArrayLike]) -> Figure:
    """Left the mean staleness over the number of workers, {times: {workers: mean}}; right how it is spread, {times:
    stalenesses}, among as many workers each.
    """
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.4)
    workers = sorted(next(iter(means.values())))
    left.plot(workers, np.array(workers) - 1, color="0.7", linewidth=6, solid_capstyle="round", label="M - 1")
    for (name, own), style, marker in zip(means.items(), LINES, "os^D", strict=False):
        left.plot(workers, [own[count] for count in workers], marker, color=style["color"], label=name, markersize=5,
                  fillstyle="none")  # fmt: skip
    left.xaxis.set_major_locator(FixedLocator(workers))
    left.set(xlabel="workers M", ylabel="mean staleness")
    left.legend(frameon=False, fontsize=SMALL)
    edges = np.arange(-0.5, max(int(np.max(own)) for own in ages.values()) + 1)
    for (name, spread), style in zip(ages.items(), LINES, strict=False):
        shares, _ = np.histogram(np.asarray(spread), edges, density=True)
        right.stairs(shares, edges, label=name, **style)
    right.set(xlabel="staleness", ylabel="share of the gradients", xlim=(-0.5, 25), yscale="log", ylim=(1e-3, 1.3))
    return figure


def draw_delay(delays: Sequence[int], prediction: str = "") -> Figure:
    """Left the largest rate over the delay; right the way of w just below it and just above."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.4)
    many = np.arange(max(delays) + 1)
    left.plot(many, [largest_lr(1.0, int(delay)) for delay in many], color="#0072b2")
    left.plot(delays, [largest_lr(1.0, delay) for delay in delays], "o", color="#0072b2")
    left.set(xlabel="delay (updates)", ylabel="largest learning rate × curvature", ylim=(0, 2.1))
    if prediction:
        draw_prediction(left, prediction, along="y")
        if left.get_legend_handles_labels()[0]:
            left.legend(frameon=False, fontsize=SMALL)
    delay = 7
    for share, style in ((0.7, LINES[0]), (1.0, LINES[2]), (1.1, LINES[1])):
        path = delayed_descent(share * largest_lr(1.0, delay), 1.0, delay, 150)
        right.plot(path, label=f"{share:g} of it", **style)
    right.set(xlabel="updates", ylabel="w", ylim=(-4, 4))
    right.set_title(f"a delay of {delay}: the largest rate, and around it", **TITLE)
    right.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def draw_momentum(paths: Mapping[str, np.ndarray]) -> Figure:
    """The distance of w from its minimum over the updates, {what: mean path}."""
    figure, axes = new_figure(width=6.5, height=3.4)
    for (name, path), style in zip(paths.items(), LINES, strict=False):
        axes.plot(path, label=name, **style)
    axes.axhline(0, color="0.6", linewidth=0.8)
    axes.set(xlabel="updates", ylabel="w, mean of many runs")
    axes.legend(frameon=False, fontsize=SMALL)
    return figure


def draw_backups(spreads: Sequence[float], machines: int) -> Figure:
    """Images a second over the number of backups, in units of those without any; a line for each spread of a task."""
    figure, axes = new_figure(width=6.5, height=3.4)
    backups = np.arange(machines - 1)
    for spread, style in zip(spreads, LINES, strict=False):
        seconds = 1 + spread * np.array([first_of(machines - b, b) for b in range(machines - 1)])
        speed = (machines - backups) / seconds
        best, gain = best_backups(machines, spread)
        axes.plot(backups, speed / speed[0], label=f"1 + {spread:g} Exp(1) seconds", **style)
        axes.plot(best, gain, "o", color=style["color"])
        axes.annotate(f"{best}", (best, gain), xytext=(0, 5), textcoords="offset points", ha="center", size=SMALL)
    axes.axhline(1, color="0.6", linewidth=0.8)
    axes.set(xlabel=f"backups among {machines} machines", ylabel="images a second,\ntimes those without backups",
             xlim=(0, 60), ylim=(0.6, None))  # fmt: skip
    axes.legend(frameon=False, fontsize=SMALL, loc="lower left")
    return figure


def draw_reached(runs: AsynchronyRuns, scenes: Sequence[str], methods: Sequence[str]) -> Figure:
    """Validation accuracy over counted seconds, a panel for each scene: the seeds' mean and two standard errors."""
    figure, panels = new_figure(1, len(scenes), width=9.5, height=3.8, sharey=True)
    for axes, scene in zip(np.atleast_1d(panels), scenes, strict=True):
        for method, style in zip(methods, LINES, strict=False):
            _draw_mean(axes, runs, method, scene, style)
        draw_target(axes, runs.target)
        axes.set_title(scene, **TITLE)
        axes.set(xlabel="seconds; a gradient takes one on average", xlim=(0, None))
    np.atleast_1d(panels)[0].set_ylabel("validation accuracy")
    handles, labels = np.atleast_1d(panels)[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=SMALL)
    return figure


def _draw_mean(axes: Axes, runs: AsynchronyRuns, method: str, scene: str, style: Style) -> None:
    own = runs.of(method, scene)
    seconds = np.mean([run.seconds for run in own], axis=0)
    accuracy = np.array([run.accuracy for run in own])
    mean, error = accuracy.mean(axis=0), accuracy.std(axis=0, ddof=1) / np.sqrt(len(own))
    axes.plot(seconds, mean, label=method, **style)
    axes.fill_between(seconds, mean - 2 * error, mean + 2 * error, color=style["color"], alpha=0.15, linewidth=0)
