"""One slider for the batch size."""

import numpy as np
import pytest

from scalelab.analysis.scaling_laws.critical_batch_size import StepsCurve
from scalelab.analysis.throughput.step_time import StepCost
from scalelab.figures.lab3.moving_cost import MovingCost


def test_all_four_move_and_are_what_they_say():
    moving = MovingCost(StepsCurve(100, 512), StepCost(0.01, 0.001))
    picture, sentence = moving(exponent=9, workers=2)
    assert picture.startswith(b"\x89PNG")
    seconds = 200 * (0.01 + 128 * 0.001)
    wanted = [200, 200 * 512, seconds, seconds * 4 / 3600]
    assert [float(dot.get_ydata()[0]) for dot in moving.dots] == pytest.approx(wanted)
    assert "512 images a step on 4 workers: 200 steps, 102,400 images, 28 s" in sentence


def test_more_workers_save_seconds_and_never_worker_hours():
    moving = MovingCost(StepsCurve(100, 512), StepCost(0.01, 0.001))
    one, many = (moving.four(np.array([256.0]), workers) for workers in (1, 16))
    assert many[2] < one[2]
    assert many[3] > one[3]
