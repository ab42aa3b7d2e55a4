"""Landscapes side by side are comparable: one set of levels, also where a loss overflowed."""

import numpy as np
import pytest

from scalelab.analysis.curvature.landscape import Landscape
from scalelab.figures import png
from scalelab.figures.lab1.landscape import HIGHEST, draw_contours, draw_slices, draw_surfaces, levels


@pytest.fixture
def landscapes():
    steps = np.linspace(-1, 1, 7)
    bowl = 0.5 + 30 * (steps[:, None] ** 2 + steps**2)
    cliff = np.where(steps > 0.5, np.inf, 2 * bowl)
    return {"with skips": Landscape(steps, bowl), "without": Landscape(steps, cliff)}


def test_levels_are_log_spaced_from_the_lowest_loss_to_the_limit(landscapes):
    at = levels(landscapes)
    assert at[0] == pytest.approx(0.5, rel=0.01)
    assert at[-1] == HIGHEST
    np.testing.assert_allclose(np.diff(np.log(at)), np.log(at[1] / at[0]))


def test_both_panels_have_the_same_limits(landscapes):
    left, right = draw_contours(landscapes).axes[:2]
    assert (left.get_xlim(), left.get_ylim()) == (right.get_xlim(), right.get_ylim())
    left, right = draw_surfaces(landscapes).axes
    assert left.get_zlim() == right.get_zlim()


def test_every_picture_can_be_drawn(landscapes):
    slices = {"plain": {"as trained": ([-1, 0, 1], [3, 1, 2]), "scaled": ([-1, 0, 1], [2, 1, 2])}}
    for figure in (draw_contours(landscapes), draw_surfaces(landscapes), draw_slices(slices)):
        assert png(figure).startswith(b"\x89PNG")


def test_two_flat_landscapes_can_be_drawn():
    flat = {"flat": Landscape(np.linspace(-1, 1, 3), np.full((3, 3), 2.3))}
    assert png(draw_contours(flat)).startswith(b"\x89PNG")
