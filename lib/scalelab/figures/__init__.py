"""The figures of the notebooks, by lab, in the course's one encoding."""

from scalelab.figures.encoding import batch_axis, batch_colour, draw_spread, draw_target, worker_style
from scalelab.figures.figure import new_figure, png, show
from scalelab.figures.prediction import draw_prediction

__all__ = [
    "batch_axis",
    "batch_colour",
    "draw_prediction",
    "draw_spread",
    "draw_target",
    "new_figure",
    "png",
    "show",
    "worker_style",
]
