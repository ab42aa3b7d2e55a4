"""The figure of a ring shows who holds what after each round."""

import numpy as np

from scalelab.figures import png
from scalelab.figures.lab2.ring import draw_ring
from scalelab.parallel.collectives.ring import ring_allreduce


def test_the_ring_shows_how_many_are_added_up_in_every_piece():
    figure = draw_ring(ring_allreduce(np.ones((3, 3))))
    assert len(figure.axes) == 5
    assert [text.get_text() for text in figure.axes[0].texts] == ["1"] * 9
    assert [text.get_text() for text in figure.axes[-1].texts] == ["3"] * 9
    assert png(figure)
