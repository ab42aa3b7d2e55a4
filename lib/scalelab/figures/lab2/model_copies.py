"""A drawing of a step of data parallelism: a copy of the model on each worker, and one mean gradient for all."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from scalelab.figures.encoding import Style
from scalelab.figures.lab2.conversion import RANKS
from scalelab.figures.lab2.drawing import (
    TILE,
    draw_arrow,
    draw_frame,
    draw_layers,
    draw_tiles,
    layers_width,
    new_drawing,
    write,
)

WORKERS, IMAGES, LAYERS = 3, 4, 4
ROW, HEAD, WIDTH = 2.3, 1.5, 19.4
GRADIENTS = np.array([[1.1, 0.7], [1.2, -0.75], [0.4, 0.35]])  # of two weights, to be seen as arrows
MEAN = GRADIENTS.mean(axis=0)
FRAME, IMAGES_AT, MODEL_AT, GRADIENT_AT, MEAN_AT, STEP_AT, NEW_AT = 0.1, 1.9, 4.3, 7.6, 10.0, 13.2, 16.2  # along x


def draw_model_copies() -> Figure:
    """A row for each rank: its images, its copy, its own gradient; then the mean of all, and the same step for all."""
    figure, (axes,) = new_drawing(1, WIDTH, WORKERS * ROW + HEAD)
    top = WORKERS * ROW
    for worker in range(WORKERS):
        _draw_worker(axes, worker, top - (worker + 0.5) * ROW)
    _draw_mean(axes, top)
    model = layers_width(LAYERS) / 2
    for x, words in (
        (IMAGES_AT + TILE, "its part of\nthe images"),
        (MODEL_AT + model, "its copy of\nthe model"),
        (GRADIENT_AT + 0.6, "its own\ngradient"),
        (MEAN_AT + 0.8, "all-reduce"),
        (STEP_AT + 0.6, "the same\nmean for all"),
        (NEW_AT + model, "equal copies\nafter the step"),
    ):
        write(axes, (x, top + HEAD / 2), words)
    return figure


def _draw_worker(axes: Axes, worker: int, y: float) -> None:
    colour, model = RANKS[worker], layers_width(LAYERS)
    draw_frame(axes, (FRAME, y - 0.47 * ROW), (WIDTH - 2 * FRAME, 0.94 * ROW), f"rank {worker}", colour)
    draw_tiles(axes, (IMAGES_AT, y + TILE), range(worker, WORKERS * IMAGES, WORKERS), colour)
    draw_layers(axes, (MODEL_AT, y), [True] * LAYERS)
    draw_arrow(axes, (IMAGES_AT + 2 * TILE + 0.15, y), (MODEL_AT - 0.15, y))
    draw_arrow(axes, (MODEL_AT + model + 0.15, y), (GRADIENT_AT - 0.25, y))
    _draw_gradient(axes, GRADIENT_AT + 0.6, y, GRADIENTS[worker], colour)
    draw_arrow(axes, (GRADIENT_AT + 1.45, y), (MEAN_AT - 0.1, y), colour)
    draw_arrow(axes, (MEAN_AT + 1.7, y), (STEP_AT - 0.25, y), "black")
    _draw_gradient(axes, STEP_AT + 0.6, y, MEAN, "black")
    draw_arrow(axes, (STEP_AT + 1.45, y), (NEW_AT - 0.15, y))
    draw_layers(axes, (NEW_AT, y), [True] * LAYERS, facecolor="0.3")


def _draw_gradient(axes: Axes, x: float, y: float, gradient: np.ndarray, colour: str) -> None:
    dx, dy = gradient / 2
    draw_arrow(axes, (x - dx, y - dy), (x + dx, y + dy), colour, linewidth=3.2, mutation_scale=18)


def _draw_mean(axes: Axes, top: float) -> None:
    """One box over all rows: it is the only thing that workers do together."""
    style: Style = {
        "boxstyle": "round,pad=0,rounding_size=0.2",
        "facecolor": "white",
        "edgecolor": "black",
        "linewidth": 1.8,
    }
    axes.add_patch(FancyBboxPatch((MEAN_AT, 0.25), 1.6, top - 0.5, zorder=3, **style))
    write(axes, (MEAN_AT + 0.8, top / 2), "mean of the\ngradients", rotation=90, zorder=4, size=10)
