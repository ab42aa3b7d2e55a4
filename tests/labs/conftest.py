"""Asks a test once for each notebook of the labs, each exercise and each wrong answer.

A test that takes `notebook`, `exercise` or `wrong_answer` is run for every one there is; `quick_notebook` is one of
those whose whole run takes no minutes, another with each commit.
"""

import pytest
from harness import rotation
from labs.exercises import EXERCISES, NOTEBOOKS, RANKS, SOURCE, WRONG_ANSWERS, with_function

from scalelab.course.communication import isolated
from scalelab.course.communication.case_run import CaseRun

EACH_TIME = {"after_loading"}  # the wrong script that is tried on real ranks each time
QUICK = [book for book in NOTEBOOKS if not book.needs_the_cores]
RECORDED = [exercise for exercise in EXERCISES if exercise.whole_script]
RECORDED_WRONG = [wrong for wrong in WRONG_ANSWERS if wrong.exercise.whole_script]


def marked(value, needs_ranks, slow=False, group=None):
    marks = [mark for mark, due in ((pytest.mark.ranks, needs_ranks), (pytest.mark.slow, slow)) if due]
    return pytest.param(value, marks=[*marks, *([pytest.mark.together(group)] if group else [])], id=str(value))


def marked_notebook(book):
    """nbgrader takes a quarter of a minute for each."""
    return marked(book, book.tests_start_ranks, slow=True, group=f"graded {book}")


def marked_exercise(exercise):
    """The runs of whole scripts are recorded."""
    return marked(exercise, RANKS.search(exercise.test.source) and not exercise.whole_script)


def marked_wrong(wrong):
    return marked(wrong, RANKS.search(wrong.exercise.test.source) and not wrong.exercise.whole_script)


def on_real_ranks(values, parts, always=lambda value: False):
    """Those whose turn it is, of values whose runs are recorded."""
    part = rotation.part().fold(parts)
    marks = [pytest.mark.ranks, pytest.mark.slow]
    return [pytest.param(value, id=f"{part}-{value}", marks=marks) for value in part.take(values, always)]


def pytest_generate_tests(metafunc):
    lists = {
        "notebook": [marked_notebook(book) for book in NOTEBOOKS],
        "autograded_source": [marked_notebook(book) for book in NOTEBOOKS if book.source_is_autograded],
        "quick_notebook": [marked(book, False, slow=True) for book in rotation.part().fold(len(QUICK)).take(QUICK)],
        "exercise": [marked_exercise(exercise) for exercise in EXERCISES],
        "function_exercise": [marked_exercise(exercise) for exercise in EXERCISES if not exercise.whole_script],
        "wrong_answer": [marked_wrong(wrong) for wrong in WRONG_ANSWERS],
        "recorded_exercise": on_real_ranks(RECORDED, parts=7),
        "recorded_wrong_answer": on_real_ranks(RECORDED_WRONG, parts=18, always=lambda w: w.path.stem in EACH_TIME),
        "script_notebook": [marked(book, True) for book in NOTEBOOKS if book.solved_scripts],
    }
    for name, values in lists.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, values)


@pytest.fixture(autouse=True)
def _collectives_run_here(monkeypatch):
    """Hundreds of answers are tried; a process of its own for each would load torch as often."""

    def run_cases(collective, cases):
        return [CaseRun(isolated.run(collective, case)) for case in cases]

    monkeypatch.setattr("scalelab.course.communication.expect.run_cases", run_cases)


@pytest.fixture(scope="session")
def replace_function():
    return with_function


@pytest.fixture(scope="session")
def all_exercises():
    return EXERCISES


@pytest.fixture(scope="session")
def labs():
    """{lab: its notebooks}"""
    found = {}
    for notebook in NOTEBOOKS:
        found.setdefault(notebook.lab, []).append(notebook)
    return found


@pytest.fixture(scope="session")
def labs_root():
    return SOURCE.parent
