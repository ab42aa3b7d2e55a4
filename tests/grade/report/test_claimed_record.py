"""A script's own report is drawn where it can be true; it can neither stop the grader nor keep it busy."""

import json

import pytest

from scalelab.grade.report.claimed_record import reported
from scalelab.train.record import MOST_BYTES, RECORD_NAME

ROW = {"seconds": 1.0, "epoch": 1, "images": 1, "images_per_second": 1.0, "loss": 1.0, "train_accuracy": 0.5}


def write(folder, *rows):
    (folder / RECORD_NAME).write_text("".join(json.dumps(row) + "\n" for row in rows))


@pytest.mark.parametrize(
    "change",
    [
        {"seconds": -1.0}, {"seconds": 11.0}, {"seconds": 1e308}, {"images_per_second": -1e308},
        {"images_per_second": 1e308}, {"train_accuracy": 1.5}, {"validation_accuracy": -1e308}, {"loss": None},
    ],
    ids=str,
)  # fmt: skip
def test_a_row_that_cannot_be_is_passed_over(tmp_path, change):
    write(tmp_path, ROW | change, ROW)
    assert [row.seconds for row in reported(tmp_path, 10.0)] == [1.0]


def test_of_a_record_without_end_the_beginning_is_read(tmp_path):
    write(tmp_path, *[ROW] * (MOST_BYTES // 50))
    assert 5_000 < len(reported(tmp_path, 10.0)) < MOST_BYTES // 50


def test_no_record_is_no_report(tmp_path):
    assert reported(tmp_path, 10.0) == []


def test_its_seconds_are_told_as_the_clock_of_the_run_counted_them(tmp_path):
    write(tmp_path, ROW, ROW | {"seconds": 8.0})
    assert [row.seconds for row in reported(tmp_path, 10.0, lambda seconds: seconds / 2)] == [0.5, 4.0]
