"""The drawing of K copies: who has which images, and that all make the same step."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from scalelab.figures import png
from scalelab.figures.lab2.conversion import RANKS
from scalelab.figures.lab2.model_copies import GRADIENTS, IMAGES, WORKERS, draw_model_copies

THICK = 3


@pytest.fixture
def axes():
    figure = draw_model_copies()
    assert png(figure).startswith(b"\x89PNG")
    return figure.axes[0]


def arrows_of(axes, colour):
    """From tail to head, of the arrows that stand for a gradient."""
    thick = [one for one in axes.patches if isinstance(one, FancyArrowPatch) and one.get_linewidth() > THICK]
    ends = [one._posA_posB for one in thick if to_hex(one.get_edgecolor()) == to_hex(colour)]
    return [np.subtract(head, tail) for tail, head in ends]


def test_every_image_belongs_to_one_rank(axes):
    numbers = [int(text.get_text()) for text in axes.texts if text.get_text().isdigit()]
    assert sorted(numbers) == list(range(WORKERS * IMAGES))


def test_each_rank_has_a_gradient_of_its_own_and_all_step_by_their_mean(axes):
    own = [arrow for rank in range(WORKERS) for arrow in arrows_of(axes, RANKS[rank])]
    np.testing.assert_allclose(own, GRADIENTS)
    np.testing.assert_allclose(arrows_of(axes, "black"), [np.mean(own, axis=0)] * WORKERS)
