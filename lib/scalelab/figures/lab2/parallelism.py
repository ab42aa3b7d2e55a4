"""A drawing of the two ways to share a training: to divide the images, or to divide the model."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from scalelab.figures.encoding import TITLE, Style
from scalelab.figures.lab2.conversion import RANKS
from scalelab.figures.lab2.drawing import (
    GAP,
    LAYER,
    LAYER_HEIGHT,
    TILE,
    draw_arrow,
    draw_frame,
    draw_layers,
    draw_tiles,
    layers_width,
    new_drawing,
    write,
)

LAYERS, IMAGES = 4, 8
WIDTH, HEIGHT, HEAD = 9.4, 6.8, 1.2
FRAME_HEIGHT, MODEL_AT, IMAGES_AT = 2.2, 4.6, 1.7
ROWS = (HEIGHT - HEAD - FRAME_HEIGHT / 2, FRAME_HEIGHT / 2 + 0.1)  # the middles of the ranks' frames
BETWEEN = sum(ROWS) / 2
EVERYBODYS = "0.35"  # the colour of images that all ranks work on
ASIDE = 0.15  # of the middle of a layer, an arrow each way
TRAVELS: Style = {"colour": "black", "linewidth": 2.2, "mutation_scale": 13}


def draw_parallelism() -> Figure:
    """Left each rank has the whole model and a half of the images, right a half of the model and all images."""
    figure, (data, model) = new_drawing(2, WIDTH, HEIGHT)
    _draw_data_parallel(data)
    _draw_model_parallel(model)
    return figure


def _draw_data_parallel(axes: Axes) -> None:
    _write_title(axes, "Data parallel\nthe images are divided, each rank has the whole model")
    for rank in range(2):
        _draw_rank(axes, rank, [True] * LAYERS)
        draw_tiles(axes, (IMAGES_AT, ROWS[rank] + TILE), range(rank, IMAGES, 2), RANKS[rank])
        draw_arrow(axes, (IMAGES_AT + 2 * TILE + 0.15, ROWS[rank]), (MODEL_AT - 0.15, ROWS[rank]))
    middle = MODEL_AT + layers_width(LAYERS) / 2
    _draw_travel(axes, (middle, middle), "<|-|>")
    write(axes, (middle + 0.3, BETWEEN), "gradients of\nall weights", ha="left")


def _draw_model_parallel(axes: Axes) -> None:
    _write_title(axes, "Model parallel\nthe layers are divided, all images pass through both ranks")
    half = LAYERS // 2
    for rank in range(2):
        _draw_rank(axes, rank, [layer // half == rank for layer in range(LAYERS)])
    draw_tiles(axes, (IMAGES_AT - TILE, ROWS[0] + TILE), range(IMAGES), EVERYBODYS, columns=IMAGES // 2)
    draw_arrow(axes, (IMAGES_AT + 3 * TILE + 0.15, ROWS[0]), (MODEL_AT - 0.15, ROWS[0]))
    last, first = (MODEL_AT + layer * (LAYER + GAP) + LAYER / 2 for layer in (half - 1, half))
    _draw_travel(axes, (last + ASIDE, first + ASIDE), "-|>")
    _draw_travel(axes, (last - ASIDE, first - ASIDE), "<|-")
    write(axes, (first + 0.3, BETWEEN), "activations\nof every image", ha="left")
    write(axes, (last - 0.3, BETWEEN), "gradients of\nthese activations", ha="right")


def _draw_rank(axes: Axes, rank: int, held: Sequence[bool]) -> None:
    corner = (0.1, ROWS[rank] - FRAME_HEIGHT / 2)
    draw_frame(axes, corner, (WIDTH - 0.2, FRAME_HEIGHT), f"rank {rank}", RANKS[rank])
    draw_layers(axes, (MODEL_AT, ROWS[rank]), held)


def _draw_travel(axes: Axes, x: tuple[float, float], style: str) -> None:
    """An arrow from rank 0's model to rank 1's, or back."""
    gap = LAYER_HEIGHT / 2 + 0.08
    draw_arrow(axes, (x[0], ROWS[0] - gap), (x[1], ROWS[1] + gap), arrowstyle=style, **TRAVELS)


def _write_title(axes: Axes, words: str) -> None:
    write(axes, (WIDTH / 2, HEIGHT - HEAD / 2), words, size=TITLE["fontsize"])
