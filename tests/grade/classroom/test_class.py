"""A class is graded as a whole, whatever one submission is like; what is graded stays."""

import csv
import re

import pytest

from scalelab.grade.result import Result


def table(course):
    with (course / "out" / "class.csv").open(newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def test_files_that_are_refused_get_their_rows_and_reasons(course, hand_in, grade_all):
    hand_in("ada", "not python")
    hand_in("bob", "empty")
    (course / "submissions" / "eve.py").symlink_to("/etc/hostname")
    (course / "submissions" / "dan" / "assessment").mkdir(parents=True)
    (course / "submissions" / "dan" / "assessment" / "assessment.py").write_bytes(b"\xff")
    (course / "submissions" / "fay.ipynb").write_text("{}")
    done = grade_all()
    rows = table(course)
    assert {name: row["reason"] for name, row in rows.items() if name not in ("eve", "fay")} == {
        "ada": "The file is not valid Python: invalid syntax in line 1.",
        "bob": "The file is empty.",
        "dan": "The file is not UTF-8 text.",
    }
    assert "is a link" in rows["eve"]["reason"]
    assert rows["fay"]["reason"] == "Hand in as fay.py; found: fay.ipynb."
    assert rows["eve"]["score"] == rows["fay"]["score"] == ""
    assert done.returncode == 2, "eve's and fay's could not be graded"
    assert "5 submissions: 3 not passed, 2 not graded" in done.stdout


@pytest.mark.slow
def test_what_is_graded_stays_and_what_was_changed_is_graded_anew(course, hand_in, grade_all):
    hand_in("ada", "not python")
    hand_in("bob", "not python")
    assert grade_all().returncode == 0
    before = {name: (course / "out" / name / "result.json").stat().st_ino for name in ("ada", "bob")}
    hand_in("bob", "empty")
    assert grade_all().returncode == 0
    assert (course / "out" / "ada" / "result.json").stat().st_ino == before["ada"]
    assert table(course)["bob"]["reason"] == "The file is empty."
    earlier = course / "out" / ".earlier" / "bob" / "1" / "result.json"
    assert Result.from_json(earlier.read_bytes()).reason.startswith("The file is not valid Python")


@pytest.mark.slow
def test_one_that_could_not_be_graded_is_told_does_not_stop_the_class_and_is_tried_again(course, hand_in, grade_all):
    """The place of ada's work is no folder: a fault of the machine, not of the submission."""
    hand_in("ada", "not python")
    hand_in("bob", "not python")
    obstacle = course / "out" / ".queue" / "work" / "ada"
    obstacle.parent.mkdir(parents=True)
    obstacle.write_text("in the way")
    done = grade_all()
    assert done.returncode == 2
    assert "2 submissions: 1 not passed, 1 not graded" in done.stdout
    rows = table(course)
    assert (rows["ada"]["score"], rows["bob"]["score"]) == ("", "0")
    assert "Not a directory" in rows["ada"]["reason"]
    obstacle.unlink()
    done = grade_all()
    assert done.returncode == 0
    assert "1 of 1" in done.stdout
    assert table(course)["ada"]["reason"].startswith("The file is not valid Python")


@pytest.mark.slow
def test_another_seed_is_another_result_and_the_budget_of_the_first_start_holds(course, hand_in, grade_all):
    hand_in("ada", "not python")
    assert grade_all().returncode == 0
    done = grade_all("--seed", "1")
    assert done.returncode == 0
    assert "0 of them graded before" in done.stdout
    result = Result.from_json((course / "out" / "ada" / "result.json").read_bytes())
    assert (result.seed, result.budget_seconds) == (1, 30.0)


@pytest.mark.slow
def test_who_is_graded_again_has_the_old_result_beside_the_new_one_and_both_in_the_history(course, hand_in, grade_all):
    for student in ("ada", "bob"):
        hand_in(student, "not python")
    assert grade_all().returncode == 0
    assert grade_all("--again", "ada").returncode == 0
    assert [path.name for path in (course / "out" / ".earlier").iterdir()] == ["ada"]
    history = list(csv.DictReader((course / "out" / "history.csv").read_text().splitlines()))
    assert [(row["student"], row["why"]) for row in history] == [
        ("ada", "first grading"), ("ada", "asked for again"), ("bob", "first grading"),
    ]  # fmt: skip
    assert history[0]["graded"] <= history[1]["graded"]


@pytest.mark.slow
def test_a_student_who_tries_too_often_waits_and_keeps_the_result(course, hand_in, grade_all):
    hand_in("ada", "not python")
    assert grade_all("--most-a-day", "1").returncode == 0
    hand_in("ada", "empty")
    done = grade_all("--most-a-day", "1")
    assert done.returncode == 2
    assert "It was graded once within a day already" in table(course)["ada"]["reason"]
    assert (course / "out" / "ada" / "result.json").exists()
    assert grade_all("--most-a-day", "1", "--again", "ada").returncode == 0
    assert table(course)["ada"]["reason"] == "The file is empty."


def test_who_has_handed_nothing_in_cannot_be_graded_again(hand_in, grade_all):
    hand_in("ada", "not python")
    done = grade_all("--again", "eve", "--again", "bob")
    assert done.returncode == 2
    assert "There is no submission of bob, eve that could be graded again." in done.stderr


def test_results_never_go_among_the_submissions(course, hand_in, grade_all):
    hand_in("ada", "not python")
    done = grade_all("--out", course / "submissions")
    assert done.returncode == 2
    assert "Results cannot go to" in done.stderr
    assert [path.name for path in (course / "submissions").iterdir()] == ["ada.py"]


def test_a_folder_without_submissions_is_told(course, grade_all):
    done = grade_all()
    assert done.returncode == 2
    assert "There is no submission in" in done.stderr


@pytest.mark.slow
@pytest.mark.ranks
def test_ranks_are_run_and_measured_and_the_grader_says_how_long_it_will_take(course, hand_in, grade_all):
    for student in ("ada", "bob"):
        hand_in(student, "untrained")
    done = grade_all()
    assert done.returncode == 0, done.stderr
    assert re.search("1 of 2, about .* left. (ada|bob): not passed, 0 of 100", done.stdout)
    for row in table(course).values():
        assert 0 < float(row["test_accuracy"]) < 0.3
    assert {path.name for path in (course / "out" / "ada").iterdir()} == {
        "feedback.html", "graded.json", "result.json", "run", "submitted.py",
    }  # fmt: skip


@pytest.mark.ranks
@pytest.mark.slow
def test_a_job_of_a_cluster_grades_each(course, hand_in, grade_all):
    """By submitit's local executor: what Slurm would start, started here."""
    hand_in("ada", "untrained")
    hand_in("bob", "not python")
    done = grade_all("--cluster", "local")
    assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(table(course)) == ["ada", "bob"]
