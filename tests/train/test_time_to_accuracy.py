"""Where a run passes its target."""

import math

import pytest

from scalelab.train import Row
from scalelab.train.time_to_accuracy import crossing


def rows(*accuracies):
    return [
        Row(
            seconds=10.0 * epoch, epoch=epoch, images=100 * epoch, images_per_second=10, loss=1, validation_accuracy=one
        )
        for epoch, one in enumerate(accuracies, start=1)
    ]


def test_the_target_is_passed_between_two_reports_in_a_straight_line():
    assert crossing(rows(0.5, 0.7, 0.9, 0.9), 0.75, 2, "images") == pytest.approx(225)
    assert crossing(rows(0.5, 0.7, 0.9, 0.9), 0.75, 2, "seconds") == pytest.approx(22.5)


def test_what_is_not_kept_does_not_count():
    assert crossing(rows(0.5, 0.9, 0.6, 0.8, 0.9), 0.7, 2, "images") == pytest.approx(350)
    assert crossing(rows(0.5, 0.9, 0.6, 0.8, 0.9), 0.7, 1, "images") == pytest.approx(150)


def test_a_report_at_the_target_is_where_it_is_passed():
    assert crossing(rows(0.5, 0.8, 0.8), 0.8, 2, "images") == pytest.approx(200)


def test_a_run_begins_with_nothing_learned():
    assert crossing(rows(0.8, 0.8), 0.4, 2, "images") == pytest.approx(50)


def test_a_target_that_is_never_kept_has_no_place():
    assert math.isnan(crossing(rows(0.9, 0.1, 0.9), 0.8, 2, "images"))
    assert math.isnan(crossing([], 0.8, 2, "images"))
