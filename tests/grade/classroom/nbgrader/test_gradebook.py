"""Rows in nbgrader's own gradebook: none lost among writers at once, all seen by nbgrader's own reading."""

import subprocess
import sys

import pytest
from harness.hears import Hears
from nbgrader.api import Gradebook

from scalelab.errors import ScaleLabError
from scalelab.grade.classroom.grade_class import Registering
from scalelab.grade.classroom.nbgrader.gradebook import read_scores, write_score
from scalelab.grade.classroom.table import GradedRow
from scalelab.grade.result import Result

WRITER = """
import sys
from pathlib import Path
from scalelab.grade.classroom.nbgrader.gradebook import write_score
for number in range(4):
    write_score(Path(sys.argv[1]), f"{sys.argv[2]}-{number}", 10.0 * number)
"""
RESULT = Result(
    passed=False, score=0.0, reason="as it is", workers=2, device="cpu", dataset="CIFAR-10", model="x", seed=0,
    train_target=0.72, test_target=0.67, sandbox="",
)  # fmt: skip


def test_of_writers_at_once_no_row_is_lost(tmp_path):
    database = tmp_path / "gradebook.db"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, database, name]) for name in ("a", "b", "c")]
    assert [writer.wait(timeout=600) for writer in writers] == [0, 0, 0]
    assert read_scores(database) == {f"{name}-{number}": 10.0 * number for name in "abc" for number in range(4)}


def test_nbgrader_reads_the_score_and_a_person_s_own_score_stays(tmp_path):
    database = tmp_path / "gradebook.db"
    write_score(database, "ada", 80.0)
    with Gradebook(f"sqlite:///{database}") as book:
        submission = book.find_submission("assessment", "ada")
        assert (submission.score, submission.max_score) == (80.0, 100.0)
        book.find_grade("verdict", "assessment", "assessment", "ada").manual_score = 95.0
        book.db.commit()
    write_score(database, "ada", 60.0)
    with Gradebook(f"sqlite:///{database}") as book:
        grade = book.find_grade("verdict", "assessment", "assessment", "ada")
        assert (grade.auto_score, grade.manual_score, grade.needs_manual_grade) == (60.0, 95.0, True)


@pytest.mark.slow
def test_a_class_lies_beside_the_labs_with_its_feedback(course, hand_in, grade_all):
    hand_in("ada", "not python")
    database = course / "labs" / "gradebook.db"
    for _ in range(2):  # the second time there is nothing to do
        done = grade_all("--gradebook", database)
        assert done.returncode == 0, done.stdout + done.stderr
    assert read_scores(database) == {"ada": 0.0}
    feedback = course / "labs" / "feedback" / "ada" / "assessment" / "assessment.html"
    assert feedback.read_bytes() == (course / "out" / "ada" / "feedback.html").read_bytes()
    assert (course / "labs" / "autograded" / "ada" / "assessment" / "assessment.ipynb").is_file()


@pytest.mark.slow
def test_a_student_s_junk_in_the_place_of_a_time_is_told_and_stops_nobody(course, hand_in, grade_all):
    for student in ("ada", "bob"):
        hand_in(student, "not python")
    collected = course / "labs" / "submitted" / "ada" / "assessment"
    collected.mkdir(parents=True)
    (collected / "timestamp.txt").write_bytes(b"\xff the day before")
    database = course / "labs" / "gradebook.db"
    done = grade_all("--gradebook", database)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{collected / 'timestamp.txt'} holds no time, so it was ignored" in done.stdout
    assert read_scores(database) == {"ada": 0.0, "bob": 0.0}


def test_whatever_goes_wrong_with_one_row_the_next_is_written():
    class Stumbles:
        written = []

        def record(self, row):
            if row.student == "ada":
                raise ValueError("no such thing")
            self.written.append(row.student)
            return "He was late." if row.student == "bob" else ""

    hears = Hears()
    registering = Registering(Stumbles(), hears)
    for student in ("ada", "bob", "eve"):
        registering.record(GradedRow(student, RESULT))
    assert Stumbles.written == ["bob", "eve"]
    assert hears.steps == ["The row of ada could not be written (ValueError: no such thing).", "He was late."]
    with pytest.raises(ScaleLabError, match="The gradebook lacks ada"):
        registering.complain()
