"""The figures of what an all-reduce costs hold the lines and dots that they speak of."""

import numpy as np
import pytest

from scalelab.figures.lab4.all_reduce_seconds import LINES, draw_fit, draw_forms, draw_ring_beside_halving, draw_workers
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.costs import FORMS

COST = MessageCost(5e-5, 50e9 / 8)


def test_every_form_has_its_line():
    lines = {line.get_label(): line.get_xydata() for line in draw_forms(COST, 32).axes[0].lines}
    assert lines.keys() == LINES.keys()
    for name, line in lines.items():
        assert line[-1, 1] == pytest.approx(1e3 * FORMS[name](COST, line[-1, 0], 32))


def test_the_ratio_begins_at_that_of_the_rounds_and_ends_at_one():
    lines = draw_ring_beside_halving([3e-5, 1e-4], 50e9 / 8, 32).axes[0].lines[:2]
    for line in lines:
        first, last = line.get_ydata()[[0, -1]]
        assert first == pytest.approx(62 / 10, rel=0.01)
        assert last == pytest.approx(1, abs=0.05)


def test_a_panel_for_each_size():
    panels = draw_workers(COST, [4e3, 1e8], [2, 4, 8]).axes
    assert [axes.get_title() for axes in panels] == ["a vector of 4 kB", "a vector of 100 MB"]


def test_what_was_held_back_is_hollow():
    _, used, held = draw_fit({400: 1e-4, 4000: 2e-4, 40000: 3e-4}, COST, 2, held_back=[4000]).axes[0].lines
    assert np.array_equal(used.get_xdata(), [400, 40000])
    assert np.array_equal(held.get_xdata(), [4000])
    assert held.get_fillstyle() == "none"
