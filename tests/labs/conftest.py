"""Finds the labs' notebooks, their exercises and the wrong answers to them, and asks a test once for each.

A test that takes `notebook`, `exercise` or `wrong_answer` is run for every one there is; `whole_notebook` is for tests
that run a whole one.
"""

import ast
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
import pytest

from scalelab.course.exercises import exercise as name_of
from scalelab.course.exercises import grade_id, is_answer, is_test
from scalelab.course.stubs import has_solution

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "labs" / "source"
WRONG = Path(__file__).with_name("wrong")
SAYS = "# says: "


@dataclass(frozen=True)
class Notebook:
    """A source notebook, and the script beside it that learners edit, if there is one."""

    path: Path

    def __str__(self):
        return self.path.stem

    @property
    def lab(self):
        return self.path.parent.name

    @cached_property
    def cells(self):
        return nbformat.read(self.path, 4).cells

    @property
    def code_cells(self):
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @property
    def exercises(self):
        return [Exercise(self, name_of(cell)) for cell in self.cells if is_test(cell)]

    @property
    def other_files(self):
        return [path for path in self.path.parent.iterdir() if path.is_file() and path.suffix != ".ipynb"]


@dataclass(frozen=True)
class Exercise:
    """An exercise that is graded by a test cell. Its answer is a cell of the notebook, or a function of the script."""

    notebook: Notebook
    name: str

    def __str__(self):
        return f"{self.notebook}-{self.name}"

    @property
    def test(self):
        return next(cell for cell in self.notebook.cells if is_test(cell) and name_of(cell) == self.name)

    @property
    def answer(self):
        """Its cell; None where the script holds it."""
        return next((cell for cell in self.notebook.cells if is_answer(cell) and grade_id(cell) == self.name), None)

    @property
    def answers_before(self):
        """The right answers of earlier exercises, as code."""
        cells = self.notebook.cells[: self.notebook.cells.index(self.test)]
        return [cell.source for cell in cells if is_code_answer(cell) and cell is not self.answer]

    @property
    def script(self):
        """The script that holds its answer; None where the notebook does."""
        scripts = [path for path in self.notebook.other_files if path.suffix == ".py"]
        return next((path for path in scripts if is_edited(path) and function(path.read_text(), self.name)), None)

    @property
    def wrong_answers(self):
        folder = WRONG / self.notebook.lab / str(self.notebook) / self.name
        return [WrongAnswer(self, path) for path in sorted(folder.glob("*.py"))]


@dataclass(frozen=True)
class WrongAnswer:
    """What a learner might write; `says` are words of the message that shall come of it."""

    exercise: Exercise
    path: Path

    def __str__(self):
        return f"{self.exercise}-{self.path.stem}"

    @property
    def code(self):
        return self.path.read_text()

    @property
    def says(self):
        first = self.code.splitlines()[0]
        assert first.startswith(SAYS), f"{self.path} should begin with `{SAYS}WORDS OF THE MESSAGE`"
        return first.removeprefix(SAYS).strip()


def is_code_answer(cell):
    return cell.cell_type == "code" and is_answer(cell)


def is_edited(script):
    return has_solution(script.read_text())


def function(code, name):
    """The definition of that function at the top of a script, as a syntax tree; None where there is none."""
    return next((n for n in ast.parse(code).body if isinstance(n, ast.FunctionDef) and n.name == name), None)


def with_function(code, name, answer):
    """A script whose function `name` is that of `answer`."""
    old, new = function(code, name), function(answer, name)
    lines = code.splitlines()
    lines[old.lineno - 1 : old.end_lineno] = answer.splitlines()[new.lineno - 1 : new.end_lineno]
    return "\n".join(lines) + "\n"


# Notebooks that train real networks: their whole runs need the cores for themselves.
HEAVY = {"03_batch_size"}
NOTEBOOKS = [Notebook(path) for path in sorted(SOURCE.glob("*/*.ipynb"))]
EXERCISES = [exercise for notebook in NOTEBOOKS for exercise in notebook.exercises]
WRONG_ANSWERS = [wrong for exercise in EXERCISES for wrong in exercise.wrong_answers]


def pytest_generate_tests(metafunc):
    lists = {"notebook": NOTEBOOKS, "exercise": EXERCISES, "wrong_answer": WRONG_ANSWERS}
    marks = {True: [pytest.mark.ranks], False: []}
    lists["whole_notebook"] = [pytest.param(book, marks=marks[str(book) in HEAVY]) for book in NOTEBOOKS]
    for name, values in lists.items():
        if name in metafunc.fixturenames:
            metafunc.parametrize(name, values, ids=str)


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
