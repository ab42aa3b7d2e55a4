"""Who got what when, and why: from what lies on the disk, so that nothing killed can make it wrong."""

import csv
import json

import pytest

from scalelab.grade.classroom.history import write_history
from scalelab.grade.classroom.json_file import save
from scalelab.grade.classroom.marks import ASKED, CHANGED, FIRST, MARK, OTHER_TERMS, Mark, why_graded
from scalelab.grade.classroom.paths import ClassPaths
from scalelab.grade.result import Result

RESULT = Result(
    passed=True, score=100, reason="", train_target=0.7, test_target=0.6, workers=2, device="cpu", dataset="few",
    model="small-resnet", seed=0, sandbox="none",
)  # fmt: skip


@pytest.fixture
def paths(tmp_path):
    return ClassPaths(tmp_path)


def put(folder, submission, terms, at="", why="", result=RESULT):
    folder.mkdir(parents=True)
    save(folder / MARK, Mark(submission=submission, settings=terms, seconds=1.0, at=at, why=why))
    result.save(folder / "result.json")


def test_why_somebody_is_graded_follows_from_the_result_before(paths):
    assert why_graded(paths, "ada", "a", "t") == FIRST
    put(paths.result("ada"), "a", "t")
    assert why_graded(paths, "ada", "a", "t") == ASKED
    assert why_graded(paths, "ada", "b", "t") == CHANGED
    assert why_graded(paths, "ada", "a", "u") == OTHER_TERMS


def test_a_result_that_was_set_aside_is_the_one_before(paths):
    put(paths.earlier("ada") / "2", "old", "t")
    put(paths.earlier("ada") / "10", "new", "t")
    assert why_graded(paths, "ada", "new", "t") == ASKED


def test_a_line_for_each_result_the_earliest_first(paths):
    put(paths.result("ada"), "c", "t", at="2026-03-03", why=CHANGED)
    put(paths.earlier("ada") / "10", "b", "t", at="2026-03-02", why=CHANGED)
    put(paths.earlier("ada") / "9", "a", "t", at="2026-03-01", why=FIRST)
    put(paths.result("=bob"), "a", "t")
    write_history(paths, ["ada", "=bob", "nobody"])
    rows = list(csv.DictReader(paths.history.read_text().splitlines()))
    assert [(row["student"], row["graded"], row["why"], row["submission_sha256"]) for row in rows] == [
        ("ada", "2026-03-01", FIRST, "a"),
        ("ada", "2026-03-02", CHANGED, "b"),
        ("ada", "2026-03-03", CHANGED, "c"),
        ("'=bob", "", "", "a"),
    ]
    assert (rows[0]["passed"], rows[0]["score"]) == ("yes", "100")


def test_a_mark_of_an_older_version_is_read(paths):
    put(paths.result("ada"), "a", "t")
    (paths.result("ada") / MARK).write_text(json.dumps({"submission": "a", "settings": "t", "seconds": 2.5}))
    assert why_graded(paths, "ada", "a", "t") == ASKED
