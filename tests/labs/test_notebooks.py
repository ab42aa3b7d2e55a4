"""The notebooks as an instructor and a learner have them, through nbgrader's own commands.

The source as a whole runs, and is graded, in tests/browser/test_notebooks.py. Wrong answers are put to their tests one
by one in test_wrong_answers.py; here are submissions of them, one of the two with each commit.
"""

import itertools
import shutil
import subprocess
import sys

import nbformat
import pytest
from harness import rotation
from harness.once import once

from scalelab.course.exercises.cells import is_answer, is_test, used_names
from scalelab.course.nbgrader_command import nbgrader_again
from scalelab.course.nbgrader_gradebook import auto_scores, most_points

WRONG = rotation.part().fold(2).take([0, 1])


class Course:
    """A copy of the labs with their releases made. Each submission is a student's."""

    def __init__(self, folder):
        self.folder = folder

    def read(self, step, notebook):
        return nbformat.read(self.folder / step / notebook.lab / notebook.path.name, 4)

    def submit(self, student, notebook, submission, scripts):
        """`scripts`: {name: content}, what was handed in beside the notebook."""
        folder = self.folder / "submitted" / student / notebook.lab
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(submission, folder / notebook.path.name)
        for name, content in scripts.items():
            (folder / name).write_text(content)

    def autograde(self, student, lab, *options):
        done = nbgrader_again(self.folder, "autograde", lab, "--student", student, *options, seconds=1500)
        assert done.returncode == 0, done.stderr

    def result(self, student, notebook):
        """({grade id: points}, the graded notebook)."""
        scores = auto_scores(self.folder, notebook.lab, student)[str(notebook)]
        return scores, self.read(f"autograded/{student}", notebook)

    def points(self, notebook):
        return most_points(self.folder, notebook.lab)[str(notebook)]

    def scripts(self, step, notebook):
        folder = self.folder / step / notebook.lab
        return {path.name: path.read_text() for path in folder.glob("*.py")}


