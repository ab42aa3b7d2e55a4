"""Pictures: the figures and widgets of the notebooks, and what the terminal shows."""

from scalelab.view import predict
from scalelab.view.encoding import batch_axis, batch_colour, draw_spread, draw_target, worker_style
from scalelab.view.figure import new_figure, png, show
from scalelab.view.live import live
from scalelab.view.predict import draw_prediction

__all__ = [
    "batch_axis",
    "batch_colour",
    "draw_prediction",
    "draw_spread",
    "draw_target",
    "live",
    "new_figure",
    "png",
    "predict",
    "show",
    "worker_style",
]
