"""The exercises' tests: the right answer passes, and each plausible wrong one is told what is wrong with it."""

import functools
import re
import shutil
import sys
from pathlib import Path

import pytest

WRONG = Path(__file__).with_name("wrong")


@pytest.fixture(scope="module")
def solved(tmp_path_factory):
    """solved(notebook): a folder for its right answers; what is known of a script that is right is then used again."""
    return functools.cache(lambda notebook: tmp_path_factory.mktemp("solved"))


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
def run_test(enter, solved, tmp_path, replace_function):
    """run_test(exercise, answer) runs its test cell on that answer, in the place of the right one where given."""

    def run(exercise, answer=None):
        place = tmp_path if answer else solved(exercise.notebook)
        enter(place)
        for path in exercise.notebook.other_files:
            shutil.copy(path, place)
        for name, content in exercise.notebook.solved_scripts.items():
            (place / name).write_text(content)
        right = [exercise.answer.source] if exercise.answer else []
        if answer and exercise.whole_script:
            (place / exercise.whole_script.name).write_text(answer)
        elif answer and exercise.script:
            code = replace_function(exercise.script.read_text(), exercise.name, answer)
            (place / exercise.script.name).write_text(code)
        elif answer:
            right = [answer]
        names = {"__name__": "__main__"}
        for source in [exercise.notebook.code_cells[0].source, *exercise.answers_before, *right, exercise.test.source]:
            exec(compile(source, f"<{exercise}>", "exec"), names)

    return run


def test_the_right_answer_passes(exercise, run_test):
    run_test(exercise)


def test_a_wrong_answer_is_told_what_is_wrong(wrong_answer, run_test):
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
