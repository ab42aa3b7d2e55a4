"""The ridge: where the best learning rate lies for each batch size, and where the two rules would have it."""

import numpy as np
from matplotlib.figure import Figure

from scalelab.experiments.ridge import Ridge
from scalelab.figures.encoding import SMALL, batch_axis
from scalelab.figures.figure import new_figure

EDGE = "#d55e00"


def draw_ridge(ridge: Ridge) -> Figure:
    """Accuracy as brightness over batch size and learning rate; dots on the best rate, rings on what is level with it.

    Both rules start at the best rate of the smallest batch.
    """
    figure, axes = new_figure(width=7.5, height=4.4)
    sizes, lrs, means = np.array(ridge.sizes), np.array(ridge.lrs), ridge.means
    grid = axes.pcolormesh(_edges(sizes), _edges(lrs), means.T, cmap="cividis", shading="flat")
    for size, best in zip(ridge.sizes, ridge.best, strict=True):
        level = ridge.level(size)
        axes.plot(np.full(len(level), size), level, "o", color="white", fillstyle="none", markersize=9)
        axes.plot(size, best, "o", color="white", markersize=8)
    inside = np.array([sizes[0], sizes[-1]])
    for power, style, words in ((1.0, "-", "linear rule"), (0.5, "--", "square root rule")):
        line = ridge.best[0] * (inside / sizes[0]) ** power
        axes.plot(inside, line, style, color=EDGE, linewidth=1.6, label=words)
    batch_axis(axes, ridge.sizes)
    axes.set_yscale("log", base=2)
    axes.set_yticks(lrs, [f"{lr:g}" for lr in lrs])
    axes.set(xlim=_edges(sizes)[[0, -1]], ylim=_edges(lrs)[[0, -1]], ylabel="learning rate")
    figure.colorbar(grid, label="validation accuracy")
    figure.legend(frameon=False, fontsize=SMALL + 1, loc="outside upper center", ncols=2)
    return figure


def _edges(centres: np.ndarray) -> np.ndarray:
    """The borders of cells around centres that are a constant factor from one another."""
    half = np.sqrt(centres[1] / centres[0])
    return np.append(centres / half, centres[-1] * half)
