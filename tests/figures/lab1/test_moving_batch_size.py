"""The sliders of the best batch size."""

import numpy as np
import pytest

from scalelab.figures.lab1.moving_batch_size import MovingBatchSize


def test_the_best_lies_at_the_geometric_mean_and_the_curves_meet_their_places():
    moving = MovingBatchSize()
    picture, sentence = moving(per_step=4.0, per_image=40.0, critical=400.0)
    assert picture.startswith(b"\x89PNG")
    assert "at 100 images" in sentence
    assert "Best is 200, between them: 44%" in sentence
    (x,), (y,) = moving.best.get_data()
    assert (x, y) == (pytest.approx(200), pytest.approx(1 / 1.5**2))
    for line, half in ((moving.speed, 100), (moving.learning, 400)):
        assert np.interp(half, *line.get_data()) == pytest.approx(0.5, abs=0.01)
    assert sorted(line.get_xdata()[0] for line in moving.saturated) == pytest.approx([100, 100, 400, 400])


def test_the_picture_moves_with_the_prices():
    moving = MovingBatchSize()
    assert moving(1.0, 10.0, 100.0)[0] != moving(10.0, 10.0, 100.0)[0]
