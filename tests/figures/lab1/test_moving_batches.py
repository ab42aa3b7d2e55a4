"""The player of the surface that a batch sees."""

import numpy as np
import pytest

from scalelab.data import noisy_line
from scalelab.figures.lab1.moving_batches import STEPS, MovingBatches

LINE = noisy_line(w=2.0, b=-1.0, centre=1.0, seed=0)


def test_each_step_shows_the_path_so_far_and_the_batch_s_own_minimum():
    moving = MovingBatches(LINE)
    picture, sentence = moving(step=5, exponent=3, lr=0.05)
    assert picture.startswith(b"\x89PNG")
    assert "Update 5, a batch of 8" in sentence
    assert len(moving.path.get_xdata()) == 6
    batch = moving._batches(8)[5]
    w, b = np.polyfit(LINE.x[batch], LINE.y[batch], 1)
    assert np.concatenate(moving.lowest.get_data()) == pytest.approx([w, b])


def test_all_examples_see_one_surface():
    moving = MovingBatches(noisy_line(examples=64, w=2.0, b=-1.0, centre=1.0, seed=0))
    assert "lies 0.00 from" in moving(step=3, exponent=6, lr=0.05)[1]


def test_an_epoch_has_every_example_once():
    batches = MovingBatches(LINE)._batches(4)
    assert len(batches) == STEPS
    assert sorted(np.concatenate(batches[:25])) == list(range(100))
