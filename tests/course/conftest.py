"""A course of one small notebook, under the labs' own nbgrader_config.py."""

import shutil
from pathlib import Path

import nbformat
import pytest
from harness.once import once
from nbformat import v4

from scalelab.course.nbgrader_command import nbgrader_again
from scalelab.course.nbgrader_gradebook import auto_scores

ROOT = Path(__file__).parents[2]
SCRIPT = '''"""A script to edit."""

LIMIT = 3


def speed(images, seconds):
    """Images per second."""
    ### BEGIN SOLUTION
    return images / seconds
    ### END SOLUTION


class Clock:
    def read(self):
        ### BEGIN SOLUTION
        return 4
        ### END SOLUTION
'''
DOUBLE = '''def double(x):
    """Twice x."""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION'''
DOUBLE_TEST = """from scalelab.course import expect
expect("double(3)", double(3), 6)
print("Right: the sum is", sum([double(1), 4]))
### BEGIN HIDDEN TESTS
expect("double(-1)", double(-1), -2)
### END HIDDEN TESTS"""
AREA = '''def area(a, b):
    """Area of a rectangle."""
    ### BEGIN SOLUTION
    return a * b
    ### END SOLUTION'''
AREA_TEST = """from scalelab.course import expect
expect("area(2, 3)", area(2, 3), 6)
### BEGIN HIDDEN TESTS
expect("area(0, 3)", area(0, 3), 0)
### END HIDDEN TESTS"""
SPEED_TEST = """from scalelab.course import expect
from script import speed
expect("speed(6, 2)", speed(6, 2), 3)"""


def graded(kind, grade_id, source, points=2):
    data = {
        "grade": kind != "solution",
        "grade_id": grade_id,
        "locked": kind == "test",
        "schema_version": 3,
        "solution": kind != "test",
        "task": False,
    }
    if kind != "solution":
        data["points"] = points
    make = v4.new_markdown_cell if kind == "written" else v4.new_code_cell
    return make(source, id=grade_id, metadata={"nbgrader": data})


def tiny():
    cells = [
        v4.new_markdown_cell("# How much is twice?", id="question"),
        v4.new_code_cell("factor = 2", id="imports"),
        graded("solution", "double", DOUBLE),
        graded("test", "double-test", DOUBLE_TEST),
        v4.new_markdown_cell("An experiment.", id="text"),
        v4.new_code_cell("print(factor + 1)", id="experiment"),
        v4.new_code_cell("shown = [factor] * 3", id="shown", metadata={"tags": ["demonstration"]}),
        graded("solution", "area", AREA),
        graded("test", "area-test", AREA_TEST),
        graded("test", "speed-test", SPEED_TEST, points=1),
        graded("written", "why", "Because it is *so*.", points=3),
    ]
    metadata = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python 3"}}
    return v4.new_notebook(cells=cells, metadata=metadata)


def write_course(folder, notebooks=("01_tiny",)):
    source = folder / "source" / "lab0"
    source.mkdir(parents=True)
    shutil.copy(ROOT / "labs" / "nbgrader_config.py", folder)
    (source / "script.py").write_text(SCRIPT)
    (source / "values.csv").write_text("1,2\n")
    for name in notebooks:
        nbformat.write(tiny(), source / f"{name}.ipynb")
    return folder


class Course:
    """A course whose release is made; notebooks are handed in and graded by nbgrader."""

    def __init__(self, folder):
        self.folder = folder

    @property
    def source(self):
        return nbformat.read(self.folder / "source" / "lab0" / "01_tiny.ipynb", 4)

    def submit(self, student, notebook, name="01_tiny", script=SCRIPT):
        folder = self.folder / "submitted" / student / "lab0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "script.py").write_text(script)
        if isinstance(notebook, bytes):
            (folder / f"{name}.ipynb").write_bytes(notebook)
        else:
            nbformat.write(notebook, folder / f"{name}.ipynb")

    def autograde(self, students, *options):
        self._run("autograde", "--student", students, *options)

    def feedback(self, students):
        self._run("generate_feedback", "--student", students)

    def _run(self, command, *options):
        done = nbgrader_again(self.folder, command, "lab0", *options, seconds=400)
        assert done.returncode == 0, done.stderr

    def scores(self, student):
        return auto_scores(self.folder, "lab0", student)["01_tiny"]

    def graded(self, student):
        return nbformat.read(self.folder / "autograded" / student / "lab0" / "01_tiny.ipynb", 4)


@pytest.fixture
def course_folder(tmp_path):
    """A course without a release: tmp_path/course."""
    return write_course(tmp_path / "course")


@pytest.fixture(scope="session")
def course(tmp_path_factory):
    return a_course(tmp_path_factory.mktemp("a") / "course")


@pytest.fixture
def new_course(tmp_path):
    """One of its own for a test."""
    return a_course(tmp_path / "new_course")


def a_course(folder):
    """A course whose release is made and to which nothing was handed in."""
    return Course(shutil.copytree(once("course", release), folder))


def release(folder):
    write_course(folder)
    done = nbgrader_again(folder, "generate_assignment", "lab0", seconds=400)
    assert done.returncode == 0, done.stderr
