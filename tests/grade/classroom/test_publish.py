"""The table grows while a class is graded, and writing it takes next to nothing of the time."""

import csv
import errno

import pytest

from scalelab.grade.classroom import publish
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.classroom.publish import MOST_OF_THE_TIME, Publisher
from scalelab.grade.classroom.settings import ClassSettings
from scalelab.grade.classroom.table import UngradedRow

SETTINGS = ClassSettings(workers=2, device="cpu", seed=0, dataset="few", rubric="", budget_seconds=9.0)


@pytest.fixture
def clock(monkeypatch):
    """Seconds, each time it is asked some more; a write lasts that long."""

    class Clock:
        now, step = 0.0, 1.0

        def monotonic(self):
            self.now += self.step
            return self.now

    clock = Clock()
    monkeypatch.setattr(publish, "time", clock)
    return clock


def reasons(paths):
    return [row["reason"] for row in csv.DictReader(paths.table.read_text().splitlines())]


def test_a_table_is_there_before_anybody_is_graded_and_grows_but_not_with_every_row(tmp_path, clock):
    paths = ClassPaths(tmp_path)
    publisher = Publisher(paths, SETTINGS, [UngradedRow("ada", "not yet"), UngradedRow("bob", "not yet")])
    assert reasons(paths) == ["not yet", "not yet"]
    assert paths.page.exists()
    assert paths.history.exists()
    publisher.put(UngradedRow("bob", "too soon after the last one"))
    assert reasons(paths) == ["not yet", "not yet"]
    clock.now += 1 / MOST_OF_THE_TIME
    publisher.put(UngradedRow("ada", "graded"))
    assert reasons(paths) == ["graded", "too soon after the last one"]


def test_a_disk_that_is_full_for_a_while_stops_nobody(tmp_path, clock, monkeypatch):
    paths = ClassPaths(tmp_path)
    publisher = Publisher(paths, SETTINGS, [UngradedRow("ada", "not yet")])
    with monkeypatch.context() as full:
        full.setattr(publish, "write_csv", _no_space)
        clock.now += 1 / MOST_OF_THE_TIME
        publisher.put(UngradedRow("ada", "graded"))
    assert reasons(paths) == ["not yet"]
    clock.now += 1 / MOST_OF_THE_TIME
    publisher.put(UngradedRow("bob", "graded"))
    assert reasons(paths) == ["graded", "graded"]


def _no_space(*_):
    raise OSError(errno.ENOSPC, "No space left on device")