@pytest.fixture(scope="module")
def course(tmp_path_factory, labs, labs_root):
    def release(folder):
        for part in ("source", "solutions"):
            shutil.copytree(labs_root / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(labs_root / "nbgrader_config.py", folder)
        for lab in labs:
            done = nbgrader_again(folder, "generate_assignment", lab, seconds=400)
            assert done.returncode == 0, done.stderr

    return Course(shutil.copytree(once("labs", release), tmp_path_factory.mktemp("a") / "course"))


@pytest.fixture(scope="module")
def graded(course, replace_function):
    """graded(notebook): the course, with source, release and a wrong submission graded by nbgrader.

    Without the experiments, which run in the browser. What starts ranks is within walls for the source alone: without
    them, ranks are forked from a process that has torch loaded (tests/harness/warm).
    """
    done = set()

    def grade(notebook):
        if notebook.path in done:
            return course
        done.add(notebook.path)
        if notebook.source_is_autograded:
            source, scripts = course.read("source", notebook), course.scripts("source", notebook)
            course.submit("source", notebook, _without_experiments(source), scripts | notebook.solved_scripts)
            if notebook.tests_start_ranks:
                course.autograde("source", notebook.lab, "--notebook", str(notebook))
        release, scripts = course.read("release", notebook), course.scripts("release", notebook)
        course.submit("release", notebook, _without_experiments(release), scripts)
        for number in WRONG:
            submission, scripts = _wrong(course, notebook, number, replace_function)
            course.submit(f"wrong-{number}", notebook, _without_experiments(submission), scripts)
        open_to_all = ["--RunCells.sandbox=False"] if notebook.tests_start_ranks else []
        course.autograde("*", notebook.lab, "--notebook", str(notebook), *open_to_all)
        return course

    return grade


def _without_experiments(submission):
    """The imports, the answers and the tests: the tests need nothing else."""
    code = [cell for cell in submission.cells if cell.cell_type == "code"]
    kept = [code[0], *(cell for cell in submission.cells if is_answer(cell) or is_test(cell))] if code else []
    return nbformat.v4.new_notebook(cells=list({cell.id: cell for cell in kept}.values()), metadata=submission.metadata)


LEAVES_RIGHT = ("every_rank_writes", "batch_of_one_rank")  # of whole scripts: slips that spoil no other exercise


def _slips(notebook, number):
    """A wrong answer to every exercise; of those whose answer is one script, to one that leaves others right."""
    whole = [exercise for exercise in notebook.exercises if exercise.whole_script]
    apart = [exercise.wrong_answers[number] for exercise in notebook.exercises if not exercise.whole_script]
    slips = [wrong for exercise in whole for wrong in exercise.wrong_answers if wrong.path.stem == LEAVES_RIGHT[number]]
    return apart + slips


def _wrong(course, notebook, number, replace_function):
    """(notebook, scripts) with the slips of that number."""
    submission = course.read("source", notebook)
    scripts = course.scripts("source", notebook) | notebook.solved_scripts
    for wrong in _slips(notebook, number):
        exercise = wrong.exercise
        if exercise.whole_script:
            scripts[exercise.whole_script.name] = wrong.answer
        elif exercise.script:
            name = exercise.script.name
            scripts[name] = replace_function(scripts[name], exercise.name, wrong.code)
        else:
            _cell(submission, exercise.name).source = wrong.code
    return submission, scripts


def _cell(notebook, grade_id):
    return next(cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == grade_id)


def _errors(cells):
    return [output for cell in cells for output in cell.get("outputs", ()) if output.output_type == "error"]


def _check_wrong(course, student, number, notebook):
    """No points, and the slip's message; where an answer builds on an earlier one, which is wrong too, that is said."""
    scores, graded = course.result(student, notebook)
    slips = _slips(notebook, number)
    for wrong in slips:
        exercise = wrong.exercise
        assert scores[f"{exercise.name}-test"] == 0, exercise
        messages = [output.evalue for output in _errors([_cell(graded, f"{exercise.name}-test")])]
        earlier = used_names(wrong.code) & {other.exercise.name for other in slips} - {exercise.name}
        told = [wrong.says, *(f"uses `{name}`, whose own test has failed" for name in earlier)]
        assert any(words in message for words in told for message in messages), (exercise, messages)
    right = {exercise.name for exercise in notebook.exercises} - {wrong.exercise.name for wrong in slips}
    assert all(scores[f"{name}-test"] == course.points(notebook)[f"{name}-test"] for name in right)


def _check_full_marks(course, student, notebook):
    scores, graded = course.result(student, notebook)
    assert _errors(graded.cells) == []
    written = {name for name, score in scores.items() if score is None}
    assert all(_cell(graded, name).cell_type == "markdown" for name in written)
    assert scores == course.points(notebook) | dict.fromkeys(written)


def test_the_source_earns_full_marks(autograded_source, graded):
    _check_full_marks(graded(autograded_source), "source", autograded_source)


def test_the_release_earns_nothing(notebook, graded):
    course = graded(notebook)
    scores, _ = course.result("release", notebook)
    assert scores == dict.fromkeys(course.points(notebook), 0)


def test_the_release_runs_to_its_first_unanswered_exercise(notebook, graded, course):
    """Nothing fails before, where it is the source, which runs in the browser; what fails there names the exercise."""
    names = [exercise.name for exercise in notebook.exercises]
    released, source = (_up_to_the_first_exercise(course, step, notebook) for step in ("release", "source"))
    assert released == source
    errors = _first_errors(graded(notebook).result("release", notebook)[1].cells)
    assert len(errors) == (1 if names else 0), errors
    for error in errors:
        if any(exercise.whole_script for exercise in notebook.exercises):  # as handed out, it runs: it is not done yet
            assert error.ename == "NotYet"
            continue
        assert error.ename == "NotImplementedError"
        assert error.evalue in {f"Exercise `{name}`: put your answer in place of this line." for name in names}


def _up_to_the_first_exercise(course, step, notebook):
    cells = course.read(step, notebook).cells
    return [cell.source for cell in itertools.takewhile(lambda cell: not is_answer(cell) and not is_test(cell), cells)]


def _first_errors(cells):
    """The first of the first cell that has any; below a test nbgrader's own words may follow."""
    return next((errors[:1] for cell in cells if (errors := _errors([cell]))), [])


@pytest.mark.slow
def test_a_script_as_handed_out_is_none_of_the_solutions(script_notebook, course):
    handed_out = course.scripts("release", script_notebook)
    for name, solved in script_notebook.solved_scripts.items():
        assert "hvd." not in handed_out[name]
        assert "hvd.init()" in solved


@pytest.mark.parametrize("number", WRONG)
def test_wrong_answers_earn_nothing_and_are_told_why(notebook, graded, number):
    _check_wrong(graded(notebook), f"wrong-{number}", number, notebook)


def test_the_source_runs_through_nbval(quick_notebook, tmp_path, labs_root):
    notebook = quick_notebook
    folder = shutil.copytree(labs_root / "source" / notebook.lab, tmp_path / notebook.lab)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "-p", "no:cacheprovider", notebook.path.name]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout
