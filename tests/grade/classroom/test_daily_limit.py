"""A student is graded so often a day, and is told when it goes on."""

from datetime import UTC, datetime, timedelta

import pytest

from scalelab.grade.classroom.daily_limit import too_often
from scalelab.grade.classroom.json_file import save
from scalelab.grade.classroom.marks import MARK, Mark
from scalelab.grade.classroom.paths import ClassPaths

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def paths(tmp_path):
    """Ada was graded 30, 20 and 2 hours ago."""
    paths = ClassPaths(tmp_path)
    folders = (paths.earlier("ada") / "1", paths.earlier("ada") / "2", paths.result("ada"))
    for folder, hours in zip(folders, (30, 20, 2), strict=True):
        folder.mkdir(parents=True)
        at = (NOW - timedelta(hours=hours)).isoformat()
        save(folder / MARK, Mark(submission="a", settings="t", seconds=1.0, at=at))
    return paths


def test_those_of_a_day_count_and_no_others(paths):
    assert too_often(paths, "ada", 3, NOW) == ""
    assert too_often(paths, "bob", 1, NOW) == ""


def test_who_has_had_them_is_told_when_it_goes_on(paths):
    sentence = "It was graded {} within a day already; start again after {} UTC to grade it."
    assert too_often(paths, "ada", 2, NOW) == sentence.format("2 times", "2026-03-02 16:00")
    assert too_often(paths, "ada", 1, NOW) == sentence.format("once", "2026-03-03 10:00")


def test_then_it_goes_on(paths):
    assert too_often(paths, "ada", 2, NOW + timedelta(hours=4)) == ""


def test_a_mark_without_a_time_is_an_old_one(paths):
    save(paths.result("ada") / MARK, Mark(submission="a", settings="t", seconds=1.0))
    assert too_often(paths, "ada", 2, NOW) == ""
