"""The drawing of the two ways: what is divided, and what both ranks have."""

from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle

from scalelab.figures import png
from scalelab.figures.lab2.drawing import LAYER, TILE
from scalelab.figures.lab2.parallelism import IMAGES, LAYERS, draw_parallelism


def held_layers(axes):
    """How many layers are drawn as held, not as another rank's."""
    layers = [one for one in axes.patches if isinstance(one, Rectangle) and one.get_width() == LAYER]
    return sum(one.get_facecolor() != to_rgba("none") for one in layers)


def tiles(axes):
    return sum(isinstance(one, Rectangle) and one.get_width() == TILE for one in axes.patches)


def test_one_way_copies_the_layers_and_the_other_shares_them():
    figure = draw_parallelism()
    data, model = figure.axes
    assert (held_layers(data), held_layers(model)) == (2 * LAYERS, LAYERS)
    assert tiles(data) == tiles(model) == IMAGES
    assert png(figure).startswith(b"\x89PNG")


def test_what_travels_is_said():
    data, model = (" ".join(text.get_text() for text in axes.texts) for axes in draw_parallelism().axes)
    assert "activations" not in data
    assert "activations" in model
