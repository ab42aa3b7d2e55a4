"""The sliders of "when does it pay?"."""

import numpy as np
import pytest

from scalelab.figures.lab2.moving_workers import LINKS, MovingWorkers
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.scaling import Workload


@pytest.mark.parametrize("link", LINKS)
def test_the_curves_are_those_of_the_model(link):
    moving = MovingWorkers()
    picture, sentence = moving(link=link, compute=30.0, gradient=100.0, hidden=50.0)
    assert picture.startswith(b"\x89PNG")
    wanted = Workload(0.03, 1e8, 0.5).efficiency(MessageCost(*LINKS[link]), 8)
    assert np.interp(8, *moving.efficiency.get_data()) == pytest.approx(100 * float(wanted), rel=0.01)
    assert np.interp(8, *moving.speedup.get_data()) == pytest.approx(8 * float(wanted), rel=0.01)
    assert f"8 workers: {float(wanted):.0%} each" in sentence


def test_a_second_worker_may_cost_more_than_it_brings():
    assert "costs more than it brings" in MovingWorkers()("10 Gb Ethernet", compute=1.0, gradient=100.0, hidden=0.0)[1]
    assert (
        "A second worker pays"
        in MovingWorkers()("NVLink, in one machine", compute=100.0, gradient=100.0, hidden=0.0)[1]
    )
