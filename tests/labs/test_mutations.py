"""What the hidden tests catch, the visible ones catch: they differ in numbers, not in what they can tell apart."""

import ast
import shutil
import signal
import sys
import warnings

import pytest
from labs.exercises import function, with_function
from labs.mutants import mutants

SECONDS = 10  # of processor time: a fault may never end


class TooLongError(Exception):
    """A test of a mutant has not ended."""


@pytest.fixture
def attempt(tmp_path, monkeypatch):
    """attempt(exercise) gives a function that runs a test, as text, on an answer."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    def end(*_):
        raise TooLongError

    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = signal.signal(signal.SIGVTALRM, end)

    def prepare(exercise):
        for path in exercise.notebook.other_files:
            shutil.copy(path, tmp_path)
        ready = {"__name__": "__main__"}
        for source in (exercise.notebook.code_cells[0].source, *exercise.answers_before):
            exec(compile(source, f"<{exercise}>", "exec"), ready)

        def run(answer, test):
            names = dict(ready)
            if exercise.script:
                path = tmp_path / exercise.script.name
                path.write_text(with_function(exercise.script.read_text(), exercise.name, answer))
            else:
                exec(compile(answer, "<answer>", "exec"), names)
            signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
            try:
                exec(compile(test, "<test>", "exec"), names)
            finally:
                signal.setitimer(signal.ITIMER_VIRTUAL, 0)

        return run

    yield prepare
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


def right_answer(exercise):
    if exercise.answer:
        return exercise.answer.source
    return ast.unparse(function(exercise.script.read_text(), exercise.name))


def caught(run, answer, test):
    try:
        run(answer, test)
    except Exception:  # whatever a learner would see
        return True
    return False


def test_no_fault_passes_the_visible_test_and_fails_the_hidden_one(function_exercise, attempt):
    exercise = function_exercise
    run = attempt(exercise)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        survivors = [
            change
            for change, answer in mutants(right_answer(exercise))
            if not caught(run, answer, exercise.visible_test) and caught(run, answer, exercise.test.source)
        ]
    assert survivors == []
