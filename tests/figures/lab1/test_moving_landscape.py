"""A surface that turns: nothing of it is lost or out of shape, and the near hides the far."""

import numpy as np
import pytest

from scalelab.analysis.curvature.landscape import Landscape
from scalelab.figures.lab1.moving_landscape import FOOT, MovingLandscape, project, quads

STEPS = np.linspace(-1, 1, 5)
BOWL = Landscape(STEPS, 0.5 + STEPS[:, None] ** 2 + STEPS**2)


def test_from_above_the_plane_is_seen_as_it_is_and_from_the_horizon_as_a_line():
    points = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    above, _ = project(points, turn=0, tilt=90)
    np.testing.assert_allclose(above, [[1, 0], [0, 1], [0, 0]], atol=1e-12)
    level, away = project(points, turn=0, tilt=0)
    np.testing.assert_allclose(level, [[1, 0], [0, 0], [0, 1]], atol=1e-12)
    np.testing.assert_allclose(away, [0, 1, 0], atol=1e-12)


def test_turning_keeps_every_length():
    points = np.random.default_rng(0).normal(size=(20, 3))
    seen, away = project(points, turn=77, tilt=33)
    np.testing.assert_allclose((seen**2).sum(axis=1) + away**2, (points**2).sum(axis=1))


def test_the_squares_cover_the_plane_once():
    corners = quads(STEPS, np.zeros((5, 5)))
    assert corners.shape == (16, 4, 3)
    x, y = corners[..., 0], corners[..., 1]
    areas = (x * np.roll(y, -1, axis=1) - np.roll(x, -1, axis=1) * y).sum(axis=1) / 2
    np.testing.assert_allclose(areas, 0.25)


def test_a_row_is_a_step_along_the_second_direction():
    heights = np.arange(25.0).reshape(5, 5)
    first = quads(STEPS, heights)[0]
    np.testing.assert_allclose(first[:, 2], [0, 1, 6, 5])
    np.testing.assert_allclose(first[:2, 1], STEPS[0])


@pytest.mark.parametrize("turn", [0, 90, 200])
def test_what_is_far_is_drawn_first(turn):
    moving = MovingLandscape({"bowl": BOWL})
    picture, sentence = moving(turn=turn, tilt=30, zoom=2)
    assert picture.startswith(b"\x89PNG")
    assert "2 times as near" in sentence
    drawn = np.array([path.vertices.mean(axis=0) for path in moving.surfaces[0].get_paths()])
    assert len(drawn) == 16
    assert drawn[0, 1] > drawn[-1, 1]  # of a bowl's rim the far end is higher on the page


def test_from_near_the_star_is_at_the_foot():
    moving = MovingLandscape({"bowl": BOWL})
    moving(turn=30, tilt=30, zoom=1e6)
    np.testing.assert_allclose(np.concatenate(moving.marks[0].get_data()), [0, -FOOT], atol=1e-5)


def test_a_loss_that_overflowed_is_drawn_at_the_limit():
    loss = BOWL.loss.copy()
    loss[0] = np.inf
    assert MovingLandscape({"cliff": Landscape(STEPS, loss)})(turn=0, tilt=30, zoom=1)[0].startswith(b"\x89PNG")
