"""The labs' notebooks, their exercises and the wrong answers to them.

The answer to an exercise is a cell of the notebook, a function of the script beside it, or a script as a whole, which
is solved in labs/solutions.
"""

import ast
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat
from harness import rotation
from recorded.lab_script import RecordedScript

from scalelab.course.exercises.cells import exercise as name_of
from scalelab.course.exercises.cells import grade_id, is_answer, is_test
from scalelab.course.exercises.script_edits import with_edit
from scalelab.course.release.cut_solutions import has_solution

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "labs" / "source"
SOLUTIONS = ROOT / "labs" / "solutions"
WRONG = Path(__file__).with_name("wrong")
SAYS = "# says: "
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS.*?### END HIDDEN TESTS", re.DOTALL)
RANKS = re.compile(r"\b(run_ranks|demonstrate|launch|check|expect_step|watch|watch_messages|run_on_processes)\(")

# Notebooks that train real networks: their whole runs need the cores for themselves.
HEAVY = {"03_batch_size", "04_loss_landscape", "02_large_batch_tricks"}


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

    @cached_property
    def code_cells(self):
        return [cell for cell in self.cells if cell.cell_type == "code"]

    @cached_property
    def exercises(self):
        return [Exercise(self, name_of(cell)) for cell in self.cells if is_test(cell)]

    @cached_property
    def tests_start_ranks(self):
        return any(RANKS.search(cell.source) for cell in self.cells if is_test(cell) or is_answer(cell))

    @property
    def source_is_autograded(self):
        """With one commit in four where its tests start ranks, for minutes; in the browser it is graded each time."""
        return not self.tests_start_ranks or bool(rotation.part().fold(4).take([self]))

    @cached_property
    def needs_the_cores(self):
        return str(self) in HEAVY or any(RANKS.search(cell.source) for cell in self.code_cells)

    @cached_property
    def solved_scripts(self):
        """{name: content} of the scripts beside it that are solved as a whole, if any of its exercises asks for one."""
        found = {exercise.whole_script for exercise in self.exercises} - {None}
        return {path.name: (SOLUTIONS / self.lab / path.name).read_text() for path in found}

    @cached_property
    def other_files(self):
        return [path for path in self.path.parent.iterdir() if path.is_file() and path.suffix != ".ipynb"]


@dataclass(frozen=True)
class Exercise:
    """An exercise that is graded by a test cell. Its answer is a cell, a function of a script, or a whole script."""

    notebook: Notebook
    name: str

    def __str__(self):
        return f"{self.notebook}-{self.name}"

    @cached_property
    def test(self):
        return next(cell for cell in self.notebook.cells if is_test(cell) and name_of(cell) == self.name)

    @property
    def visible_test(self):
        """What learners get of its test."""
        return HIDDEN.sub("", self.test.source)

    @cached_property
    def answer(self):
        """Its cell; None where the script holds it."""
        return next((cell for cell in self.notebook.cells if is_answer(cell) and grade_id(cell) == self.name), None)

    @property
    def answers_before(self):
        """The right answers of earlier exercises, as code."""
        cells = self.notebook.cells[: self.notebook.cells.index(self.test)]
        return [cell.source for cell in cells if is_code_answer(cell) and cell is not self.answer]

    @cached_property
    def script(self):
        """The script that holds its answer as a function."""
        scripts = [path for path in self.notebook.other_files if path.suffix == ".py"]
        return next((path for path in scripts if is_edited(path) and function(path.read_text(), self.name)), None)

    @cached_property
    def whole_script(self):
        """The script that is its answer as a whole: its test names it, and it is solved in labs/solutions."""
        if self.answer is not None or self.script:
            return None
        solved = [path for path in self.notebook.other_files if (SOLUTIONS / self.notebook.lab / path.name).exists()]
        return next((path for path in solved if path.name in self.test.source), None)

    @cached_property
    def wrong_answers(self):
        folder = WRONG / self.notebook.lab / str(self.notebook) / self.name
        return [WrongAnswer(self, path) for path in sorted(folder.glob("*.edit" if self.whole_script else "*.py"))]

    @cached_property
    def right(self):
        """Its script as a whole, with the record of its runs: one for all exercises of the notebook."""
        script, tests = self.whole_script, [other.test.source for other in self.notebook.exercises]
        return RecordedScript(f"{self.notebook.lab}/right", script.name, self.solution, tuple(tests))

    @cached_property
    def solution(self):
        return (SOLUTIONS / self.notebook.lab / self.whole_script.name).read_text()


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

    @cached_property
    def answer(self):
        """The code that takes the right one's place: of a whole script, the solution with this slip in it."""
        if not self.exercise.whole_script:
            return self.code
        answer = with_edit(self.exercise.solution, self.path)
        ast.parse(answer)
        return answer

    @property
    def recorded(self):
        """Of a whole script: with the record of its runs."""
        exercise = self.exercise
        name = f"{exercise.notebook.lab}/wrong/{exercise.name}/{self.path.stem}"
        return RecordedScript(name, exercise.whole_script.name, self.answer, (exercise.test.source,))

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


NOTEBOOKS = [Notebook(path) for path in sorted(SOURCE.glob("*/*.ipynb"))]
EXERCISES = [exercise for notebook in NOTEBOOKS for exercise in notebook.exercises]
WRONG_ANSWERS = [wrong for exercise in EXERCISES for wrong in exercise.wrong_answers]
