"""Figures of stochastic gradient descent on a line: its batches, their noise and cost, its paths."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from scalelab.analysis.descent.quadratic import Bowl
from scalelab.analysis.gradient_noise.batch_gradient import exponent
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_axis, batch_colour, draw_spread
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction
from scalelab.train.descent import Path

STAR: Style = {"color": "black", "linestyle": "none", "marker": "*", "markersize": 12, "zorder": 6}
CONTOUR: Style = {"colors": "0.75", "linewidths": 0.8}


def draw_epochs(epochs: Sequence[Sequence[np.ndarray]]) -> Figure:
    """One row an epoch: the examples' numbers in the order in which they are used, a box around each batch."""
    figure, axes = new_figure(width=7, height=0.6 + 0.55 * len(epochs))
    sizes = [max(1, len(batch)) for epoch in epochs for batch in epoch]
    for row, epoch in enumerate(epochs):
        place = 0.0
        for batch in epoch:
            colour = batch_colour(max(1, len(batch)), [1, 2 * max(sizes)])
            axes.barh(row, len(batch) - 0.1, left=place, height=0.7, color=colour, alpha=0.35, align="center")
            for offset, example in enumerate(batch):
                axes.annotate(str(example), (place + offset + 0.45, row), ha="center", va="center", fontsize=10)
            place += len(batch) + 0.4
    axes.set_yticks(range(len(epochs)), [f"epoch {row + 1}" for row in range(len(epochs))])
    axes.invert_yaxis()
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.tick_params(left=False, bottom=False, labelbottom=False)
    axes.set_title("each box is one batch: the examples of one update", **TITLE)
    return figure


