"""The player of an all-reduce shows what the transcript and the clock say."""

import numpy as np
import pytest

from scalelab.figures.lab4.moving_collective import ELEMENTS, FORMS, MovingCollective

LINK = "10 Gb Ethernet"


@pytest.fixture(scope="module")
def moving():
    return MovingCollective()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("workers", [2, 5, 16])
def test_every_form_is_drawn_among_any_number_of_workers(moving, form, workers):
    picture, sentence = moving(form, workers, 100.0, LINK, 1.0, 40.0)
    assert picture.startswith(b"\x89PNG")
    assert f"{workers} workers: " in sentence
    assert len(moving.out.get_paths()) == len(moving.into.get_paths()) > 0


def test_in_the_middle_of_the_ring_all_send(moving):
    assert "14 rounds" in moving("ring", 8, 100.0, LINK, 1.0, 50.0)[1]
    assert "At this moment 8 messages travel" in moving("ring", 8, 100.0, LINK, 1.0, 50.5)[1]
    assert len(moving.under_way.get_xdata()) == 8


def test_nothing_happens_outside_of_the_whole_time(moving):
    moving("tree", 8, 10.0, LINK, 1.0, 100.0)
    corners = np.concatenate([path.vertices for path in (*moving.out.get_paths(), *moving.into.get_paths())])
    assert corners[:, 0].min() >= -1e-9
    assert corners[:, 0].max() <= 100 + 1e-9


def test_a_slow_neighbour_makes_all_of_it_slow(moving):
    def seconds(slow):
        return float(
            moving("ring", 8, 100.0, LINK, slow, 0.0)[1].split(" rounds, ")[1].split(" ms")[0].replace(",", "")
        )

    assert seconds(4.0) == pytest.approx(4 * seconds(1.0), rel=0.05)


def test_pieces_are_equal_whatever_the_number_of_workers():
    assert all(ELEMENTS % workers == 0 for workers in range(1, 17))
