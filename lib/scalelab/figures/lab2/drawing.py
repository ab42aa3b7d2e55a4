"""What drawings of workers are made of: images as numbered tiles, a model as a row of layers, arrows, frames.

Lengths are in half inches.
"""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from scalelab.figures.encoding import SMALL, Style
from scalelab.figures.figure import TEXT, new_figure

Place = tuple[float, float]

TILE, LAYER, GAP = 0.62, 0.4, 0.2  # sides of a tile, width of a layer, the gap between two
LAYER_HEIGHT = 1.3
HELD: Style = {"facecolor": "0.62", "edgecolor": "0.25", "linewidth": 1.0}
ELSEWHERE: Style = {"facecolor": "none", "edgecolor": "0.6", "linewidth": 1.0, "linestyle": (0, (2, 2))}


def new_drawing(panels: int, width: float, height: float) -> tuple[Figure, list[Axes]]:
    """Panels of so many half inches each, side by side, without axes."""
    figure, axes = new_figure(1, panels, width=panels * width / 2, height=height / 2, squeeze=False)
    for one in axes[0]:
        one.set(xlim=(0, width), ylim=(0, height), aspect="equal")
        one.axis("off")
    return figure, list(axes[0])


def draw_tiles(axes: Axes, place: Place, images: Sequence[int], colour: str, columns: int = 2) -> None:
    """Images from the upper left corner `place` on, `columns` in a row."""
    x, y = place
    for number, image in enumerate(images):
        corner = (x + number % columns * TILE, y - (1 + number // columns) * TILE)
        axes.add_patch(Rectangle(corner, TILE, TILE, facecolor=colour, edgecolor="white", linewidth=1.5))
        middle = (corner[0] + TILE / 2, corner[1] + TILE / 2)
        axes.annotate(str(image), middle, ha="center", va="center", size=SMALL, color="white", weight="bold")


def draw_layers(axes: Axes, place: Place, held: Sequence[bool], **style: Any) -> None:
    """A model's layers, the first at the left, `place` the middle of its left edge; dashed where another holds them."""
    x, y = place
    for number, own in enumerate(held):
        corner = (x + number * (LAYER + GAP), y - LAYER_HEIGHT / 2)
        axes.add_patch(Rectangle(corner, LAYER, LAYER_HEIGHT, **(HELD | style if own else ELSEWHERE)))


def layers_width(count: int) -> float:
    """How wide a row of so many layers is."""
    return count * LAYER + (count - 1) * GAP


def draw_frame(axes: Axes, place: Place, size: Place, name: str, colour: str) -> None:
    """A worker: what stands in it is on one device. `place` is its lower left corner."""
    style: Style = {
        "boxstyle": "round,pad=0,rounding_size=0.25",
        "facecolor": "none",
        "edgecolor": colour,
        "linewidth": 1.8,
    }
    axes.add_patch(FancyBboxPatch(place, *size, **style))
    x, y = place
    axes.annotate(name, (x + 0.2, y + size[1] - 0.2), ha="left", va="top", size=TEXT, color=colour, weight="bold")


def draw_arrow(axes: Axes, start: Place, end: Place, colour: str = "0.3", **style: Any) -> None:
    """An arrow with its head at `end`; `style` goes to matplotlib's FancyArrowPatch."""
    options: Style = {"arrowstyle": "-|>", "mutation_scale": 11, "shrinkA": 0, "shrinkB": 0, "linewidth": 1.6}
    axes.add_patch(FancyArrowPatch(start, end, color=colour, **(options | style)))


def write(axes: Axes, place: Place, words: str, **style: Any) -> None:
    """Words with their middle at `place`."""
    options: Style = {"ha": "center", "va": "center", "size": TEXT}
    axes.annotate(words, place, **(options | style))