def draw_first_epochs(losses: Mapping[int, np.ndarray], examples: int, lowest: float, prediction: str) -> Figure:
    """Loss of all examples against epochs, a dot an update; `losses` by batch size, from the start on."""
    figure, axes = new_figure(width=7, height=3.6)
    for size, loss in losses.items():
        per_epoch = -(-examples // size)
        name = f"all {size}: 1 update an epoch" if size == examples else f"{size}: {per_epoch} updates an epoch"
        axes.semilogy(
            np.arange(len(loss)) / per_epoch,
            loss,
            ".-",
            markersize=4,
            color=batch_colour(size, list(losses)),
            label=name,
        )
    end = 1.0
    smallest = min(losses)
    axes.plot(end, losses[smallest][-(-examples // smallest)], "o", color="black", markerfacecolor="none", markersize=9)
    axes.set_ylim(0.7 * lowest, None)
    axes.set_yticks([0.25, 0.5, 1, 2, 4], ["0.25", "0.5", "1", "2", "4"])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.axhline(lowest, color="black", linewidth=0.8)
    axes.annotate("lowest loss of any line", (0.01, lowest), xycoords=("axes fraction", "data"), va="top", size=SMALL)
    axes.set(xlabel="epochs (each example seen once in each)", ylabel="loss of all the examples")
    draw_prediction(axes, prediction)
    axes.legend(title="batch size", frameon=False, fontsize=SMALL, title_fontsize=SMALL)
    return figure


def draw_clouds(batches: np.ndarray, batch_sizes: Sequence[int], full: np.ndarray) -> Figure:
    """A panel for each batch size: gradients of random batches (draws, sizes, 2), their mean, and the full gradient."""
    figure, axes = new_figure(1, len(batch_sizes), width=9, height=3.4, sharex=True, sharey=True)
    for place, (one, size) in enumerate(zip(axes, batch_sizes, strict=True)):
        cloud = batches[:, place]
        colour = batch_colour(size, [1, *batch_sizes])
        one.plot(*cloud.T, ".", color=colour, markersize=3, alpha=0.4, label=f"{len(cloud):,} batches")
        mean: Style = {"color": "#d55e00", "markersize": 22, "markeredgewidth": 1.6, "zorder": 5}
        one.plot(*cloud.mean(axis=0), "x", label="their mean", **mean)
        one.plot(*full, label="all the examples", **STAR)
        one.set_title(f"batch size {size}", **TITLE)
        one.set_xlabel("slope along w")
    axes[0].set_ylabel("slope along b")
    axes[0].legend(frameon=False, fontsize=SMALL, loc="upper left", labelspacing=1)
    return figure


def draw_variance(
    batch_sizes: Sequence[int], measured: np.ndarray, exact: Sequence[float], seconds: np.ndarray, prediction: str
) -> Figure:
    """Left what is measured (groups, sizes) and the `exact` variance; right seconds of a gradient (repeats, sizes)."""
    sizes = np.asarray(batch_sizes)
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.8)
    free = sizes <= sizes.max() / 8
    slope = exponent(sizes[free], measured.mean(axis=0)[free])
    left.set_yscale("log")
    left.plot(sizes, exact[0] * sizes[0] / sizes, ":", color="black", linewidth=1, label="1 / B alone")
    left.plot(sizes, exact, color="black", linewidth=1, label="with the correction for the share drawn")
    draw_spread(left, sizes, measured, linestyle="none", color="0.6", marker="none")
    for place, size in enumerate(sizes):
        left.plot(size, measured[:, place].mean(), "o", color=batch_colour(size, batch_sizes), markeredgecolor="0.3")
    draw_prediction(left, prediction)
    left.set_ylabel("variance of the batch's gradient")
    left.set_title(f"how far off: fitted exponent {slope:.2f}", **TITLE)
    left.legend(frameon=False, fontsize=SMALL, loc="lower left")
    _draw_cost(right, sizes, seconds)
    for one in (left, right):
        batch_axis(one, _powers_of_four(sizes), "batch size B (examples)")
    return figure


def _draw_cost(axes: Axes, sizes: np.ndarray, seconds: np.ndarray) -> None:
    """Microseconds on two logarithmic axes, with the price of the examples alone beside them."""
    axes.set_yscale("log")
    cost = 1e6 * np.median(seconds, axis=0)
    axes.plot(sizes, cost[-1] * sizes / sizes[-1], ":", color="black", linewidth=1, label="in proportion to B")
    axes.vlines(sizes, *1e6 * np.stack([seconds.min(axis=0), seconds.max(axis=0)]), color="0.6", linewidth=1.5)
    for size, value in zip(sizes, cost, strict=True):
        axes.plot(size, value, "o", color=batch_colour(size, list(sizes)), markeredgecolor="0.3")
    axes.set_ylabel("time of one gradient (microseconds)")
    axes.set_ylim(cost.min() / 3, max(cost.max(), 1e6 * seconds.max()) * 2)
    axes.set_title(f"what it costs: {cost[0]:.0f} to {cost[-1]:.0f} microseconds", **TITLE)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")


def _powers_of_four(sizes: np.ndarray) -> list[int]:
    return [4**power for power in range(20) if sizes.min() <= 4**power <= sizes.max()]


def draw_paths(bowl: Bowl, paths: Mapping[int, Path]) -> Figure:
    """A column for each batch size: its path over the contours of the loss of all examples; below, near the minimum."""
    figure, axes = new_figure(2, len(paths), width=9.5, height=6.2, sharex="row", sharey="row")
    visited = np.concatenate([np.stack([path.w, path.b]) for path in paths.values()], axis=1)
    whole = _in_shape(_around(np.concatenate([visited, bowl.minimum[:, None]], axis=1), room=0.2))
    near = bowl.minimum[:, None] + 0.3 * np.ptp(whole, axis=1)[:, None] * np.array([-0.5, 0.5])
    for number, (row, window) in enumerate(zip(axes, (whole, near), strict=True)):
        for one, (size, path) in zip(row, paths.items(), strict=True):
            _draw_contours(one, bowl, window, _levels(bowl, window))
            one.plot(path.w, path.b, ".-", markersize=4, linewidth=1, color=batch_colour(size, list(paths)), zorder=4)
            one.plot(*bowl.minimum, **STAR)
            one.set(aspect="equal")
            one.set_title(f"batch size {size}: {len(path.w) - 1} updates" if number == 0 else "near the star", **TITLE)
        row[0].set_ylabel("b")
    for one in axes[1]:
        one.set_xlabel("w")
    return figure


def draw_moving_surface(
    bowl: Bowl, batch_bowls: Sequence[Bowl], points: np.ndarray, sizes: tuple[int, int], rows: Sequence[Sequence[int]]
) -> Figure:
    """Panels of some updates, numbered from 1: the batch's own contours and minimum, the path so far, the step.

    `sizes`: of a batch and of all; points: (updates + 1, 2). All panels of a row show the same window, with contours
    at the same heights, each above its own minimum.
    """
    points = np.asarray(points)
    figure, axes = new_figure(len(rows), len(rows[0]), width=9.5, height=6.4, sharex="row", sharey="row")
    for row, panels in zip(rows, axes, strict=True):
        used = [points[update] for update in row] + [points[update - 1] for update in row]
        window = _around(np.stack([*used, bowl.minimum, *(batch_bowls[update - 1].minimum for update in row)], axis=1))
        window = _in_shape(window)
        for update, one in zip(row, panels, strict=True):
            _draw_moment(one, bowl, batch_bowls[update - 1], points[: update + 1], sizes, window)
            one.set(xlabel="w", aspect="equal")
            one.set_title(f"update {update}", **TITLE)
        panels[0].set_ylabel("b")
    return figure


def _draw_moment(
    axes: Axes, bowl: Bowl, own: Bowl, points: np.ndarray, sizes: tuple[int, int], window: np.ndarray
) -> None:
    heights = _levels(bowl, window, count=7) - bowl.lowest
    w, b = (np.linspace(side[0], side[1], 120) for side in window)
    styles = ((bowl, sizes[1], 0.8, 0.4, 12), (own, sizes[0], 1.8, 1.0, 15))
    for surface, size, linewidth, alpha, star in styles:
        colour = batch_colour(size, sizes)
        levels = heights + surface.lowest
        axes.contour(w, b, surface.surface(w, b), levels, colors=[colour], linewidths=linewidth, alpha=alpha)
        axes.plot(*surface.minimum, color=colour, marker="*", markersize=star, markeredgecolor="black", zorder=6)
    axes.plot(*points[:-1].T, ".-", color="0.6", markersize=3, linewidth=0.8)
    arrow = {"arrowstyle": "-|>", "color": "#d55e00", "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", points[-1], points[-2], arrowprops=arrow, zorder=7)
    axes.set(xlim=window[0], ylim=window[1])


def _draw_contours(axes: Axes, bowl: Bowl, window: np.ndarray, levels: np.ndarray) -> None:
    w, b = (np.linspace(side[0], side[1], 150) for side in window)
    axes.contour(w, b, bowl.surface(w, b), levels, **CONTOUR)
    axes.set(xlim=window[0], ylim=window[1])


def _levels(bowl: Bowl, window: np.ndarray, count: int = 10) -> np.ndarray:
    highest = float(bowl.surface(*window).max()) - bowl.lowest
    return bowl.lowest + highest * np.linspace(0, 1, count + 1)[1:] ** 2


def _around(points: np.ndarray, room: float = 0.12) -> np.ndarray:
    """((low w, high w), (low b, high b)) of the points (2, n), with some room."""
    low, high = points.min(axis=1), points.max(axis=1)
    return np.stack([low - room * (high - low), high + room * (high - low)], axis=1)


def _in_shape(window: np.ndarray, width_over_height: float = 1.15) -> np.ndarray:
    """The window made wider or higher about its middle, until it has that shape."""
    half = np.diff(window, axis=1)[:, 0] / 2
    half = np.maximum(half, half[::-1] * [width_over_height, 1 / width_over_height])
    return window.mean(axis=1)[:, None] + half[:, None] * np.array([-1, 1])
