"""The exercises' tests: the right answer passes, and each plausible wrong one is told what is wrong with it.

Where the answer is a script that runs as ranks, its runs are recorded (tests/recorded), and a part of them made anew.
"""

import contextlib
import re
import shutil
import sys
from pathlib import Path

import pytest

from scalelab.course.conversion.evidence import EvidenceStore, evidence_from

WRONG = Path(__file__).with_name("wrong")


@pytest.fixture
def enter(tmp_path, monkeypatch):
    """enter(folder): a notebook's working folder; scripts beside it can be imported, and are forgotten afterwards."""
    entered = []

    def into(folder):
        entered.append(str(folder))
        monkeypatch.chdir(folder)
        monkeypatch.syspath_prepend(str(folder))

    before = set(sys.modules)
    yield into
    for name in set(sys.modules) - before:
        if any(folder in (getattr(sys.modules[name], "__file__", None) or "") for folder in entered):
            del sys.modules[name]


@pytest.fixture
def run_test(enter, tmp_path, replace_function):
    """run_test(exercise, answer) runs its test cell on that answer, in the place of the right one where given.

    A wrong answer meets the part that learners see: whom it does not stop, it has said "Right" to.
    """

    def run(exercise, answer=None):
        enter(tmp_path)
        for path in exercise.notebook.other_files:
            shutil.copy(path, tmp_path)
        for name, content in exercise.notebook.solved_scripts.items():
            (tmp_path / name).write_text(content)
        right = [exercise.answer.source] if exercise.answer else []
        if answer and exercise.whole_script:
            (tmp_path / exercise.whole_script.name).write_text(answer)
        elif answer and exercise.script:
            code = replace_function(exercise.script.read_text(), exercise.name, answer)
            (tmp_path / exercise.script.name).write_text(code)
        elif answer:
            right = [answer]
        names = {"__name__": "__main__"}
        test = exercise.visible_test if answer else exercise.test.source
        for source in [exercise.notebook.code_cells[0].source, *exercise.answers_before, *right, test]:
            exec(compile(source, f"<{exercise}>", "exec"), names)

    return run


def as_recorded(exercise, script):
    """Within this, the runs of the script that is this answer are those of its record."""
    return evidence_from(script.store()) if exercise.whole_script else contextlib.nullcontext()


def on_real_ranks():
    """Within this, none is used that was made before."""
    return evidence_from(EvidenceStore())


def test_the_right_answer_passes(exercise, run_test):
    with as_recorded(exercise, exercise.whole_script and exercise.right):
        run_test(exercise)


def test_a_wrong_answer_is_told_what_is_wrong(wrong_answer, run_test):
    exercise = wrong_answer.exercise
    with as_recorded(exercise, exercise.whole_script and wrong_answer.recorded):
        expect_told(wrong_answer, run_test)


def test_the_right_answer_passes_on_real_ranks(recorded_exercise, run_test):
    with on_real_ranks():
        run_test(recorded_exercise)


def test_a_wrong_answer_is_told_what_is_wrong_on_real_ranks(recorded_wrong_answer, run_test):
    with on_real_ranks():
        expect_told(recorded_wrong_answer, run_test)


def expect_told(wrong_answer, run_test):
    with pytest.raises(Exception, match=re.escape(wrong_answer.says)):
        run_test(wrong_answer.exercise, wrong_answer.answer)


def test_every_exercise_has_two_wrong_answers_at_least(exercise):
    assert len(exercise.wrong_answers) >= 2


def test_every_exercise_has_its_answer_in_one_place(exercise):
    places = [exercise.answer, exercise.script, exercise.whole_script]
    assert sum(place is not None for place in places) == 1


def test_every_wrong_answer_belongs_to_an_exercise(all_exercises):
    known = {wrong.path for exercise in all_exercises for wrong in exercise.wrong_answers}
    assert {path for path in WRONG.rglob("*") if path.is_file()} == known
